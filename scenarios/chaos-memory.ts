/** The reaper's memory, and the Lease by which at most one reaper has it. */
import type { ChaosConfig } from './chaos-config.ts';
import type { ChaosWorld } from './chaos-contract.ts';
import { heldLease, type Lease, LeaseWatch, stateAnnotation } from './chaos-lease.ts';
import { type ChaosState, remembered, resumedState } from './chaos-state.ts';

/** The Lease is renewed this often. */
const renewMs = 5_000;

/** What one reaper remembers while it holds the Lease. */
export class Memory {
  private readonly watch: LeaseWatch;
  private held: ChaosState | undefined;
  private lease: Lease | undefined;
  /** By the clock of this process, as the Lease is watched by others. */
  private renewedMs = -Infinity;

  /** `onLost` is called whenever the Lease goes, and the memory with it. */
  constructor(
    private readonly config: ChaosConfig,
    private readonly world: ChaosWorld,
    private readonly onLost: () => void,
  ) {
    this.watch = new LeaseWatch(world.me, config.leaseMs);
  }

  /** Undefined where another reaper holds the Lease. */
  get state(): ChaosState | undefined {
    return this.held;
  }

  /** Takes or renews the Lease; with it comes what an earlier reaper remembered. */
  hold(): boolean {
    const { world, config } = this;
    if (this.held && world.ranMs() - this.renewedMs < renewMs) return true;
    const read = world.readLease();
    if (!this.watch.mayHold(read, world.ranMs())) return this.lose();
    const nowMs = world.nowMs();
    // A Lease that somebody deleted takes no memory with it.
    const own = read === undefined || read.spec.holderIdentity === world.me;
    const state =
      own && this.held
        ? remembered(this.held, nowMs)
        : resumedState(read?.metadata.annotations?.[stateAnnotation], nowMs, config, () => world.random());
    this.lease = read;
    return this.write(state);
  }

  /** Stores the memory in the Lease, which succeeds for the holder only. */
  write(state: ChaosState): boolean {
    const { world, config } = this;
    const renewedMs = world.ranMs();
    const to = {
      name: config.lease,
      namespace: config.namespace,
      me: world.me,
      leaseMs: config.leaseMs,
      state: JSON.stringify(state),
    };
    const written = world.writeLease(heldLease(this.lease, to, world.nowMs()));
    if (written === undefined) return this.lose();
    this.lease = written;
    this.held = state;
    this.renewedMs = renewedMs;
    return true;
  }

  /** Whether it was stored so recently that nobody else can hold the Lease yet. */
  isFresh(): boolean {
    return this.world.ranMs() - this.renewedMs <= this.config.leaseMs / 2;
  }

  private lose(): false {
    this.lease = undefined;
    this.held = undefined;
    this.renewedMs = -Infinity;
    this.onLost();
    return false;
  }
}

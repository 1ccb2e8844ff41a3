/** The reaper's turn: look at the guards, and kill when it is time and nothing holds. Without k6, so that tests can play it. */
import type { Removal } from './chaos-bodies.ts';
import type { ChaosConfig } from './chaos-config.ts';
import { type Guard, guardOf, type Signals } from './chaos-guards.ts';
import { heldLease, type Lease, LeaseWatch, stateAnnotation } from './chaos-lease.ts';
import {
  type ChaosState,
  drawDelayMs,
  type Kill,
  type KillMode,
  remembered,
  resumedState,
} from './chaos-state.ts';
import {
  choose,
  chooseMode,
  type Pod,
  podOf,
  type RawPod,
  readyOf,
  victims,
  workloadsOf,
} from './chaos-victims.ts';

/** Why a chosen pod was not removed after all. */
export type Spared = 'dry-run' | Exclude<Removal, 'done'>;

/** What the reaper needs of the world; whatever throws is a fault that holds it back for some minutes. */
export interface ChaosWorld {
  nowMs(): number;
  random(): number;
  /** Name of this reaper's pod. */
  readonly me: string;
  /** Value of the switch's key; undefined where there is none. */
  halted(): string | undefined;
  /** Undefined where there is none yet. */
  readLease(): Lease | undefined;
  /** The Lease as it was stored; undefined when somebody else was faster. */
  writeLease(lease: Lease): Lease | undefined;
  /** What Prometheus knows; undefined where it does not answer. Never throws. */
  signals(): Signals | undefined;
  pods(namespace: string): RawPod[];
  remove(pod: Pod, mode: KillMode): Removal;
  /** Makes a Kubernetes Event on the victim. */
  tell(pod: Pod, mode: KillMode): void;
  /** Adds 0 to every counter of a workload. */
  recordZeros(workload: string): void;
  recordCheck(guard: Guard): void;
  recordKill(mode: KillMode, workload: string): void;
  recordSpared(mode: KillMode, workload: string, why: Spared): void;
  recordRecovery(mode: KillMode, workload: string, tookMs: number): void;
  log(text: string): void;
}

/** The Lease is renewed this often. */
const renewMs = 5_000;
/** Workloads are looked for this often, so that their counters exist before their first kill. */
const inventoryMs = 30_000;
/** A victim that is still ready after so long was not removed at all. */
const notKilledMs = 60_000;

/** One reaper, from its start to its end. */
export class Reaper {
  private readonly watch: LeaseWatch;
  private state: ChaosState | undefined;
  private lease: Lease | undefined;
  private renewedMs = -Infinity;
  private inventoryMs = -Infinity;
  private faultAtMs: number | undefined;
  private fault = '';
  private before: Guard | undefined;
  private readonly seenMs = new Map<string, number>();

  constructor(
    private readonly config: ChaosConfig,
    private readonly world: ChaosWorld,
  ) {
    this.watch = new LeaseWatch(world.me, config.leaseMs);
  }

  /** One turn. Never throws: a fault of its own is a guard too. */
  check(): Guard {
    let guard: Guard;
    try {
      guard = this.turn();
    } catch (fault) {
      this.faultAtMs = this.world.nowMs();
      // One that lasts is said once.
      if (String(fault) !== this.fault) this.world.log(`fault, no kill for some minutes: ${String(fault)}`);
      this.fault = String(fault);
      guard = 'fault';
    }
    if (guard !== 'fault') this.fault = '';
    this.world.recordCheck(guard);
    if (guard !== this.before) this.world.log(guard === 'none' ? 'free to kill' : `held back by: ${guard}`);
    this.before = guard;
    return guard;
  }

  private turn(): Guard {
    const { world, config } = this;
    const halted = world.halted();
    const holdsLease = this.hold();
    const signals = world.signals();
    const nowMs = world.nowMs();
    // Not the holder: no memory to act by.
    const state = this.state ?? { nextAtMs: Infinity, blockedUntilMs: 0, kills: [] };
    const guard = guardOf({ nowMs, halted, holdsLease, faultAtMs: this.faultAtMs, signals, state }, config);
    if (!holdsLease) return guard;
    this.observe(nowMs);
    const due = nowMs >= state.nextAtMs;
    // What came due while it was held back is not made up for.
    if (guard !== 'none') {
      if (due) this.reschedule();
      return guard;
    }
    return due ? this.reap(nowMs) : 'none';
  }

  /** Takes or renews the Lease; with it comes what an earlier reaper remembered. */
  private hold(): boolean {
    const { world, config } = this;
    const nowMs = world.nowMs();
    if (this.state && nowMs - this.renewedMs < renewMs) return true;
    const read = world.readLease();
    if (!this.watch.mayHold(read, nowMs)) return this.lose();
    // A Lease that somebody deleted takes no memory with it.
    const own = read === undefined || read.spec.holderIdentity === world.me;
    const state =
      own && this.state
        ? remembered(this.state, nowMs)
        : resumedState(read?.metadata.annotations?.[stateAnnotation], nowMs, config, () => world.random());
    this.lease = read;
    return this.write(state);
  }

  /** Stores the memory in the Lease, which succeeds for the holder only. */
  private write(state: ChaosState): boolean {
    const { world, config } = this;
    const nowMs = world.nowMs();
    const to = {
      name: config.lease,
      namespace: config.namespace,
      me: world.me,
      leaseMs: config.leaseMs,
      state: JSON.stringify(state),
    };
    const written = world.writeLease(heldLease(this.lease, to, nowMs));
    if (written === undefined) return this.lose();
    this.lease = written;
    this.state = state;
    this.renewedMs = nowMs;
    return true;
  }

  private lose(): false {
    this.lease = undefined;
    this.state = undefined;
    this.renewedMs = -Infinity;
    return false;
  }

  /** Looks for new workloads, and for the end of recoveries. */
  private observe(nowMs: number): void {
    const { world, config } = this;
    const open = this.state?.kills.filter(({ recovered }) => !recovered) ?? [];
    if (open.length === 0 && nowMs - this.inventoryMs < inventoryMs) return;
    this.inventoryMs = nowMs;
    const pods = this.pods();
    for (const workload of workloadsOf(pods, config)) {
      if (this.seenMs.has(workload)) continue;
      this.seenMs.set(workload, nowMs);
      world.recordZeros(workload);
    }
    for (const kill of open) {
      if (pods.some(({ uid, ready, ending }) => uid === kill.uid && ready && !ending)) {
        // A request that failed on its way: the pod was never told to go.
        if (nowMs - kill.atMs > notKilledMs) kill.recovered = true;
        continue;
      }
      if (readyOf(pods, kill.workload) < kill.readyBefore) continue;
      kill.recovered = true;
      world.recordRecovery(kill.mode, kill.workload, nowMs - kill.atMs);
      world.log(
        `${kill.workload} has recovered from ${kill.mode} of ${kill.pod} after ${nowMs - kill.atMs} ms`,
      );
    }
  }

  private reap(nowMs: number): Guard {
    const { world, config, state } = this;
    if (!state) return 'lease';
    const pods = this.pods();
    const candidates = victims(pods, config, state, nowMs);
    for (const workload of candidates.keys())
      if (nowMs - (this.seenMs.get(workload) ?? nowMs) < config.zeroLeadMs) candidates.delete(workload);
    const victim = choose(candidates, () => world.random());
    if (!victim) {
      this.reschedule();
      world.log('no pod may be removed now: too young, too few, not whole, or capped');
      return 'none';
    }
    const mode = chooseMode(config.killShare, () => world.random());
    const kill: Kill = {
      atMs: nowMs,
      workload: victim.workload,
      pod: victim.name,
      uid: victim.uid,
      mode,
      readyBefore: readyOf(pods, victim.workload),
      recovered: false,
    };
    // Written down first: a reaper that dies between the two has killed in the eyes of the next one.
    const nextAtMs = nowMs + drawDelayMs(config, () => world.random());
    if (!this.write({ ...state, nextAtMs, kills: [...state.kills, kill] })) return 'lease';
    if (world.halted() !== 'false') return 'switch';
    // A process that stood still meanwhile may have lost the Lease.
    if (world.nowMs() - this.renewedMs > config.leaseMs / 2) return 'lease';
    this.removeAndTell(victim, kill);
    return 'none';
  }

  private removeAndTell(victim: Pod, kill: Kill): void {
    const { world, config } = this;
    const { mode, workload } = kill;
    const removal = world.remove(victim, mode);
    if (removal !== 'done') {
      this.forget(kill);
      world.recordSpared(mode, workload, removal);
      world.log(`${mode} of ${victim.namespace}/${victim.name}: not done (${removal})`);
      return;
    }
    if (config.dryRun) {
      kill.recovered = true;
      world.recordSpared(mode, workload, 'dry-run');
    } else world.recordKill(mode, workload);
    const inSeconds = Math.round(((this.state?.nextAtMs ?? 0) - world.nowMs()) / 1000);
    const did = config.dryRun ? 'would remove' : 'removed';
    world.log(
      `${did} ${victim.namespace}/${victim.name} (${mode}, ${workload}, uid ${victim.uid}); next in ${inSeconds} s`,
    );
    world.tell(victim, mode);
  }

  private pods(): Pod[] {
    return this.config.namespaces.flatMap((namespace) => this.world.pods(namespace)).map(podOf);
  }

  private reschedule(): void {
    const { world, config, state } = this;
    if (state) state.nextAtMs = world.nowMs() + drawDelayMs(config, () => world.random());
  }

  private forget(kill: Kill): void {
    if (this.state) this.state.kills = this.state.kills.filter((one) => one !== kill);
  }
}

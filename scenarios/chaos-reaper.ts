/** The reaper's turn: look at the guards, and kill when it is time and nothing holds. Without k6, so that tests can play it. */
import type { Removal, Subject } from './chaos-bodies.ts';
import { type Churn, drawChurn, type Mode, progress, type Scale } from './chaos-churn.ts';
import type { ChaosConfig } from './chaos-config.ts';
import { type Guard, guardOf, type Signals } from './chaos-guards.ts';
import { heldLease, type Lease, LeaseWatch, stateAnnotation } from './chaos-lease.ts';
import {
  asChurn,
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

/** What came of a change of a Deployment, and its UID. */
export interface Changed {
  outcome: Removal;
  uid: string;
}

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
  /** Has every pod of a Deployment made anew. */
  restart(workload: string): Changed;
  /** Replicas that a Deployment is to have; undefined where there is none of that name. */
  readScale(workload: string): Scale | undefined;
  scale(scale: Scale): Changed;
  /** Makes a Kubernetes Event on the victim. */
  tell(victim: Subject, mode: Mode): void;
  /** Adds 0 to the counters of a workload. */
  recordZeros(workload: string, modes: readonly Mode[]): void;
  recordCheck(guard: Guard): void;
  recordKill(mode: Mode, workload: string): void;
  recordSpared(mode: Mode, workload: string, why: Spared): void;
  recordRecovery(mode: Mode, workload: string, tookMs: number): void;
  log(text: string): void;
}

/** The Lease is renewed this often. */
const renewMs = 5_000;
/** Workloads are looked for this often, so that their counters exist before their first kill. */
const inventoryMs = 30_000;
/** A victim that is still ready after so long was not removed at all. */
const notKilledMs = 60_000;
/** A scaling that has begun is ended even so: what holds here holds back new kills, and says nothing against it. */
const mayFinish: readonly Guard[] = ['none', 'quiet', 'cap', 'unrecovered'];

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
  /** Whether it has looked at what an earlier reaper began: when that was over nobody saw. */
  private looked = false;
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
    this.observe(nowMs, guard);
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
    this.looked = false;
    this.renewedMs = -Infinity;
    return false;
  }

  /** Looks for new workloads, and for the end of recoveries. */
  private observe(nowMs: number, guard: Guard): void {
    const { world, config } = this;
    const open = this.state?.kills.filter(({ recovered }) => !recovered) ?? [];
    if (open.length === 0 && nowMs - this.inventoryMs < inventoryMs) return;
    this.inventoryMs = nowMs;
    const pods = this.pods();
    const sawLast = this.looked;
    this.looked = true;
    for (const workload of workloadsOf(pods, config)) {
      if (this.seenMs.has(workload)) continue;
      this.seenMs.set(workload, nowMs);
      world.recordZeros(workload, ['evict', 'kill', ...(config.churn.share > 0 ? config.churn.modes : [])]);
    }
    for (const kill of open) {
      const churn = asChurn(kill);
      if (churn) {
        this.follow(churn, pods, { nowMs, guard, sawLast });
        continue;
      }
      if (pods.some(({ uid, ready, ending }) => uid === kill.uid && ready && !ending)) {
        // A request that failed on its way: the pod was never told to go.
        if (nowMs - kill.atMs > notKilledMs) kill.recovered = true;
        continue;
      }
      if (readyOf(pods, kill.workload) < kill.readyBefore) continue;
      this.recover(kill, nowMs, sawLast);
    }
  }

  /** Sees a churn to its end. */
  private follow(
    churn: Kill & Churn,
    pods: readonly Pod[],
    { nowMs, guard, sawLast }: { nowMs: number; guard: Guard; sawLast: boolean },
  ): void {
    const found = progress(churn, pods, nowMs);
    if (found === 'over') this.recover(churn, nowMs, sawLast);
    if (found === 'never') churn.recovered = true;
    if (found === 'back' && mayFinish.includes(guard)) this.scaleBack(churn);
  }

  private scaleBack(churn: Kill & Churn): void {
    const { world, config } = this;
    const { workload, replicas = 0 } = churn;
    // Whoever switched scaling off took the permission away too.
    const isAllowed = config.churn.share > 0 && config.churn.modes.includes('scale');
    const scale = isAllowed ? world.readScale(workload) : undefined;
    if (scale?.replicas !== replicas + 1) {
      churn.recovered = true;
      const why = isAllowed ? 'was scaled by somebody else meanwhile' : 'may not be scaled any more';
      world.log(`${workload} ${why}: left as it is`);
      return;
    }
    // Not forgotten before it is done: a reaper that starts anew goes on with it.
    if (world.scale({ ...scale, replicas }).outcome === 'done') delete churn.replicas;
  }

  private recover(kill: Kill, nowMs: number, sawLast: boolean): void {
    const { world } = this;
    const { mode, workload, pod, atMs } = kill;
    kill.recovered = true;
    const what = `${workload} has recovered from ${mode}${pod === '' ? '' : ` of ${pod}`}`;
    if (!sawLast) {
      world.log(`${what}, unseen`);
      return;
    }
    world.recordRecovery(mode, workload, nowMs - atMs);
    world.log(`${what} after ${nowMs - atMs} ms`);
  }

  private reap(nowMs: number): Guard {
    const { world, config, state } = this;
    if (!state) return 'lease';
    const pods = this.pods();
    const candidates = victims(pods, config, state, nowMs);
    for (const workload of candidates.keys())
      if (nowMs - (this.seenMs.get(workload) ?? nowMs) < config.zeroLeadMs) candidates.delete(workload);
    const churn = drawChurn(config.churn, () => world.random());
    for (const workload of candidates.keys())
      if (churn && !config.churn.deployments.includes(workload)) candidates.delete(workload);
    // What a churn costs could be laid at another's door.
    if (state.kills.some((kill) => !kill.recovered && asChurn(kill))) candidates.clear();
    const victim = choose(candidates, () => world.random());
    const scale = victim && churn === 'scale' ? world.readScale(victim.workload) : undefined;
    if (!victim || (churn === 'scale' && !scale)) {
      this.reschedule();
      world.log(
        `no ${churn ?? 'kill'} now: pods too young, too few or not whole, a cap, or a churn is under way`,
      );
      return 'none';
    }
    const kill: Kill = {
      atMs: nowMs,
      workload: victim.workload,
      pod: churn ? '' : victim.name,
      uid: churn ? '' : victim.uid,
      mode: churn ?? chooseMode(config.killShare, () => world.random()),
      readyBefore: readyOf(pods, victim.workload),
      recovered: false,
      ...(churn === 'restart' ? { template: victim.template } : {}),
      ...(scale ? { replicas: scale.replicas } : {}),
    };
    // Written down first: a reaper that dies between the two has killed in the eyes of the next one.
    const nextAtMs = nowMs + drawDelayMs(config, () => world.random());
    if (!this.write({ ...state, nextAtMs, kills: [...state.kills, kill] })) return 'lease';
    if (world.halted() !== 'false') return 'switch';
    // A process that stood still meanwhile may have lost the Lease.
    if (world.nowMs() - this.renewedMs > config.leaseMs / 2) return 'lease';
    this.doAndTell(victim, kill, scale);
    return 'none';
  }

  private doAndTell(pod: Pod, kill: Kill, scale: Scale | undefined): void {
    const { world, config } = this;
    const { mode, workload } = kill;
    const { outcome, victim } = this.done(pod, kill, scale);
    const name = `${victim.namespace}/${victim.name}`;
    if (outcome !== 'done') {
      this.forget(kill);
      world.recordSpared(mode, workload, outcome);
      world.log(`${mode} of ${name}: not done (${outcome})`);
      return;
    }
    if (config.dryRun) {
      kill.recovered = true;
      world.recordSpared(mode, workload, 'dry-run');
    } else world.recordKill(mode, workload);
    const inSeconds = Math.round(((this.state?.nextAtMs ?? 0) - world.nowMs()) / 1000);
    const [does, did] = asChurn(kill) ? ['churn', 'churned'] : ['remove', 'removed'];
    world.log(
      `${config.dryRun ? `would ${does}` : did} ${name} (${mode}, ${workload}, uid ${victim.uid}); next in ${inSeconds} s`,
    );
    world.tell(victim, mode);
  }

  /** Does it, and says to what. */
  private done(pod: Pod, { mode, workload }: Kill, scale: Scale | undefined) {
    const { world } = this;
    if (mode === 'evict' || mode === 'kill') {
      const { name, namespace, uid } = pod;
      const victim: Subject = { kind: 'Pod', name, namespace, uid, workload };
      return { outcome: world.remove(pod, mode), victim };
    }
    const { outcome, uid } = scale
      ? world.scale({ ...scale, replicas: scale.replicas + 1 })
      : world.restart(workload);
    const name = workload.slice(pod.namespace.length + 1);
    const victim: Subject = { kind: 'Deployment', name, namespace: pod.namespace, uid, workload };
    return { outcome, victim };
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

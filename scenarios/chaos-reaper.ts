/** The reaper's turn: look at the guards, and kill when it is time and nothing holds. Without k6, so that tests can play it. */
import type { Removal, Subject } from './chaos-bodies.ts';
import { drawMode, kindOf, type Scale } from './chaos-churn.ts';
import type { ChaosConfig } from './chaos-config.ts';
import type { ChaosWorld } from './chaos-contract.ts';
import { drainOf, nodesOf, subjectOf } from './chaos-drain.ts';
import { Follower, podsOf } from './chaos-follow.ts';
import { type Guard, guardOf } from './chaos-guards.ts';
import { Memory } from './chaos-memory.ts';
import { drainable } from './chaos-nodes.ts';
import { isObjectMode, type ObjectMode, objectNames, subjectOfObjects } from './chaos-objects.ts';
import { objectChurn } from './chaos-own.ts';
import { type ChaosState, drawDelayMs, type Kill, killsInHour } from './chaos-state.ts';
import { choose, chooseMode, oneOf, type Pod, readyOf, victims } from './chaos-victims.ts';

/** Something that was chosen, not yet done. */
interface Plan {
  kill: Kill;
  /** Does it, and says to what. */
  act: () => { outcome: Removal; victim: Subject };
}

/** What it does and did, in the log. */
const words = {
  pod: ['remove', 'removed'],
  workload: ['churn', 'churned'],
  node: ['cordon and drain', 'cordoned'],
  object: ['make', 'made'],
} as const;

/** One reaper, from its start to its end. */
export class Reaper {
  private readonly memory: Memory;
  private readonly follower: Follower;
  /** When it failed last, by the clock of this process. */
  private faultAtMs: number | undefined;
  private fault = '';
  private before: Guard | undefined;

  constructor(
    private readonly config: ChaosConfig,
    private readonly world: ChaosWorld,
  ) {
    const follower = new Follower(config, world);
    this.follower = follower;
    this.memory = new Memory(config, world, () => follower.unsee());
  }

  /** One turn. Never throws: a fault of its own is a guard too. */
  check(): Guard {
    let guard: Guard;
    try {
      guard = this.turn();
    } catch (fault) {
      this.faultAtMs = this.world.ranMs();
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
    const { world, config, memory } = this;
    const halted = world.halted();
    const holdsLease = memory.hold();
    const signals = world.signals();
    const nowMs = world.nowMs();
    // Not the holder: no memory to act by.
    const state = memory.state ?? { nextAtMs: Infinity, blockedUntilMs: 0, kills: [] };
    const sinceFaultMs = this.faultAtMs === undefined ? undefined : world.ranMs() - this.faultAtMs;
    const guard = guardOf({ nowMs, halted, holdsLease, sinceFaultMs, signals, state }, config);
    if (!holdsLease) return guard;
    this.follower.observe(state.kills, nowMs, guard);
    const due = nowMs >= state.nextAtMs;
    // What came due while it was held back is not made up for.
    if (guard !== 'none') {
      if (due) this.reschedule();
      return guard;
    }
    return due ? this.reap(state, nowMs) : 'none';
  }

  private reap(state: ChaosState, nowMs: number): Guard {
    const { world, config, memory } = this;
    const plan = this.plan(state, nowMs);
    if (!plan) {
      this.reschedule();
      return 'none';
    }
    // Written down first: a reaper that dies between the two has killed in the eyes of the next one.
    const nextAtMs = nowMs + drawDelayMs(config, () => world.random());
    if (!memory.write({ ...state, nextAtMs, kills: [...state.kills, plan.kill] })) return 'lease';
    if (world.halted() !== 'false') return 'switch';
    // A process that stood still meanwhile may have lost the Lease.
    if (!memory.isFresh()) return 'lease';
    this.doAndTell(plan);
    return 'none';
  }

  /** What is done next, and to whom, by lot; says why where there is nothing. */
  private plan(state: ChaosState, nowMs: number): Plan | undefined {
    const { world, config } = this;
    const pods = podsOf(config, world);
    const drawn = drawMode(config, () => world.random());
    if (drawn === 'drain') return this.planDrain(pods, state, nowMs);
    if (drawn !== undefined && isObjectMode(drawn)) return this.planObjects(drawn, state, nowMs);
    const churn = drawn;
    const candidates = victims(pods, config, state, nowMs);
    for (const workload of candidates.keys()) {
      const isMeant = !churn || config.churn.deployments.includes(workload);
      if (!isMeant || !this.follower.isKnown(workload)) candidates.delete(workload);
    }
    // What a churn or a drain costs could be laid at another's door.
    if (state.kills.some((kill) => !kill.recovered && kindOf(kill.mode) !== 'pod')) candidates.clear();
    const victim = choose(candidates, () => world.random());
    const scale = victim && churn === 'scale' ? world.readScale(victim.workload) : undefined;
    if (!victim || (churn === 'scale' && !scale)) {
      world.log(
        `no ${churn ?? 'kill'} now: pods too young, too few or not whole, a cap, or a churn or a drain is under way`,
      );
      return undefined;
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
    return { kill, act: () => this.done(victim, kill, scale) };
  }

  private planDrain(pods: readonly Pod[], state: ChaosState, nowMs: number): Plan | undefined {
    const { world, config } = this;
    const nodes = drainable(nodesOf(config, world), pods, config, state, nowMs);
    const node = oneOf(
      nodes.filter(({ name }) => this.follower.isKnown(name)),
      () => world.random(),
    );
    if (!node) {
      world.log(
        'no drain now: no node with the label, none with pods to take, one that is not whole, or a cap',
      );
      return undefined;
    }
    const kill = drainOf(node, pods, config, nowMs);
    return { kill, act: () => ({ outcome: world.cordon(node), victim: subjectOf(node) }) };
  }

  private planObjects(mode: ObjectMode, state: ChaosState, nowMs: number): Plan | undefined {
    const { world, config } = this;
    const kill = objectChurn(mode, config, nowMs);
    const underCap = killsInHour(state, nowMs, kill.workload) < config.maxPerWorkloadPerHour;
    const isBusy = state.kills.some(({ recovered }) => !recovered);
    if (!underCap || isBusy || !this.follower.isKnown(kill.workload)) {
      world.log(`no ${mode} now: something is under way, or a cap`);
      return undefined;
    }
    return { kill, act: () => this.make(mode) };
  }

  /** Makes all of them; what is left of an attempt that stops in the middle is removed at the next look. */
  private make(mode: ObjectMode) {
    const { world, config } = this;
    let uid = '';
    let outcome: Removal = 'done';
    for (const name of objectNames(mode)) {
      const made = world.make(mode, name);
      ({ outcome } = made);
      if (uid === '') ({ uid } = made);
      if (outcome !== 'done') break;
    }
    return { outcome, victim: subjectOfObjects(mode, uid, config) };
  }

  private doAndTell({ kill, act }: Plan): void {
    const { world, config, memory } = this;
    const { mode, workload } = kill;
    const { outcome, victim } = act();
    const name = victim.kind === 'Node' ? victim.name : `${victim.namespace}/${victim.name}`;
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
    const inSeconds = Math.round(((memory.state?.nextAtMs ?? 0) - world.nowMs()) / 1000);
    const [does, did] = words[kindOf(mode)];
    world.log(
      `${config.dryRun ? `would ${does}` : did} ${name} (${mode}, ${workload}, uid ${victim.uid}); next in ${inSeconds} s`,
    );
    world.tell(victim, mode);
  }

  /** Does it to a pod or its workload, and says to what. */
  private done(pod: Pod, { mode, workload }: Kill, scale: Scale | undefined) {
    const { world } = this;
    if (mode === 'evict' || mode === 'kill') {
      const { name, namespace, uid } = pod;
      const victim: Subject = { apiVersion: 'v1', kind: 'Pod', name, namespace, uid, workload };
      return { outcome: world.remove(pod, mode), victim };
    }
    const { outcome, uid } = scale
      ? world.scale({ ...scale, replicas: scale.replicas + 1 })
      : world.restart(workload);
    const name = workload.slice(pod.namespace.length + 1);
    const victim: Subject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name,
      namespace: pod.namespace,
      uid,
      workload,
    };
    return { outcome, victim };
  }

  private reschedule(): void {
    const { world, config, memory } = this;
    if (memory.state) memory.state.nextAtMs = world.nowMs() + drawDelayMs(config, () => world.random());
  }

  private forget(kill: Kill): void {
    const { state } = this.memory;
    if (state) state.kills = state.kills.filter((one) => one !== kill);
  }
}

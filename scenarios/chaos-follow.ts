/** Sees what the reaper began to its end: recoveries, and churn or a drain that is under way. */
import { asChurn, type Kill, memoryMs } from './chaos-state.ts';
import { type Churn, isWorkloadMode, type Mode, progress } from './chaos-churn.ts';
import type { ChaosConfig } from './chaos-config.ts';
import type { ChaosWorld } from './chaos-contract.ts';
import { followDrain, giveBackForgotten, nodesOf } from './chaos-drain.ts';
import type { Guard } from './chaos-guards.ts';
import type { Node } from './chaos-nodes.ts';
import { objectGroup, objectModesOf } from './chaos-objects.ts';
import { asObjectChurn, followObjects, removeForgotten } from './chaos-own.ts';
import { hasEnded, type Pod, podOf, readyOf, workloadsOf } from './chaos-victims.ts';

/** Workloads are looked for this often, so that their counters exist before their first kill. */
const inventoryMs = 30_000;
/** A victim that is still ready after so long was not removed at all. */
const notKilledMs = 60_000;
/** What has begun goes on even so: what holds here holds back new kills, and says nothing against it. */
const mayFinish: readonly Guard[] = ['none', 'quiet', 'cap', 'unrecovered'];

/** Every pod with the label that has not ended for good, of all namespaces with victims. */
export function podsOf(config: Pick<ChaosConfig, 'namespaces'>, world: Pick<ChaosWorld, 'pods'>): Pod[] {
  const raw = config.namespaces.flatMap((namespace) => world.pods(namespace));
  return raw.filter((pod) => !hasEnded(pod)).map(podOf);
}

/** What one reaper sees of what was begun, by itself or by an earlier one. */
export class Follower {
  /** When it looked last, by the clock of this process. */
  private lookedMs = -Infinity;
  /** Whether it has looked at what an earlier reaper began: when that was over nobody saw. */
  private looked = false;
  /** Since when each workload and node is known, by the same clock. */
  private readonly seenMs = new Map<string, number>();

  constructor(
    private readonly config: ChaosConfig,
    private readonly world: ChaosWorld,
  ) {}

  /** The Lease was lost: what happens until it is held again is not seen. */
  unsee(): void {
    this.looked = false;
  }

  /** Whether a workload or node is known so long that rules have seen its zeros. */
  isKnown(workload: string): boolean {
    const ranMs = this.world.ranMs();
    return ranMs - (this.seenMs.get(workload) ?? ranMs) >= this.config.zeroLeadMs;
  }

  /** Looks for new workloads, and for the end of recoveries; changes `kills`. */
  observe(kills: readonly Kill[], nowMs: number, guard: Guard): void {
    const { world, config } = this;
    const open = kills.filter(({ recovered }) => !recovered);
    if (open.length === 0 && world.ranMs() - this.lookedMs < inventoryMs) return;
    this.lookedMs = world.ranMs();
    const pods = podsOf(config, world);
    const sawLast = this.looked;
    this.looked = true;
    const nodes = nodesOf(config, world);
    const churns = config.churn.share > 0 ? config.churn.modes.filter(isWorkloadMode) : [];
    for (const workload of workloadsOf(pods, config)) this.know(workload, ['evict', 'kill', ...churns]);
    for (const { name, optedIn } of nodes) if (optedIn) this.know(name, ['drain']);
    for (const mode of objectModesOf(config)) this.know(objectGroup(mode, config), [mode]);
    giveBackForgotten(nodes, kills, world);
    removeForgotten(config, kills, world);
    const mayGoOn = !config.dryRun && mayFinish.includes(guard);
    for (const kill of open) {
      const churn = asChurn(kill);
      const objects = asObjectChurn(kill);
      if (kill.mode === 'drain') {
        const seen = { nodes, pods, nowMs, mayGoOn };
        if (followDrain(kill, seen, config, world)) this.recover(kill, nowMs, sawLast);
      } else if (objects) {
        if (followObjects(objects, { nowMs, mayGoOn }, config, world)) this.recover(kill, nowMs, sawLast);
      } else if (churn) this.followChurn(churn, pods, { nowMs, guard, sawLast });
      else this.followKill(kill, pods, nowMs, sawLast);
      if (!kill.recovered && this.isPast(kill, { nodes, pods, nowMs })) {
        kill.recovered = true;
        world.log(`${kill.workload} is whole with other numbers than before ${kill.mode}: taken as they are`);
      }
    }
  }

  /** Whether it is an hour ago, nothing is to be given back and all pods that are there are ready: somebody wants fewer now, or more. */
  private isPast(
    kill: Kill,
    { nodes, pods, nowMs }: { nodes: readonly Node[]; pods: readonly Pod[]; nowMs: number },
  ): boolean {
    const isHeld =
      kill.replicas !== undefined ||
      asObjectChurn(kill) !== undefined ||
      nodes.some(({ uid, cordonedBy }) => uid === kill.uid && cordonedBy !== '');
    if (isHeld || nowMs - kill.atMs <= memoryMs) return false;
    const workloads = kill.mode === 'drain' ? workloadsOf(pods, this.config) : [kill.workload];
    return pods
      .filter(({ workload }) => workloads.includes(workload))
      .every(({ ready, ending }) => ready && !ending);
  }

  private know(workload: string, modes: readonly Mode[]): void {
    if (this.seenMs.has(workload)) return;
    this.seenMs.set(workload, this.world.ranMs());
    this.world.recordZeros(workload, modes);
  }

  private followKill(kill: Kill, pods: readonly Pod[], nowMs: number, sawLast: boolean): void {
    if (pods.some(({ uid, ready, ending }) => uid === kill.uid && ready && !ending)) {
      // A request that failed on its way: the pod was never told to go.
      if (nowMs - kill.atMs > notKilledMs) kill.recovered = true;
      return;
    }
    if (readyOf(pods, kill.workload) >= kill.readyBefore) this.recover(kill, nowMs, sawLast);
  }

  private followChurn(
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
    if (world.scaleBack({ ...scale, replicas }) === 'done') delete churn.replicas;
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
}

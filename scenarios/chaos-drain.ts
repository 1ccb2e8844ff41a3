/** Drains nodes, and gives back every one that the reaper has cordoned, whatever happened to the reaper. */
import type { Subject } from './chaos-bodies.ts';
import type { ChaosConfig } from './chaos-config.ts';
import type { ChaosWorld } from './chaos-contract.ts';
import { drainStep, type Node, nodeOf, readyInAll } from './chaos-nodes.ts';
import type { Kill } from './chaos-state.ts';
import type { Pod } from './chaos-victims.ts';

/** Every node of the cluster; none where draining is off, as the account may not even look. */
export function nodesOf(
  config: Pick<ChaosConfig, 'drainShare' | 'selector'>,
  world: Pick<ChaosWorld, 'nodes'>,
): Node[] {
  return config.drainShare > 0 ? world.nodes().map((raw) => nodeOf(raw, config.selector)) : [];
}

/** A drain as it is written down before it begins. */
export function drainOf(node: Node, pods: readonly Pod[], config: ChaosConfig, nowMs: number): Kill {
  return {
    atMs: nowMs,
    workload: node.name,
    pod: '',
    uid: node.uid,
    mode: 'drain',
    readyBefore: readyInAll(pods, config),
    recovered: false,
  };
}

/** A node as what something is done to: its Events lie where those of all nodes do. */
export function subjectOf({ name, uid }: Node): Subject {
  return { apiVersion: 'v1', kind: 'Node', namespace: 'default', name, uid, workload: name };
}

/** Does what comes next in a drain; true when it is over. Changes `drain`. */
export function followDrain(
  drain: Kill,
  seen: { nodes: readonly Node[]; pods: readonly Pod[]; nowMs: number; mayGoOn: boolean },
  config: ChaosConfig,
  world: ChaosWorld,
): boolean {
  if (config.drainShare <= 0) {
    // Whoever switched it off took the permission away too; the reaper that ended gave the node back.
    drain.recovered = true;
    return false;
  }
  const node = seen.nodes.find(({ uid }) => uid === drain.uid);
  if (node && node.cordonedBy !== '') drain.cordoned = true;
  const step = drainStep(drain, { ...seen, node }, config);
  if (step.do === 'never') drain.recovered = true;
  if (step.do === 'uncordon' && node) giveBack(node, step.why, world);
  if (step.do === 'evict')
    for (const pod of step.pods) {
      // Its disruption budget may say no for now: asked again at the next look.
      if (world.remove(pod, 'evict') !== 'done') continue;
      const { name, namespace, uid, workload } = pod;
      world.log(`drained ${namespace}/${name} off ${drain.workload} (${workload}, uid ${uid})`);
      world.tell({ apiVersion: 'v1', kind: 'Pod', name, namespace, uid, workload }, 'drain');
    }
  return step.do === 'over';
}

/** Gives back nodes whose drain nobody remembers: the memory went, or a request arrived after it was given up. */
export function giveBackForgotten(
  nodes: readonly Node[],
  kills: readonly Kill[],
  world: Pick<ChaosWorld, 'uncordon' | 'log'>,
): void {
  const known = new Set(
    kills.filter(({ mode, recovered }) => mode === 'drain' && !recovered).map(({ uid }) => uid),
  );
  for (const node of nodes)
    if (node.cordonedBy !== '' && !known.has(node.uid)) giveBack(node, 'its drain is forgotten', world);
}

/** Gives back what this very reaper has cordoned: its last deed, as the next one may not be allowed to. Never throws. */
export function giveBackOwn(
  config: Pick<ChaosConfig, 'drainShare' | 'selector'>,
  world: Pick<ChaosWorld, 'me' | 'nodes' | 'uncordon' | 'log'>,
): void {
  // A node may change between the look and the request.
  for (let attempt = 0; attempt < 3; attempt += 1)
    try {
      const own = nodesOf(config, world).filter(({ cordonedBy }) => cordonedBy === world.me);
      if (own.length === 0) return;
      for (const node of own) giveBack(node, 'the reaper ends', world);
    } catch (fault) {
      world.log(`a node may still be cordoned: ${String(fault)}`);
    }
}

function giveBack(node: Node, why: string, world: Pick<ChaosWorld, 'uncordon' | 'log'>): void {
  const outcome = world.uncordon(node);
  world.log(
    outcome === 'done'
      ? `uncordoned ${node.name}: ${why}`
      : `${node.name} is not uncordoned yet (${outcome})`,
  );
}

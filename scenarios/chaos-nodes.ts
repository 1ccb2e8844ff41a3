/** Which node may be drained, and what comes next in a drain. */
import type { ChaosConfig } from './chaos-config.ts';
import { type ChaosState, type Kill, killsInHour } from './chaos-state.ts';
import { type Pod, readyOf, type VictimLimits, victims, workloadsOf } from './chaos-victims.ts';

/** Annotation of a node that the reaper has cordoned: the name of its pod. A node without it is never uncordoned. */
export const cordonAnnotation = 'chaos.continuous-load/cordoned-by';

/** The parts of a node, as the API server gives it, that are looked at. */
export interface RawNode {
  metadata: {
    name: string;
    uid: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: { unschedulable?: boolean };
  status?: { conditions?: { type: string; status: string }[] };
}

/** One page of a list of nodes; `continue` is '' or absent on the last. */
export interface NodePage {
  metadata?: { continue?: string };
  items: RawNode[];
}

/** Nodes that are asked for at once: each is some ten KiB of JSON, most of it the names of images. */
const pageSize = 100;

/** Every node, page by page, of each only what is looked at; `get` throws for what is no page, as when its continuation has expired. */
export function listedNodes(get: (path: string) => NodePage): RawNode[] {
  const all: RawNode[] = [];
  let next = '';
  do {
    const from = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
    const { metadata, items } = get(`/api/v1/nodes?limit=${pageSize}${from}`);
    all.push(...items.map(lookedAt));
    next = metadata?.continue ?? '';
  } while (next !== '');
  return all;
}

function lookedAt({ metadata, spec, status }: RawNode): RawNode {
  const { name, uid, resourceVersion, labels, annotations } = metadata;
  const mark = annotations?.[cordonAnnotation];
  const conditions = (status?.conditions ?? []).filter(({ type }) => type === 'Ready');
  return {
    metadata: {
      name,
      uid,
      resourceVersion,
      ...(labels ? { labels } : {}),
      ...(mark === undefined ? {} : { annotations: { [cordonAnnotation]: mark } }),
    },
    spec: { unschedulable: spec?.unschedulable === true },
    status: { conditions: conditions.map((one) => ({ type: one.type, status: one.status })) },
  };
}

/** A node in the words of this file. */
export interface Node {
  name: string;
  uid: string;
  /** Makes a change a conflict when somebody else was faster. */
  resourceVersion: string;
  /** It carries the label that lets it be drained, and has nothing of the control plane. */
  optedIn: boolean;
  /** It runs the control plane: no place for pods, and never drained. */
  isControlPlane: boolean;
  ready: boolean;
  cordoned: boolean;
  /** Pod of the reaper that cordoned it; '' for anybody else. */
  cordonedBy: string;
}

/** Roles of nodes that hold the cluster itself, as kubeadm, k3s and RKE name them. */
const controlPlane = /^node-role\.kubernetes\.io\/(control-?plane|master|etcd)$/;

/** Reads a node; `selector` is the `key=value` by which pods agree too. */
export function nodeOf({ metadata, spec, status }: RawNode, selector: string): Node {
  const { name, uid, resourceVersion, labels = {}, annotations = {} } = metadata;
  const isControlPlane = Object.keys(labels).some((label) => controlPlane.test(label));
  const [label = '', value] = selector.split('=');
  return {
    name,
    uid,
    resourceVersion,
    optedIn: labels[label] === value && !isControlPlane,
    isControlPlane,
    ready: (status?.conditions ?? []).some(({ type, status: holds }) => type === 'Ready' && holds === 'True'),
    cordoned: spec?.unschedulable === true,
    cordonedBy: annotations[cordonAnnotation] ?? '',
  };
}

/** Pods of workloads that may lose one at all: a drain takes no others. */
function takeable(pods: readonly Pod[], limits: Pick<VictimLimits, 'statefulSets'>): Pod[] {
  const workloads = new Set(workloadsOf(pods, limits));
  return pods.filter(({ workload }) => workloads.has(workload));
}

/** Number of ready pods that a drain has to see again at its end, of all workloads that may lose one. */
export function readyInAll(pods: readonly Pod[], limits: Pick<VictimLimits, 'statefulSets'>): number {
  return takeable(pods, limits).filter(({ ready, ending }) => ready && !ending).length;
}

/**
 * Nodes that may be drained now. The cluster must be whole: every node ready, none cordoned, and another one that takes pods. The node has
 * at least one pod that may be removed and none that may not yet: too young, or of a workload that is not whole, at its cap or too small.
 */
export function drainable(
  nodes: readonly Node[],
  pods: readonly Pod[],
  limits: VictimLimits,
  state: ChaosState,
  nowMs: number,
): Node[] {
  const isWhole = nodes.every(({ ready, cordoned, cordonedBy }) => ready && !cordoned && cordonedBy === '');
  const places = nodes.filter(({ isControlPlane }) => !isControlPlane).length;
  const isBusy = state.kills.some(({ recovered }) => !recovered);
  if (!isWhole || places < 2 || isBusy) return [];
  const free = new Set([...victims(pods, limits, state, nowMs).values()].flat().map(({ uid }) => uid));
  return nodes.filter(({ name, optedIn }) => {
    const own = takeable(pods, limits).filter(({ node }) => node === name);
    const underCap = killsInHour(state, nowMs, name) < limits.maxPerWorkloadPerHour;
    return optedIn && underCap && own.length > 0 && own.every(({ uid }) => free.has(uid));
  });
}

/** A node that is not empty by then is given back as it is: there may be no room elsewhere. Less than what a recovery may take. */
export const drainWithinMs = 240_000;

/** What a drain does next: evict these pods, wait, uncordon the node and say why; or it is over, or never began. */
export type DrainStep =
  { do: 'evict'; pods: Pod[] } | { do: 'uncordon'; why: string } | { do: 'wait' | 'over' | 'never' };

/**
 * Reads it off the cluster. A workload loses its next pod when it is whole and keeps `minReady`; the node is given back when it is empty
 * and all are ready elsewhere, or `mayGoOn` says no. A cordon without the reaper's annotation is somebody else's.
 */
export function drainStep(
  drain: Kill,
  {
    node,
    pods,
    nowMs,
    mayGoOn,
  }: { node: Node | undefined; pods: readonly Pod[]; nowMs: number; mayGoOn: boolean },
  limits: Pick<ChaosConfig, 'statefulSets' | 'minReady'>,
): DrainStep {
  const taken = takeable(pods, limits);
  const isWhole =
    taken.every(({ ready, ending }) => ready && !ending) && readyInAll(pods, limits) >= drain.readyBefore;
  if (node === undefined || node.cordonedBy === '') {
    if (node && drain.cordoned !== true) return { do: 'never' };
    return { do: isWhole ? 'over' : 'wait' };
  }
  if (!mayGoOn) return { do: 'uncordon', why: 'held back' };
  if (nowMs - drain.atMs > drainWithinMs) return { do: 'uncordon', why: 'not done in time' };
  const left = taken.filter((pod) => pod.node === node.name);
  if (left.length === 0) return isWhole ? { do: 'uncordon', why: 'drained' } : { do: 'wait' };
  const next = [...new Set(left.map(({ workload }) => workload))].flatMap((workload) => {
    const own = taken.filter((pod) => pod.workload === workload);
    const may =
      own.every(({ ready, ending }) => ready && !ending) && readyOf(own, workload) - 1 >= limits.minReady;
    return may ? left.filter((pod) => pod.workload === workload).slice(0, 1) : [];
  });
  return next.length > 0 ? { do: 'evict', pods: next } : { do: 'wait' };
}

/** One change of a node: path and body of a merge patch, refused when the node was changed since it was read. */
export interface NodeChange {
  path: string;
  body: object;
}

/** Keeps new pods away from a node, and says who did it. */
export function cordonChange({ name, resourceVersion }: Node, me: string, dryRun: boolean): NodeChange {
  return {
    path: `/api/v1/nodes/${name}?fieldManager=chaos-reaper${dryRun ? '&dryRun=All' : ''}`,
    body: {
      metadata: { resourceVersion, annotations: { [cordonAnnotation]: me } },
      spec: { unschedulable: true },
    },
  };
}

/** Takes new pods to a node again. */
export function uncordonChange({ name, resourceVersion }: Node): NodeChange {
  return {
    path: `/api/v1/nodes/${name}?fieldManager=chaos-reaper`,
    body: {
      metadata: { resourceVersion, annotations: { [cordonAnnotation]: null } },
      spec: { unschedulable: null },
    },
  };
}

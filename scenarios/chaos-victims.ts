/** Which pod may be removed next. */
import type { ChaosConfig } from './chaos-config.ts';
import { type ChaosState, killsInHour, type KillMode } from './chaos-state.ts';

/** The parts of a pod, as the API server gives it, that are looked at. */
export interface RawPod {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    ownerReferences?: { kind: string; name: string; controller?: boolean }[];
  };
  spec?: { nodeName?: string };
  status?: { phase?: string; conditions?: { type: string; status: string }[] };
}

/** A pod in the words of this file. */
export interface Pod {
  name: string;
  namespace: string;
  uid: string;
  createdMs: number;
  /** Name of its node; '' where it has none yet. */
  node: string;
  ready: boolean;
  /** It is being deleted. */
  ending: boolean;
  /** Hash of the pod template that it was made from; '' for what no Deployment made. */
  template: string;
  /** `namespace/name` of what keeps it alive. */
  workload: string;
  /** Kind of that; '' for what the reaper leaves alone: DaemonSets, Jobs, pods of nobody. */
  kind: 'Deployment' | 'StatefulSet' | '';
}

/** Whether it has ended for good, as one that its node evicted for want of memory: such a pod stays listed, and whoever made it counts it no more. */
export function hasEnded({ status }: RawPod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

/** Reads a pod. Its Deployment is known by its ReplicaSet's name, which ends in the pod's `pod-template-hash`. */
export function podOf({ metadata, spec, status }: RawPod): Pod {
  const { name, namespace, uid, creationTimestamp, deletionTimestamp, labels = {} } = metadata;
  const owner = (metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
  const hash = `-${labels['pod-template-hash'] ?? ''}`;
  const ofDeployment = owner?.kind === 'ReplicaSet' && hash !== '-' && owner.name.endsWith(hash);
  const workload = ofDeployment ? owner.name.slice(0, -hash.length) : (owner?.name ?? name);
  return {
    name,
    namespace,
    uid,
    createdMs: Date.parse(creationTimestamp),
    node: spec?.nodeName ?? '',
    ready: (status?.conditions ?? []).some(({ type, status: holds }) => type === 'Ready' && holds === 'True'),
    ending: deletionTimestamp !== undefined,
    template: ofDeployment ? hash.slice(1) : '',
    workload: `${namespace}/${workload}`,
    kind: ofDeployment ? 'Deployment' : owner?.kind === 'StatefulSet' ? 'StatefulSet' : '',
  };
}

/** Number of ready pods of a workload that are to stay. */
export function readyOf(pods: readonly Pod[], workload: string): number {
  return pods.filter((pod) => pod.workload === workload && pod.ready && !pod.ending).length;
}

/** Workloads that may lose a pod at all, whatever their state is. */
export function workloadsOf(
  pods: readonly Pod[],
  { statefulSets }: Pick<ChaosConfig, 'statefulSets'>,
): string[] {
  const named = pods.filter(
    ({ kind, workload }) =>
      kind === 'Deployment' || (kind === 'StatefulSet' && statefulSets.includes(workload)),
  );
  return [...new Set(named.map(({ workload }) => workload))].sort();
}

/** Limits that the choice of a victim keeps to. */
export type VictimLimits = Pick<
  ChaosConfig,
  'statefulSets' | 'minAgeMs' | 'minReady' | 'maxPerWorkloadPerHour'
>;

/**
 * Pods that may be removed now, by workload. A workload must be whole: none of its pods ends or is not ready, it has recovered from its
 * last kill, is under its cap, and keeps `minReady` ready pods.
 */
export function victims(
  pods: readonly Pod[],
  limits: VictimLimits,
  state: ChaosState,
  nowMs: number,
): Map<string, Pod[]> {
  const found = new Map<string, Pod[]>();
  for (const workload of workloadsOf(pods, limits)) {
    const own = pods.filter((pod) => pod.workload === workload);
    const whole = own.every(({ ready, ending }) => ready && !ending);
    const recovered = state.kills.every((kill) => kill.workload !== workload || kill.recovered);
    const underCap = killsInHour(state, nowMs, workload) < limits.maxPerWorkloadPerHour;
    if (!whole || !recovered || !underCap || readyOf(own, workload) - 1 < limits.minReady) continue;
    const old = own.filter(({ createdMs }) => nowMs - createdMs >= limits.minAgeMs);
    if (old.length > 0) found.set(workload, old);
  }
  return found;
}

/** One of them by lot: every workload is as likely as another, and every pod within it. Undefined where there is none. */
export function choose(
  candidates: ReadonlyMap<string, readonly Pod[]>,
  random: () => number,
): Pod | undefined {
  return oneOf(oneOf([...candidates.values()], random) ?? [], random);
}

/** How it is removed, by lot. */
export function chooseMode(killShare: number, random: () => number): KillMode {
  return random() < killShare ? 'kill' : 'evict';
}

/** One of a list by lot, each as likely; undefined of none. */
export function oneOf<T>(list: readonly T[], random: () => number): T | undefined {
  return list[Math.min(Math.floor(random() * list.length), list.length - 1)];
}

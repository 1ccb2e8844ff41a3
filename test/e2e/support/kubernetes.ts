import { namespaceNames } from '../../../components/names';
import { eventually, type Deadline } from './wait';

/** Something that runs kubectl, as `StackUnderTest` and a bare lab do. */
export interface Cluster {
  kubectl(...words: string[]): Promise<string>;
}

/** The parts of any object that tests look at. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
    readonly deletionTimestamp?: string;
  };
  readonly spec?: any;
  readonly status?: any;
}

/** Objects that a `kubectl get` finds. */
export async function list(cluster: Cluster, ...words: string[]): Promise<KubernetesObject[]> {
  const { items } = JSON.parse(await cluster.kubectl('get', ...words, '-o', 'json')) as {
    items: KubernetesObject[];
  };
  return items;
}

/** Pods of one workload, in the load's namespace unless another is named, that are not being deleted. */
export async function pods(
  cluster: Cluster,
  workload: string,
  namespace: string = namespaceNames.load,
): Promise<KubernetesObject[]> {
  const found = await list(cluster, '-n', namespace, 'pods', '-l', `app.kubernetes.io/name=${workload}`);
  return found.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** True when a pod says that it is ready. */
export function isReady(pod: KubernetesObject): boolean {
  const conditions = (pod.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Sets the replicas of a Deployment of the load's namespace. */
export async function scale(cluster: Cluster, deployment: string, replicas: number): Promise<void> {
  await cluster.kubectl(
    '-n',
    namespaceNames.load,
    'scale',
    `deployment/${deployment}`,
    `--replicas=${replicas}`,
  );
}

/** Waits until a rollout of a Deployment, of the load's namespace unless another is named, is complete. */
export async function rolledOut(
  cluster: Cluster,
  deployment: string,
  withinMs = 180_000,
  namespace: string = namespaceNames.load,
): Promise<void> {
  await cluster.kubectl(
    '-n',
    namespace,
    'rollout',
    'status',
    `deployment/${deployment}`,
    `--timeout=${withinMs / 1000}s`,
  );
}

/** Restarts a Deployment pod by pod and waits for the end of it, old pods included. */
export async function rollingRestart(
  cluster: Cluster,
  deployment: string,
  namespace: string = namespaceNames.load,
): Promise<void> {
  const before = new Set((await pods(cluster, deployment, namespace)).map(({ metadata }) => metadata.uid));
  await cluster.kubectl('-n', namespace, 'rollout', 'restart', `deployment/${deployment}`);
  await rolledOut(cluster, deployment, undefined, namespace);
  await gone(cluster, deployment, before, undefined, namespace);
}

/** Waits until none of the given pods of a workload is there any more. */
export async function gone(
  cluster: Cluster,
  workload: string,
  uids: ReadonlySet<string>,
  deadline: Deadline = { withinMs: 90_000 },
  namespace: string = namespaceNames.load,
): Promise<void> {
  await eventually(`the old pods of ${workload} are gone`, deadline, async () => {
    const found = await list(cluster, '-n', namespace, 'pods', '-l', `app.kubernetes.io/name=${workload}`);
    const left = found.filter(({ metadata }) => uids.has(metadata.uid)).map(({ metadata }) => metadata.name);
    if (left.length > 0) throw new Error(`still there: ${left.join(', ')}`);
  });
}

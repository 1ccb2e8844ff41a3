import { digNumber, digObjects, digText, type KubernetesObject } from './object';

/** Thrown when an object will never become ready by itself. */
export class NeverReady extends Error {
  override readonly name = 'NeverReady';
}

interface Condition {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The condition of a type; undefined when the object has none. */
export function condition(object: KubernetesObject, type: string): Condition | undefined {
  const found = digObjects(object, 'status', 'conditions').find((each) => each['type'] === type);
  if (!found) return undefined;
  const [status, reason, message] = ['status', 'reason', 'message'].map((key) => digText(found, key));
  return { ...(status ? { status } : {}), ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}

const isTrue = (object: KubernetesObject, type: string): boolean =>
  condition(object, type)?.status === 'True';

const observed = (object: KubernetesObject): boolean =>
  digNumber(object, ['status', 'observedGeneration'], -1) >= (object.metadata.generation ?? 0);

const count = (object: KubernetesObject, field: string): number => digNumber(object, ['status', field]);

const wanted = (object: KubernetesObject): number => digNumber(object, ['spec', 'replicas'], 1);

function deployment(object: KubernetesObject): string | undefined {
  if (!observed(object)) return 'waiting for the controller';
  const progress = condition(object, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded')
    throw new NeverReady(progress.message ?? progress.reason);
  const failure = condition(object, 'ReplicaFailure');
  if (failure?.status === 'True') return failure.message ?? 'pods cannot be created';
  const want = wanted(object);
  if (count(object, 'updatedReplicas') < want)
    return `${count(object, 'updatedReplicas')} of ${want} replicas updated`;
  const old = count(object, 'replicas') - want;
  if (old > 0) return `${old} old replicas to go`;
  const available = count(object, 'availableReplicas');
  return available < want ? `${available} of ${want} replicas available` : undefined;
}

function statefulSet(object: KubernetesObject): string | undefined {
  if (!observed(object)) return 'waiting for the controller';
  const want = wanted(object);
  if (count(object, 'readyReplicas') < want)
    return `${count(object, 'readyReplicas')} of ${want} replicas ready`;
  if (digText(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return undefined;
  const partition = digNumber(object, ['spec', 'updateStrategy', 'rollingUpdate', 'partition']);
  const toUpdate = Math.max(0, want - partition);
  const isCurrent =
    digText(object, 'status', 'updateRevision') === digText(object, 'status', 'currentRevision');
  const updated = isCurrent ? want : count(object, 'updatedReplicas');
  return updated < toUpdate ? `${updated} of ${toUpdate} replicas updated` : undefined;
}

function daemonSet(object: KubernetesObject): string | undefined {
  if (!observed(object)) return 'waiting for the controller';
  const want = count(object, 'desiredNumberScheduled');
  const onDelete = digText(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  if (!onDelete && count(object, 'updatedNumberScheduled') < want) {
    return `${count(object, 'updatedNumberScheduled')} of ${want} pods updated`;
  }
  return count(object, 'numberAvailable') < want
    ? `${count(object, 'numberAvailable')} of ${want} pods available`
    : undefined;
}

function replicaSet(object: KubernetesObject): string | undefined {
  if (!observed(object)) return 'waiting for the controller';
  const available = count(object, 'availableReplicas');
  return available < wanted(object) ? `${available} of ${wanted(object)} replicas available` : undefined;
}

function job(object: KubernetesObject): string | undefined {
  const failed = condition(object, 'Failed');
  if (failed?.status === 'True')
    throw new NeverReady(`the job failed: ${failed.message ?? failed.reason ?? ''}`);
  if (isTrue(object, 'Complete') || object.spec?.['suspend'] === true) return undefined;
  return `${count(object, 'succeeded')} of ${digNumber(object, ['spec', 'completions'], 1)} pods succeeded`;
}

function pod(object: KubernetesObject): string | undefined {
  const phase = digText(object, 'status', 'phase') ?? 'new';
  if (phase === 'Succeeded' || isTrue(object, 'Ready')) return undefined;
  if (phase === 'Failed') throw new NeverReady(digText(object, 'status', 'message') ?? 'the pod failed');
  return `the pod is ${phase}`;
}

function definition(object: KubernetesObject): string | undefined {
  const names = condition(object, 'NamesAccepted');
  if (names?.status === 'False') throw new NeverReady(names.message ?? 'its names are taken');
  return isTrue(object, 'Established') ? undefined : 'waiting to be established';
}

const checks: Record<string, (object: KubernetesObject) => string | undefined> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  '/Pod': pod,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
  '/Namespace': (object) =>
    digText(object, 'status', 'phase') === 'Active' ? undefined : 'waiting to be active',
};

/** API group and kind, the group empty for core: `apps/Deployment`, `/Pod`. */
export function groupKind({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  return `${apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''}/${kind}`;
}

/**
 * Why an object is not ready yet, by itself alone; undefined when it is, or when its kind needs no waiting.
 * Throws `NeverReady` when waiting is of no use. Services and volume claims also depend on others: `settle` asks for those.
 */
export function notReady(object: KubernetesObject): string | undefined {
  return checks[groupKind(object)]?.(object);
}

import { type Operation, Unfinished } from '../provider';
import type { Cluster } from './cluster';
import { diagnose } from './diagnosis';
import { digObjects, digText, idOf, type KubernetesObject, pulumiAnnotation, truthy } from './object';
import { groupKind, NeverReady, notReady } from './readiness';
import { stateOf } from './state';
import { waitingFor } from './wait-for';

/** Default time an object may take to become ready or to go, in seconds; the official provider's own. */
export const defaultTimeoutSeconds = 600;

/** Time that an operation may take: annotation `pulumi.com/timeoutSeconds`, the user's custom timeout, or the default. */
export function timeoutSecondsOf(
  operation: Pick<Operation, 'timeoutSeconds'>,
  object: KubernetesObject,
): number {
  const annotated = Number(pulumiAnnotation(object, 'timeoutSeconds'));
  if (Number.isFinite(annotated) && annotated > 0) return annotated;
  return operation.timeoutSeconds > 0 ? operation.timeoutSeconds : defaultTimeoutSeconds;
}

async function serviceNotReady(cluster: Cluster, service: KubernetesObject): Promise<string | undefined> {
  const { spec = {}, metadata } = service;
  const type = spec['type'] ?? 'ClusterIP';
  const selector = spec['selector'];
  if (type === 'LoadBalancer' && digObjects(service, 'status', 'loadBalancer', 'ingress').length === 0) {
    return 'waiting for the load balancer to give an address';
  }
  const selects = typeof selector === 'object' && selector !== null && Object.keys(selector).length > 0;
  if (type === 'ExternalName' || spec['clusterIP'] === 'None' || !selects) return undefined;
  const labelSelector = `kubernetes.io/service-name=${metadata.name ?? ''}`;
  const slices = await cluster.list('discovery.k8s.io/v1', 'EndpointSlice', metadata.namespace ?? 'default', {
    labelSelector,
  });
  const ready = slices
    .flatMap((slice) => digObjects(slice, 'endpoints'))
    .some((endpoint) => {
      const conditions = endpoint['conditions'] as { ready?: boolean } | undefined;
      return conditions?.ready !== false;
    });
  return ready ? undefined : 'waiting for an endpoint that is ready';
}

async function claimNotReady(cluster: Cluster, claim: KubernetesObject): Promise<string | undefined> {
  const phase = digText(claim, 'status', 'phase') ?? 'Pending';
  if (phase === 'Bound') return undefined;
  if (phase === 'Lost') throw new NeverReady('the claim has lost its volume');
  const name = digText(claim, 'spec', 'storageClassName');
  if (name === '') return 'waiting to be bound';
  const isDefault = (each: KubernetesObject): boolean =>
    truthy(each.metadata.annotations?.['storageclass.kubernetes.io/is-default-class']);
  const classes = await cluster.list('storage.k8s.io/v1', 'StorageClass');
  const own = classes.find((each) => (name === undefined ? isDefault(each) : each.metadata.name === name));
  // Such a claim is bound when its first pod comes, so waiting for it would never end.
  return own?.['volumeBindingMode'] === 'WaitForFirstConsumer' ? undefined : 'waiting to be bound';
}

async function missing(
  cluster: Cluster,
  live: KubernetesObject,
  waitFor: string | undefined,
): Promise<string | undefined> {
  if (waitFor !== undefined) return waitingFor(live, waitFor);
  if (groupKind(live) === '/Service') return serviceNotReady(cluster, live);
  if (groupKind(live) === '/PersistentVolumeClaim') return claimNotReady(cluster, live);
  return notReady(live);
}

/** Shows what is waited for, once per reason, and only when the wait is not over at once: the line keeps the last word. */
export function announcer(operation: Pick<Operation, 'status'>, quietMs = 1000): (reason: string) => void {
  const start = Date.now();
  let said = '';
  return (reason) => {
    if (reason === said || Date.now() - start < quietMs) return;
    said = reason;
    operation.status(reason);
  };
}

/** Sleeps, or less when the signal aborts. */
export function nap(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

/**
 * Waits until an applied object is what was asked, and gives it as it is then. Throws `Unfinished` with the reason when it never
 * will be, when the time is over, or when the user cancels.
 */
export async function settle(
  cluster: Cluster,
  operation: Operation,
  inputs: KubernetesObject,
  applied: KubernetesObject,
  manager: string,
): Promise<KubernetesObject> {
  if (truthy(pulumiAnnotation(inputs, 'skipAwait'))) return applied;
  const seconds = timeoutSecondsOf(operation, inputs);
  const until = Date.now() + seconds * 1000;
  let live = applied;
  const announce = announcer(operation);
  const unfinished = async (reasons: readonly string[]): Promise<Unfinished> =>
    new Unfinished(idOf(live), stateOf(live, inputs, manager), [
      ...reasons,
      ...(await diagnose(cluster, live)),
    ]);
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
    let reason: string | undefined;
    try {
      reason = await missing(cluster, live, pulumiAnnotation(inputs, 'waitFor'));
    } catch (error) {
      if (error instanceof NeverReady) throw await unfinished([error.message]);
      throw await unfinished([error instanceof Error ? error.message : String(error)]);
    }
    if (reason === undefined) return live;
    announce(reason);
    if (operation.signal.aborted) throw await unfinished(['cancelled', reason]);
    if (Date.now() > until) throw await unfinished([`not ready after ${seconds} s`, reason]);
    await nap(pauseMs, operation.signal);
    const next = await cluster.get(live);
    if (!next) throw await unfinished(['it was deleted while it was waited for']);
    live = next;
  }
}

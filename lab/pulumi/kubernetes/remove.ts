import type { Operation } from '../provider';
import { ApiError, isNotFound } from './api-error';
import type { Cluster } from './cluster';
import { describe, digObjects, digText, type KubernetesObject, pulumiAnnotation, truthy } from './object';
import { groupKind } from './readiness';
import { announcer, nap, timeoutSecondsOf } from './settle';

const policies: Record<string, string> = {
  foreground: 'Foreground',
  background: 'Background',
  orphan: 'Orphan',
};

/** Resources that a namespace's conditions name as left over: `pods. has 1 resource instances`. */
export function leftOvers(messages: readonly string[]): { plural: string; group: string }[] {
  return messages.flatMap((message) =>
    [...message.matchAll(/([a-z0-9-]+)\.([a-z0-9.-]*) has \d+ resource/g)].map(
      ([, plural = '', group = '']) => ({ plural, group }),
    ),
  );
}

async function namesOf(
  cluster: Cluster,
  namespace: string,
  plural: string,
  group: string,
): Promise<string[]> {
  const { connection } = cluster;
  let root = '/api/v1';
  if (group !== '') {
    const about = await connection.request({ method: 'GET', path: `/apis/${group}`, retries: 0 });
    root = `/apis/${digText(about, 'preferredVersion', 'groupVersion') ?? group}`;
  }
  const list = await connection.request({
    method: 'GET',
    path: `${root}/namespaces/${namespace}/${plural}?limit=5`,
    retries: 0,
  });
  return digObjects(list, 'items').map((item) => {
    const finalizers = item['metadata'] as { name?: string; finalizers?: string[] };
    const held = finalizers.finalizers?.length ? ` (held by ${finalizers.finalizers.join(', ')})` : '';
    return `${plural}/${finalizers.name ?? '?'}${held}`;
  });
}

/** What keeps a namespace from going: the server's words, and the objects left with their finalizers. Never throws. */
async function namespaceHolders(cluster: Cluster, namespace: KubernetesObject): Promise<string[]> {
  const conditions = digObjects(namespace, 'status', 'conditions').filter(
    (each) => each['status'] === 'True',
  );
  const messages = conditions.map((each) => digText(each, 'message') ?? '');
  const names: string[] = [];
  for (const { plural, group } of leftOvers(messages)) {
    names.push(...(await namesOf(cluster, namespace.metadata.name ?? '', plural, group).catch(() => [])));
  }
  const unique = [...new Set(names)];
  return unique.length > 0 ? [`it still holds ${unique.join(', ')}`] : messages;
}

async function holders(cluster: Cluster, live: KubernetesObject): Promise<string[]> {
  if (groupKind(live) === '/Namespace') {
    const named = await namespaceHolders(cluster, live);
    if (named.length > 0) return named;
  }
  const finalizers = live.metadata.finalizers ?? [];
  return finalizers.length > 0
    ? [`held by the finalizers ${finalizers.join(', ')}`]
    : ['waiting for it to go'];
}

/** Waits until an object is gone (or another one took its name). Throws with what holds it; finalizers are never touched. */
export async function waitUntilGone(
  cluster: Cluster,
  operation: Operation,
  object: KubernetesObject,
): Promise<void> {
  const seconds = timeoutSecondsOf(operation, object);
  const until = Date.now() + seconds * 1000;
  const announce = announcer(operation);
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
    const live = await cluster.get(object);
    if (!live || (object.metadata.uid !== undefined && live.metadata.uid !== object.metadata.uid)) return;
    const finalizers = live.metadata.finalizers ?? [];
    const brief = finalizers.length > 0 ? `waiting for ${finalizers.join(', ')}` : 'waiting for it to go';
    announce(brief);
    if (operation.signal.aborted || Date.now() > until) {
      const why = (await holders(cluster, live)).join('; ');
      const how = operation.signal.aborted ? 'cancelled' : `still there after ${seconds} s`;
      throw new Error(`${describe(object)}: deletion ${how}: ${why}`);
    }
    await nap(pauseMs, operation.signal);
  }
}

/** Deletes an object and waits until it is gone. An object that took its name since is left alone. */
export async function removeObject(
  cluster: Cluster,
  operation: Operation,
  object: KubernetesObject,
): Promise<void> {
  const chosen = pulumiAnnotation(object, 'deletionPropagationPolicy') ?? 'foreground';
  const propagationPolicy = policies[chosen.toLowerCase()];
  if (propagationPolicy === undefined) {
    throw new Error(
      `pulumi.com/deletionPropagationPolicy must be foreground, background or orphan, not \`${chosen}\``,
    );
  }
  const { uid } = object.metadata;
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    ...(uid ? { preconditions: { uid } } : {}),
  };
  try {
    await cluster.connection.request({ method: 'DELETE', path: await cluster.path(object), body });
  } catch (error) {
    if (isNotFound(error)) return;
    // The name belongs to another object now: ours is gone.
    if (error instanceof ApiError && error.code === 409 && /uid/i.test(error.message)) return;
    // A namespace that is going already answers so; anything else is a real conflict.
    const isGoing =
      error instanceof ApiError &&
      error.code === 409 &&
      (await cluster.get(object))?.metadata.deletionTimestamp !== undefined;
    if (!isGoing) throw error;
  }
  if (truthy(pulumiAnnotation(object, 'skipAwait'))) return;
  await waitUntilGone(cluster, operation, object);
}

import type { Cluster } from './cluster';
import { digNumber, digObjects, digText, type KubernetesObject } from './object';
import { condition, groupKind } from './readiness';

/** Why a container does not run: its waiting or terminated state in words; undefined when it runs well. */
export function containerTrouble(status: Record<string, unknown>): string | undefined {
  const name = digText(status, 'name') ?? '?';
  const describe = (kind: 'state' | 'lastState'): string | undefined => {
    const waiting = digText(status, kind, 'waiting', 'reason');
    if (waiting !== undefined && waiting !== 'ContainerCreating' && waiting !== 'PodInitializing') {
      const message = digText(status, kind, 'waiting', 'message');
      return `container ${name} is waiting: ${waiting}${message ? ` (${message})` : ''}`;
    }
    const reason = digText(status, kind, 'terminated', 'reason');
    const exit = digNumber(status, [kind, 'terminated', 'exitCode']);
    if (reason === undefined || (reason === 'Completed' && exit === 0)) return undefined;
    const message = digText(status, kind, 'terminated', 'message')?.trim();
    return `container ${name} ended: ${reason}, exit code ${exit}${message ? ` (${message})` : ''}`;
  };
  const parts = [describe('state'), describe('lastState')].filter((part) => part !== undefined);
  return parts.length > 0 ? [...new Set(parts)].join('; ') : undefined;
}

/** What is wrong with a pod, from its own status alone. */
export function podTroubles(pod: KubernetesObject): string[] {
  const statuses = [
    ...digObjects(pod, 'status', 'initContainerStatuses'),
    ...digObjects(pod, 'status', 'containerStatuses'),
  ];
  const troubles = statuses.map(containerTrouble).filter((trouble) => trouble !== undefined);
  const scheduled = condition(pod, 'PodScheduled');
  if (scheduled?.status === 'False')
    troubles.push(`not scheduled: ${scheduled.message ?? scheduled.reason ?? ''}`);
  if (troubles.length === 0) {
    const unready = statuses.find((status) => status['ready'] === false && status['started'] === true);
    if (unready) troubles.push(`container ${digText(unready, 'name') ?? '?'} runs but is not ready`);
  }
  return troubles;
}

async function lastLogLine(cluster: Cluster, pod: KubernetesObject): Promise<string | undefined> {
  const crashed = digObjects(pod, 'status', 'containerStatuses').find(
    (status) =>
      digNumber(status, ['restartCount']) > 0 ||
      digText(status, 'state', 'terminated', 'reason') !== undefined,
  );
  const container = crashed && digText(crashed, 'name');
  if (!crashed || !container) return undefined;
  const query = new URLSearchParams({ container, tailLines: '1' });
  if (digText(crashed, 'state', 'waiting', 'reason') !== undefined) query.set('previous', 'true');
  const path = `${await cluster.path(pod)}/log?${query.toString()}`;
  const text = await cluster.connection.text({ method: 'GET', path, retries: 0, timeoutMs: 3000 });
  const line = text.trim().split('\n').pop()?.slice(0, 300);
  return line ? `last log line of ${container}: ${line}` : undefined;
}

async function warnings(cluster: Cluster, object: KubernetesObject): Promise<string[]> {
  const { uid, namespace = 'default' } = object.metadata;
  if (uid === undefined) return [];
  const fieldSelector = `involvedObject.uid=${uid},type=Warning`;
  const events = await cluster.list('v1', 'Event', namespace, { fieldSelector, limit: '50' });
  const texts = events.map(
    (event) => `${digText(event, 'reason') ?? 'event'}: ${digText(event, 'message') ?? ''}`,
  );
  return [...new Set(texts)].slice(-3).map((text) => `${object.kind} ${object.metadata.name ?? ''}: ${text}`);
}

async function podsOf(cluster: Cluster, object: KubernetesObject): Promise<KubernetesObject[]> {
  if (groupKind(object) === '/Pod') return [object];
  const labels =
    groupKind(object) === '/Service'
      ? (object.spec?.['selector'] ?? {})
      : ((object.spec?.['selector'] as { matchLabels?: Record<string, string> } | undefined)?.matchLabels ??
        {});
  const labelSelector = Object.entries(labels as Record<string, string>)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  if (labelSelector === '') return [];
  return cluster.list('v1', 'Pod', object.metadata.namespace ?? 'default', { labelSelector, limit: '20' });
}

/** The likely reasons why an object is not ready: warning events, states of containers, the last line of a crashed one. Never throws. */
export async function diagnose(cluster: Cluster, object: KubernetesObject): Promise<string[]> {
  try {
    const found = await warnings(cluster, object);
    const pods = await podsOf(cluster, object);
    const sick = pods.filter((pod) => condition(pod, 'Ready')?.status !== 'True');
    if (pods.length === 0 && object.kind === 'Service') found.push('no pod matches the selector');
    for (const pod of sick.slice(0, 2)) {
      const name = `pod ${pod.metadata.name ?? ''}`;
      found.push(...podTroubles(pod).map((trouble) => `${name}: ${trouble}`));
      if (pod !== object) found.push(...(await warnings(cluster, pod)));
      const line = await lastLogLine(cluster, pod).catch(() => undefined);
      if (line !== undefined) found.push(`${name}: ${line}`);
    }
    return [...new Set(found)];
  } catch {
    return []; // the reason why is a help; its absence must not hide the failure itself
  }
}

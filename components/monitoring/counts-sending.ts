import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { PrometheusSpec } from '../../resources/prometheus';
import type { RunMonitoringSettings } from '../../settings/monitoring-schema';
import { sentSeries } from '../../signals/long-term';
import { inside } from '../cluster/cluster';
import { metadata } from '../metadata';
import { monitoringName, namespaceNames } from '../names';
import type { MonitoringPartArgs } from './part';

/** A store of the user's, as the config names it. */
type UsersStore = NonNullable<RunMonitoringSettings['longTerm']['remoteWrite']>;

type RemoteWrite = NonNullable<Extract<PrometheusSpec, { remoteWrite?: unknown }>['remoteWrite']>;

/** Where Prometheus sends the counts, and by which credentials. */
export interface CountsSending {
  readonly remoteWrite: RemoteWrite;
  /** What must be there before it is read. */
  readonly secrets: readonly pulumi.Resource[];
}

/** The counts and nothing else, to one address. */
function sendingTo(url: pulumi.Input<string>, credentials: object = {}): RemoteWrite {
  const spec = {
    url,
    name: 'long-term',
    ...credentials,
    writeRelabelConfigs: [
      { sourceLabels: ['__name__'], regex: sentSeries.join('|'), action: 'keep' as const },
    ],
    // A few dozen samples a minute: one shard keeps their order, and a store that is back gets at most two hours of them at once.
    queueConfig: {
      minShards: 1,
      maxShards: 1,
      capacity: 2500,
      maxSamplesPerSend: 500,
      retryOnRateLimit: true,
    },
    metadataConfig: { send: false },
  };
  return [spec];
}

/** Sending to the stack's own store. */
export function sendingToOwnStore(url: pulumi.Output<string>): CountsSending {
  return { remoteWrite: sendingTo(url), secrets: [] };
}

/** Sending to a store of the user's; credentials go through a Secret. */
export function sendingToUsersStore(
  parent: pulumi.Resource,
  { cluster, stack, namespaces }: MonitoringPartArgs,
  { url: given, bearerToken, username, password }: UsersStore,
): CountsSending {
  // Its path may be what lets one in.
  const url = pulumi.secret(given);
  const values = Object.entries({ bearerToken, username, password }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  if (values.length === 0) return { remoteWrite: sendingTo(url), secrets: [] };
  const name = `prometheus-${monitoringName}-long-term`;
  const secret = new k8s.core.v1.Secret(
    name,
    {
      metadata: metadata(name, namespaceNames.monitoring, { workload: 'prometheus', stack }),
      stringData: pulumi.secret(Object.fromEntries(values)),
    },
    inside(parent, cluster, [namespaces.monitoring]),
  );
  const credentials =
    bearerToken === undefined
      ? { basicAuth: { username: { name, key: 'username' }, password: { name, key: 'password' } } }
      : { authorization: { credentials: { name, key: 'bearerToken' } } };
  return { remoteWrite: sendingTo(url, credentials), secrets: [secret] };
}

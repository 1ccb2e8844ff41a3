import type * as k8s from '@pulumi/kubernetes';
import type { Cluster, ManagedGateway } from '../cluster/cluster';
import type { Namespaces } from '../namespaces';

/** What every part of a gateway that the stack itself runs is told. */
export interface GatewayPartArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  /** What the cluster brings along for it. */
  readonly managed: ManagedGateway;
  /** How often the gateway repeats an attempt that failed. */
  readonly retries: number;
}

/** Name of the control plane's workload and Service. */
export const istiodName = 'istiod';

/** Port of istiod for proxies, by mutual TLS. */
export const xdsPort = 15012;

/** The token by which a workload proves to istiod who it is: for that audience only, twelve hours long. */
export const tokenVolume = {
  name: 'token',
  projected: {
    sources: [
      { serviceAccountToken: { audience: 'istio-ca', expirationSeconds: 43_200, path: 'istio-token' } },
    ],
  },
};

/** Where istiod and proxies look for it. */
export const tokenMount = { name: tokenVolume.name, mountPath: '/var/run/secrets/tokens', readOnly: true };

/** What istiod and its proxies must know of their own pod: variable → field. */
export const podFields = {
  POD_NAME: 'metadata.name',
  POD_NAMESPACE: 'metadata.namespace',
  SERVICE_ACCOUNT: 'spec.serviceAccountName',
} as const;

/** Variables of a container: of fields of its pod by `fieldRef`, and plain ones. */
export function variables(
  fields: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): k8s.types.input.core.v1.EnvVar[] {
  return [
    ...Object.entries(fields).map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } })),
    ...Object.entries(values).map(([name, value]) => ({ name, value })),
  ];
}

/** The trust domain of istiod's certificates, and the domain of the cluster's Services. */
export const trustDomain = 'cluster.local';

/** ConfigMap that istiod writes its root certificate into. */
export const rootCertificate = 'istio-ca-root-cert';

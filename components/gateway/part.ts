import type { Cluster, ManagedGateway } from '../cluster/cluster';
import type { Namespaces } from '../namespaces';

/** What every part of a gateway that the stack itself runs is told. */
export interface GatewayPartArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  /** What the cluster brings along for it. */
  readonly managed: ManagedGateway;
}

/** Name of the control plane's workload and Service. */
export const istiodName = 'istiod';

/** Port of istiod for proxies, by mutual TLS. */
export const xdsPort = 15012;

/** Audience of the tokens by which proxies prove to istiod who they are. */
export const tokenAudience = 'istio-ca';

/** The trust domain of istiod's certificates, and the domain of the cluster's Services. */
export const trustDomain = 'cluster.local';

/** ConfigMap that istiod writes its root certificate into. */
export const rootCertificate = 'istio-ca-root-cert';

import type { Cluster } from '../cluster/cluster';
import type { Namespaces } from '../namespaces';

/** What every part of the monitoring stack is told. */
export interface MonitoringPartArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
}

import type { SignalModel } from './model';
import { throughGateway } from './paths';
import { behindGateway, gatewayName } from './targets';

/**
 * What the Envoy of a gateway that the stack runs counts, in Envoy's names with the tags of `lab/images/envoy-bootstrap.json.tmpl`. Its
 * `rq` are requests, its `cx` connections; `downstream` is towards clients, `upstream` towards target. Listed in Envoy's docs under
 * "HTTP connection manager statistics" and "Cluster manager statistics".
 */
export const envoyMetrics = {
  /** Counter {response_code_class}: answers to clients, Envoy's own (no route, no backend) included. */
  answers: 'envoy_http_downstream_rq',
  /** Classic histogram, milliseconds: from a request's arrival to the end of its answer, repeats included. */
  durationBucket: 'envoy_http_downstream_rq_time_bucket',
  durationCount: 'envoy_http_downstream_rq_time_count',
  /** Counter: attempts that failed and were repeated. */
  retries: 'envoy_cluster_upstream_rq_retry',
  /** Gauge and counters of the pool of connections to target. */
  connectionsOpen: 'envoy_cluster_upstream_cx_active',
  connectionsMade: 'envoy_cluster_upstream_cx_total',
  connectionsFailed: 'envoy_cluster_upstream_cx_connect_fail',
  /** Gauge: requests that wait for a connection. */
  waiting: 'envoy_cluster_upstream_rq_pending_active',
  /** Counters: requests, connections and retries over what the circuit breakers let through at once. */
  waitingOverflow: 'envoy_cluster_upstream_rq_pending_overflow',
  connectionOverflow: 'envoy_cluster_upstream_cx_overflow',
  retryOverflow: 'envoy_cluster_upstream_rq_retry_overflow',
} as const;

/** Regular expressions of what is kept of a scrape: of hundreds of series these few, of the listener of clients and of target. */
export const keptOfEnvoy = {
  names: Object.values(envoyMetrics).join('|'),
  /** Over `cluster_name;http_conn_manager_prefix`, of which a series has one. */
  scopes: 'outbound[|].+[|]target.*;|;outbound_.+',
} as const;

/** Selector of what the gateway counts, of all its pods; `matchers` as PromQL writes them. */
export function ofGateway(metric: string, matchers = ''): string {
  return `${metric}{job="${gatewayName}"${matchers === '' ? '' : `,${matchers}`}}`;
}

/** Matcher of what the gateway passes on for one path. */
export function gatewayCluster(path: 'ingress' | 'ingress-external'): string {
  return `cluster_name=~"outbound[|].+[|]${behindGateway(path)}[.].+"`;
}

/** Whether a path leads through a gateway. */
export function isGatewayPath(name: string): name is 'ingress' | 'ingress-external' {
  return name === 'ingress' || name === 'ingress-external';
}

/** Whether there is a gateway and its metrics are there to be read. */
export function readsGateway(model: Pick<SignalModel, 'paths' | 'gatewayScraped'>): boolean {
  return model.gatewayScraped === true && throughGateway(model.paths);
}

/** Requests per second that the probes cause at the gateway. */
export function askedOfGateway({ paths }: Pick<SignalModel, 'paths'>): number {
  return paths
    .filter(({ name }) => isGatewayPath(name))
    .reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0);
}

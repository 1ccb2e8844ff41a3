import { envoyMetrics } from './gateway';
import { ofIstioWords, istioMetrics, sidecarEndpoint, sidecarMetrics } from './mesh';
import { echoRoute } from './server-alerts';
import { type MeshPath, meshNamespace, meshServices, meshWorkloads, waypointName } from './targets';

/** What ztunnel counts, of connections, in Istio's words: `reporter` is `source` or `destination`, by whose ztunnel it is. */
export const ztunnelMetrics = {
  opened: 'istio_tcp_connections_opened_total',
  closed: 'istio_tcp_connections_closed_total',
  /** Refused by policy (`response_flags="DENY"`), or never made (`CONNECT`); ztunnel calls it unstable, and older releases have none. */
  failed: 'istio_tcp_connections_failed_total',
  sent: 'istio_tcp_sent_bytes_total',
  received: 'istio_tcp_received_bytes_total',
} as const;

/** The label `job` of ztunnel. */
const ztunnelJob = 'ztunnel';

const services = `destination_service_name=~"${meshWorkloads.target}.*"`;

/** Selector of what the waypoint's Envoy counts of the requests that it passes on to target; of one path, or all. */
export function ofWaypoint(metric: string, matchers = '', path?: MeshPath): string {
  const service = path === undefined ? `${meshWorkloads.target}.*` : meshServices[path];
  const cluster = `cluster_name=~"inbound-vip[|].+[|]${service}[.].+"`;
  return `${metric}{endpoint="${sidecarEndpoint}",job="${waypointName}",${cluster}${matchers === '' ? '' : `,${matchers}`}}`;
}

/** The same in Istio's words: once for each request, however often it was repeated. */
export function ofWaypointRequests(metric: string, matchers = ''): string {
  return ofIstioWords(metric, `job="${waypointName}"`, 'waypoint', matchers);
}

/** Selector of what ztunnel counts of connections that hops of the mesh make. */
export function ofZtunnel(metric: string, matchers = ''): string {
  const namespace = `source_workload_namespace="${meshNamespace}"`;
  return `${metric}{job="${ztunnelJob}",${namespace}${matchers === '' ? '' : `,${matchers}`}}`;
}

/** The same of those that lead to target, as its callers' ztunnels see them. */
export function ofZtunnelToTarget(metric: string): string {
  return ofZtunnel(metric, `reporter="source",${services}`);
}

/** Selector of what podinfo itself counts of the probes that come to hops, default all but a stranger: no proxy beside it does. */
export function ofHops(
  metric: 'http_request_duration_seconds_count' | 'http_request_duration_seconds_bucket',
  matchers = '',
  hops: readonly string[] = [meshWorkloads.source, meshWorkloads.sourceRetry, meshWorkloads.target],
): string {
  return `${metric}{job=~"${hops.join('|')}",${echoRoute}${matchers === '' ? '' : `,${matchers}`}}`;
}

/** Regular expressions of what is kept of a waypoint's scrape. */
export const keptOfWaypoint = {
  names: [
    envoyMetrics.retries,
    envoyMetrics.connectionsMade,
    envoyMetrics.waitingOverflow,
    envoyMetrics.connectionOverflow,
    envoyMetrics.retryOverflow,
    ...Object.values(sidecarMetrics),
    ...Object.values(istioMetrics),
  ].join('|'),
  /** Over `cluster_name;destination_service_name`: Envoy's words, Istio's, the agent's. */
  scopes: `inbound-vip[|].+[|]${meshWorkloads.target}.*;|;${meshWorkloads.target}.*|;`,
} as const;

/** Regular expressions of what is kept of ztunnel's scrape: of a whole node what the mesh of the load causes. */
export const keptOfZtunnel = {
  names: Object.values(ztunnelMetrics).join('|'),
  /** Over `source_workload_namespace;destination_workload_namespace`. */
  scopes: `${meshNamespace};.*|.*;${meshNamespace}`,
} as const;

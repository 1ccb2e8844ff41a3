import { envoyMetrics } from './gateway';
import type { SignalModel } from './model';
import { throughGateway } from './paths';
import { meshServices, meshWorkloads, type MeshPath } from './targets';

/** What Istio repeats when nobody says anything else: these, twice. */
export const meshRetryOn = 'connect-failure,refused-stream,unavailable,cancelled,503';

/** Whether the stack runs a control plane of Istio, for a gateway or a mesh, where it runs one itself. */
export function needsIstio({ paths, mesh }: Pick<SignalModel, 'paths' | 'mesh'>): boolean {
  return throughGateway(paths) || mesh !== undefined;
}

/** Value of the label `endpoint` on what Envoys of the mesh count. */
export const sidecarEndpoint = 'http-envoy-prom';

/** Workload that calls target for each path. */
const callers = {
  mesh: meshWorkloads.source,
  'mesh-retry': meshWorkloads.sourceRetry,
} as const satisfies Record<MeshPath, string>;

/** Selector of what the Envoys beside the source of a path count of its calls to target; `matchers` as PromQL writes them. */
export function ofCaller(path: MeshPath, metric: string, matchers = ''): string {
  const more = matchers === '' ? '' : `,${matchers}`;
  return `${metric}{endpoint="${sidecarEndpoint}",job="${callers[path]}",${meshCluster(path)}${more}}`;
}

/** Selector of what every sidecar counts. */
export function ofSidecars(metric: string, matchers = ''): string {
  return `${metric}{endpoint="${sidecarEndpoint}"${matchers === '' ? '' : `,${matchers}`}}`;
}

/** Matcher of what Envoys beside source pass on for one path. */
function meshCluster(path: MeshPath): string {
  return `cluster_name=~"outbound[|].+[|]${meshServices[path]}[.].+"`;
}

/** Regular expressions of what is kept of a sidecar's scrape: of hundreds of series these few. */
export const keptOfSidecars = {
  names: [
    ...Object.values(envoyMetrics),
    'envoy_cluster_upstream_rq',
    'envoy_cluster_ssl_handshake',
    'istio_agent_cert_expiry_seconds',
  ].join('|'),
  /** Over `cluster_name;http_conn_manager_prefix`, of which a series of Envoy has one, and one of the agent none. */
  scopes: 'outbound[|].+[|]mesh-target.*;|inbound[|].+;|;(in|out)bound_.+|;',
} as const;

/** Regular expression of what is kept of istiod's scrape. */
export const keptOfIstiod =
  'pilot_xds|pilot_xds_pushes|pilot_total_xds_(rejects|internal_errors)|pilot_proxy_convergence_time_(bucket|sum|count)|citadel_server_root_cert_expiry_timestamp|process_resident_memory_bytes';

import { envoyMetrics } from './gateway';
import type { SignalModel } from './model';
import { needsStranger, type PathRef, throughGateway } from './paths';
import { meshServices, meshWorkloads, type MeshPath } from './targets';

/** What Istio repeats when nobody says anything else: these, twice. */
export const meshRetryOn = 'connect-failure,refused-stream,unavailable,cancelled,503';

/** Whether the stack runs a control plane of Istio, for a gateway or a mesh, where it runs one itself. */
export function needsIstio({ paths, mesh }: Pick<SignalModel, 'paths' | 'mesh'>): boolean {
  return throughGateway(paths) || mesh !== undefined;
}

/** A workload of the mesh. */
export type MeshWorkload = (typeof meshWorkloads)[keyof typeof meshWorkloads];

/** The workloads that a mesh has for these paths: the stranger only where one of them sends it. */
export function workloadsOfMesh(paths: readonly PathRef[]): MeshWorkload[] {
  return Object.values(meshWorkloads).filter(
    (workload) => workload !== meshWorkloads.stranger || needsStranger(paths),
  );
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

/** Selector of what the Envoys beside every source count of their calls to target. */
export function ofAnyCaller(metric: string, matchers = ''): string {
  const jobs = Object.values(callers).join('|');
  const clusters = `cluster_name=~"outbound[|].+[|]${meshWorkloads.target}.*"`;
  return `${metric}{endpoint="${sidecarEndpoint}",job=~"${jobs}",${clusters}${matchers === '' ? '' : `,${matchers}`}}`;
}

/**
 * What `grow` makes of every answer to an attempt of the calls that `of` selects, default those of every source, repeated ones included; a
 * label more tells those apart.
 */
export function ofEveryAttempt(
  grow: (selector: string) => string,
  matchers: string,
  of: (metric: string, matchers: string) => string = ofAnyCaller,
): string {
  const { answers, repeated } = sidecarMetrics;
  const again = `label_replace(${grow(of(repeated, matchers))}, "again", "yes", "", "")`;
  return `${grow(of(answers, matchers))} or ${again}`;
}

/** Selector of what the Envoys beside target count of the requests that come to it. */
export function ofCalled(metric: string, matchers = ''): string {
  const listener = 'http_conn_manager_prefix=~"inbound_.+"';
  return `${metric}{endpoint="${sidecarEndpoint}",job="${meshWorkloads.target}",${listener}${matchers === '' ? '' : `,${matchers}`}}`;
}

/** Selector of what istiod counts. */
export function ofIstiod(metric: string, matchers = ''): string {
  return `${metric}{job="istiod"${matchers === '' ? '' : `,${matchers}`}}`;
}

/** What is read of sidecars beside {@link envoyMetrics}. */
export const sidecarMetrics = {
  /** Counter {response_code_class}: answers that callers got, by class, and once more by code; of a repeated attempt only the last one. */
  answers: 'envoy_cluster_upstream_rq',
  /** The same of answers after which the attempt was repeated: Envoy counts them here and not there. */
  repeated: 'envoy_cluster_retry_upstream_rq',
  /** Counter: handshakes of mutual TLS. */
  handshakes: 'envoy_cluster_ssl_handshake',
  /** Gauge {resource_name}, seconds: what is left of a certificate's life; `default` is the pod's own. */
  certificateLeft: 'istio_agent_cert_expiry_seconds',
} as const;

/** What Istio's own Envoys count beside Envoy's words: a request once, however often it was repeated. A stock Envoy does not. */
export const istioMetrics = {
  /** Counter {reporter, destination_service_name, response_code, response_flags}. */
  requests: 'istio_requests_total',
  /** Classic histogram, milliseconds. */
  durationBucket: 'istio_request_duration_milliseconds_bucket',
  durationCount: 'istio_request_duration_milliseconds_count',
} as const;

/** Selector in Istio's words of requests for target, by who counts. */
export function ofIstioWords(
  metric: string,
  job: string,
  reporter: 'source' | 'destination' | 'waypoint',
  matchers = '',
): string {
  const service = `destination_service_name=~"${meshWorkloads.target}.*"`;
  return `${metric}{endpoint="${sidecarEndpoint}",${job},reporter="${reporter}",${service}${matchers === '' ? '' : `,${matchers}`}}`;
}

/** The same of the Envoys beside every source. */
export function ofAnyCallersRequests(metric: string, matchers = ''): string {
  return ofIstioWords(metric, `job=~"${Object.values(callers).join('|')}"`, 'source', matchers);
}

/** The same of the Envoys beside target. */
export function ofCalledRequests(metric: string, matchers = ''): string {
  return ofIstioWords(metric, `job="${meshWorkloads.target}"`, 'destination', matchers);
}

/** What is read of istiod. */
export const istiodMetrics = {
  /** Counters: configurations that proxies refused, and those that istiod could not make or send. */
  rejects: 'pilot_total_xds_rejects',
  internalErrors: 'pilot_total_xds_internal_errors',
  /** Classic histogram, seconds: from a change to the proxies having it. */
  convergenceBucket: 'pilot_proxy_convergence_time_bucket',
  convergenceCount: 'pilot_proxy_convergence_time_count',
  /** Gauge: seconds since the epoch. */
  rootExpiry: 'citadel_server_root_cert_expiry_timestamp',
  /** Counter {type} and gauge: pushes, and proxies that are connected. */
  pushes: 'pilot_xds_pushes',
  proxies: 'pilot_xds',
} as const;

/** Regular expressions of what is kept of a sidecar's scrape: of hundreds of series these few. */
export const keptOfSidecars = {
  names: [
    ...Object.values(envoyMetrics),
    ...Object.values(sidecarMetrics),
    ...Object.values(istioMetrics),
  ].join('|'),
  /**
   * Over `cluster_name;http_conn_manager_prefix`: calls to target, and requests that come in. What has neither is of the agent, or in
   * Istio's own words.
   */
  scopes: `outbound[|].+[|]${meshWorkloads.target}.*;|;inbound_.+|;`,
} as const;

/** Regular expression of what is kept of istiod's scrape. */
export const keptOfIstiod = Object.values(istiodMetrics).join('|');

import { envoyMetrics } from './gateway';
import { ztunnelMetrics } from './ambient';
import { istioMetrics, istiodMetrics, sidecarMetrics } from './mesh';

/** What Prometheus scrapes, as far as rules read it: names and labels as they were read in the programs' sources and seen live. */

/** Namespaces of the product and of the cluster's name service; a test compares the first two with the components'. */
export const watchedNamespaces = {
  load: 'continuous-load',
  monitoring: 'monitoring',
  system: 'kube-system',
} as const;

/** Labels that every scraped pod's series have. */
const ofPods = ['job', 'instance', 'namespace', 'pod', 'container', 'endpoint', 'node'] as const;
/** Labels of kube-state-metrics: its own are those of what it tells about. */
const ofState = ['job', 'instance', 'endpoint', 'namespace', 'node'] as const;
const ofContainers = ['job', 'instance', 'node', 'zone', 'namespace', 'pod', 'container'] as const;

const ofEnvoy = [...ofPods, 'cluster_name', 'http_conn_manager_prefix'] as const;

const ofIstio = [
  ...ofPods,
  'reporter',
  'source_workload',
  'source_workload_namespace',
  'destination_workload',
  'destination_service_name',
] as const;

/** Metric → its labels. */
export const scrapedMetrics: Readonly<Record<string, readonly string[]>> = {
  up: [...ofPods, 'zone'],
  http_request_duration_seconds_count: [...ofPods, 'method', 'path', 'status'],
  http_request_duration_seconds_bucket: [...ofPods, 'method', 'path', 'status', 'le'],
  coredns_dns_responses_total: [...ofPods, 'server', 'zone', 'view', 'rcode', 'plugin'],
  coredns_dns_request_duration_seconds_count: [...ofPods, 'server', 'zone', 'view'],
  coredns_dns_request_duration_seconds_bucket: [...ofPods, 'server', 'zone', 'view', 'le'],
  [envoyMetrics.answers]: [...ofEnvoy, 'response_code_class'],
  [envoyMetrics.durationBucket]: [...ofEnvoy, 'le'],
  [envoyMetrics.durationCount]: ofEnvoy,
  [envoyMetrics.retries]: ofEnvoy,
  [envoyMetrics.waitingOverflow]: ofEnvoy,
  [envoyMetrics.connectionOverflow]: ofEnvoy,
  [envoyMetrics.retryOverflow]: ofEnvoy,
  [envoyMetrics.connectionsFailed]: ofEnvoy,
  [sidecarMetrics.answers]: [...ofEnvoy, 'response_code', 'response_code_class'],
  [sidecarMetrics.repeated]: [...ofEnvoy, 'response_code', 'response_code_class'],
  [sidecarMetrics.certificateLeft]: [...ofPods, 'resource_name'],
  [istioMetrics.requests]: [...ofIstio, 'response_code', 'response_flags'],
  [istioMetrics.durationBucket]: [...ofIstio, 'le'],
  [istioMetrics.durationCount]: ofIstio,
  [ztunnelMetrics.failed]: [...ofIstio, 'response_flags'],
  [istiodMetrics.rejects]: [...ofPods, 'type'],
  [istiodMetrics.internalErrors]: ofPods,
  [istiodMetrics.convergenceBucket]: [...ofPods, 'le'],
  [istiodMetrics.convergenceCount]: ofPods,
  [istiodMetrics.rootExpiry]: ofPods,
  echo_connections: [...ofPods, 'protocol'],
  echo_connections_limit: [...ofPods, 'protocol'],
  echo_refused_total: [...ofPods, 'protocol'],
  echo_errors_total: [...ofPods, 'protocol'],
  echo_messages_total: [...ofPods, 'protocol'],
  // node_exporter, where there is one
  node_nf_conntrack_entries: ofPods,
  node_nf_conntrack_entries_limit: ofPods,
  container_cpu_cfs_throttled_periods_total: ofContainers,
  container_memory_working_set_bytes: ofContainers,
  kube_pod_container_resource_limits: [...ofState, 'pod', 'container', 'resource', 'unit', 'uid'],
  kube_pod_container_status_restarts_total: [...ofState, 'pod', 'container', 'uid'],
  kube_pod_container_status_last_terminated_reason: [...ofState, 'pod', 'container', 'uid', 'reason'],
  kube_pod_info: [...ofState, 'pod', 'uid'],
  kube_pod_deletion_timestamp: [...ofState, 'pod', 'uid'],
  kube_node_status_condition: [...ofState, 'condition', 'status'],
  kube_daemonset_status_desired_number_scheduled: [...ofState, 'daemonset'],
  kube_daemonset_status_number_available: [...ofState, 'daemonset'],
  kube_daemonset_status_number_ready: [...ofState, 'daemonset'],
  kube_deployment_spec_replicas: [...ofState, 'deployment'],
  kube_deployment_status_replicas_available: [...ofState, 'deployment'],
  kube_statefulset_replicas: [...ofState, 'statefulset'],
  kube_statefulset_status_replicas_available: [...ofState, 'statefulset'],
  prometheus_http_requests_total: [...ofPods, 'handler', 'code'],
  prometheus_rule_evaluation_failures_total: [...ofPods, 'rule_group'],
  prometheus_rule_group_iterations_total: [...ofPods, 'rule_group'],
  prometheus_rule_group_iterations_missed_total: [...ofPods, 'rule_group'],
  prometheus_notifications_alertmanagers_discovered: ofPods,
  prometheus_notifications_errors_total: [...ofPods, 'alertmanager'],
  prometheus_notifications_sent_total: [...ofPods, 'alertmanager'],
  prometheus_remote_storage_queue_highest_sent_timestamp_seconds: [...ofPods, 'remote_name', 'url'],
  prometheus_remote_storage_samples_failed_total: [...ofPods, 'remote_name', 'url'],
  prometheus_config_last_reload_successful: ofPods,
  alertmanager_config_last_reload_successful: ofPods,
  alertmanager_notifications_total: [...ofPods, 'integration', 'receiver_name'],
  alertmanager_notifications_failed_total: [...ofPods, 'integration', 'receiver_name', 'reason'],
};

/** As Prometheus stores bounds, whatever a program writes: Go's shortest form, with a point in it. */
const stored = (bounds: readonly number[]): string[] =>
  bounds.map((bound) => {
    if (bound >= 1e6) return bound.toExponential().replace('e+', 'e+0');
    return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
  });

/** Envoy's, in milliseconds (`ConstSupportedBuckets` in source/common/stats/histogram_impl.h), of Istio's histograms in it too. */
const envoyBounds = stored([
  ...[0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000],
  ...[10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000],
]);

/** Histogram → upper bounds of its buckets, as Prometheus 3 stores them: another one in a query finds nothing. */
export const histogramBounds: Readonly<Record<string, readonly string[]>> = {
  // prometheus.DefBuckets of client_golang
  http_request_duration_seconds_bucket: stored([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]),
  // plugin.TimeBuckets of CoreDNS: 0.25 ms doubled 15 times
  coredns_dns_request_duration_seconds_bucket: stored(
    Array.from({ length: 16 }, (_, index) => Number((0.00025 * 2 ** index).toPrecision(6))),
  ),
  [envoyMetrics.durationBucket]: envoyBounds,
  [istioMetrics.durationBucket]: envoyBounds,
  // `pilot_proxy_convergence_time` in pilot/pkg/xds/monitoring.go
  [istiodMetrics.convergenceBucket]: stored([0.1, 0.5, 1, 3, 5, 10, 20, 30]),
};

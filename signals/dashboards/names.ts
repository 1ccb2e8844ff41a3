import { envoyMetrics } from '../gateway';
import { ztunnelMetrics } from '../ambient';
import { istioMetrics, istiodMetrics, sidecarMetrics } from '../mesh';

/** Names that only dashboards read: Sloth's, so that its dashboards work too. A test compares them with the rules. */
export const sloNames = {
  objective: 'slo:objective:ratio',
  errorBudget: 'slo:error_budget:ratio',
  currentBurn: 'slo:current_burn_rate:ratio',
  budgetLeft: 'slo:period_error_budget_remaining:ratio',
} as const;

/** Prometheus' own series of alerts. */
export const alertsSeries = 'ALERTS';

const ofContainers = ['namespace', 'pod', 'container', 'node'] as const;

/** What is scraped and only shown, beside what rules read (`signals/scraped.ts`): name → labels that panels read. */
export const shownMetrics: Readonly<Record<string, readonly string[]>> = {
  // cAdvisor and kubelet of each node
  container_cpu_usage_seconds_total: ofContainers,
  container_cpu_cfs_periods_total: ofContainers,
  container_cpu_cfs_throttled_periods_total: ofContainers,
  container_memory_working_set_bytes: ofContainers,
  kubelet_running_pods: ['node'],
  // node_exporter, where there is one
  node_nf_conntrack_entries: ['node', 'instance'],
  node_nf_conntrack_entries_limit: ['node', 'instance'],
  // kube-state-metrics: nodes, and pods of our own namespaces only
  kube_pod_container_resource_limits: ['namespace', 'pod', 'container', 'resource'],
  kube_pod_container_status_restarts_total: ['namespace', 'pod', 'container'],
  kube_node_status_condition: ['node', 'condition', 'status'],
  // podinfo
  http_requests_total: ['job', 'pod', 'status'],
  http_request_duration_seconds_bucket: ['job', 'pod', 'path', 'status', 'le'],
  // the gateway's Envoy, and echo
  [envoyMetrics.connectionsOpen]: ['job', 'pod', 'cluster_name'],
  [envoyMetrics.connectionsMade]: ['job', 'pod', 'cluster_name', 'endpoint'],
  [envoyMetrics.connectionsFailed]: ['job', 'pod', 'cluster_name'],
  [envoyMetrics.waiting]: ['job', 'pod', 'cluster_name'],
  // the mesh's sidecars, waypoint, ztunnel and istiod
  [istioMetrics.requests]: [
    'job',
    'endpoint',
    'reporter',
    'destination_service_name',
    'response_code',
    'response_flags',
  ],
  [istioMetrics.durationBucket]: ['job', 'endpoint', 'reporter', 'destination_service_name', 'le'],
  [ztunnelMetrics.opened]: [
    'job',
    'reporter',
    'source_workload',
    'source_workload_namespace',
    'destination_service_name',
  ],
  [ztunnelMetrics.failed]: ['job', 'source_workload', 'source_workload_namespace', 'response_flags'],
  [sidecarMetrics.answers]: ['job', 'pod', 'cluster_name', 'response_code_class', 'endpoint'],
  [sidecarMetrics.repeated]: ['job', 'pod', 'cluster_name', 'response_code_class', 'endpoint'],
  [sidecarMetrics.certificateLeft]: ['job', 'pod', 'resource_name', 'endpoint'],
  [istiodMetrics.convergenceBucket]: ['job', 'le'],
  // Prometheus and Alertmanager
  up: ['job'],
  prometheus_rule_evaluation_failures_total: ['job'],
  prometheus_notifications_errors_total: ['alertmanager', 'job'],
  prometheus_tsdb_head_series: ['job'],
  alertmanager_notifications_total: ['integration', 'job'],
  alertmanager_notifications_failed_total: ['integration', 'reason', 'job'],
};

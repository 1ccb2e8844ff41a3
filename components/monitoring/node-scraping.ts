/** Where a pod finds its own account's credentials. */
const credentials = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What is kept of the many metrics of a kubelet. */
const kubeletMetrics = [
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'kubelet_running_pods',
  'kubelet_running_containers',
];

/** What is kept of the metrics of containers: enough to tell a starved injector from a slow path. */
const containerMetrics = [
  'container_cpu_usage_seconds_total',
  'container_cpu_cfs_periods_total',
  'container_cpu_cfs_throttled_periods_total',
  'container_memory_working_set_bytes',
  'container_oom_events_total',
  'container_network_(receive|transmit)_(bytes|packets|errors|packets_dropped)_total',
];

/**
 * Scrape configs for the kubelet and cAdvisor of every node, as Prometheus reads them. By file and not by a monitor, since only so can
 * Prometheus use its own rotating token without the operator writing Endpoints of kubelets into another namespace.
 */
export function nodeScrapeConfigs({ verifyTls }: { verifyTls: boolean }): object[] {
  const job = (name: string, path: string, keep: readonly string[]) => ({
    job_name: name,
    metrics_path: path,
    scheme: 'https',
    authorization: { credentials_file: `${credentials}/token` },
    tls_config: verifyTls ? { ca_file: `${credentials}/ca.crt` } : { insecure_skip_verify: true },
    kubernetes_sd_configs: [{ role: 'node' }],
    relabel_configs: [
      { source_labels: ['__meta_kubernetes_node_name'], target_label: 'node' },
      { source_labels: ['__meta_kubernetes_node_label_topology_kubernetes_io_zone'], target_label: 'zone' },
    ],
    metric_relabel_configs: [{ source_labels: ['__name__'], regex: keep.join('|'), action: 'keep' }],
  });
  return [job('kubelet', '/metrics', kubeletMetrics), job('cadvisor', '/metrics/cadvisor', containerMetrics)];
}

import { nodeEchoPorts, nodeProberPort, nodeWorkloads } from '../../signals/node-model';
import { echoPorts, gatewayName, meshWorkloads, podinfoPorts, waypointName } from '../../signals/targets';
import { gatewayListenPort } from '../gateway/proxy';
import { istiodMetricsPort } from '../istio/istiod';
import { istiodName, proxyMetricsPort, xdsPort } from '../istio/part';
import { hbonePort } from '../mesh/waypoint';
import { kubeStateMetricsPorts } from '../monitoring/kube-state-metrics';
import { operatorPort } from '../monitoring/prometheus-operator';
import { alertmanagerPort, longTermWorkload, prometheusPort } from '../names';

/** Port of the operator's config reloader, beside each server that it runs (v0.93, `pkg/operator/config_reloader.go`). */
const reloader = { 'reloader-web': 8080 } as const;

/** Port by which replicas of Alertmanager tell each other what was sent (TCP and UDP). */
export const alertmanagerMeshPort = 9094;

const podinfo = { http: podinfoPorts.http, metrics: podinfoPorts.metrics };
const sidecar = { ...podinfo, 'http-envoy-prom': proxyMetricsPort };

/**
 * Ports that somebody else may call, by workload and by the name that its container (or, for Envoy's in a sidecar, its monitor) gives them.
 * A workload is a value of `app.kubernetes.io/name`, but for the long-term store, which is a Prometheus too.
 */
export const workloadPorts = {
  injector: {},
  'chaos-reaper': {},
  source: podinfo,
  'source-ingress': podinfo,
  target: { ...podinfo, grpc: podinfoPorts.grpc },
  echo: echoPorts,
  [nodeWorkloads.echo]: { tcp: nodeEchoPorts.tcp, udp: nodeEchoPorts.udp },
  [nodeWorkloads.prober]: { metrics: nodeProberPort },
  [gatewayName]: { http: gatewayListenPort, metrics: proxyMetricsPort },
  [istiodName]: { 'grpc-xds': xdsPort, metrics: istiodMetricsPort },
  [meshWorkloads.source]: sidecar,
  [meshWorkloads.sourceRetry]: sidecar,
  [meshWorkloads.target]: sidecar,
  [meshWorkloads.stranger]: sidecar,
  [waypointName]: { hbone: hbonePort, 'http-envoy-prom': proxyMetricsPort },
  prometheus: { web: prometheusPort, ...reloader },
  [longTermWorkload]: { web: prometheusPort, ...reloader },
  alertmanager: { web: alertmanagerPort, ...reloader, mesh: alertmanagerMeshPort },
  'prometheus-operator': { http: operatorPort },
  'kube-state-metrics': kubeStateMetricsPorts,
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Something of the product's own that runs pods. */
export type WorkloadName = keyof typeof workloadPorts;

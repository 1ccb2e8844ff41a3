import type { EndpointName } from './cluster/cluster';

/** Namespaces of the product; every object in them has a fixed name, so that an interrupted run finds what it made. */
export const namespaceNames = { load: 'continuous-load', monitoring: 'monitoring' } as const;

/** NodePorts behind the endpoints, where a cluster exposes them. */
export const nodePorts: Readonly<Record<EndpointName, number>> = {
  prometheus: 30090,
  alertmanager: 30093,
  podinfo: 30898,
};

/** NodePort of the gateway where the stack runs one of its own. */
export const gatewayNodePort = 30080;

/** Port of Prometheus, its OTLP receiver included. */
export const prometheusPort = 9090;

/** Port of Alertmanager. */
export const alertmanagerPort = 9093;

/** Name of the Prometheus and of the Alertmanager resource. */
export const monitoringName = 'main';

/** Name of the Prometheus resource that keeps counts for over a year, and of its Service, pods and rules. */
export const longTermName = 'longterm';
export const longTermWorkload = `prometheus-${longTermName}`;

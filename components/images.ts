import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from './cluster/cluster';

/** Programs that run as pods. */
export type ImageName =
  | 'podinfo'
  | 'k6'
  | 'prometheus'
  | 'alertmanager'
  | 'prometheus-operator'
  | 'prometheus-config-reloader'
  | 'kube-state-metrics';

/** Version of each program; the operator derives flags from those of Prometheus and Alertmanager. */
export const versions = {
  podinfo: '6.14.1',
  k6: '2.2.0',
  prometheus: '3.14.0',
  alertmanager: '0.31.1',
  'prometheus-operator': '0.93.0',
  'prometheus-config-reloader': '0.93.0',
  'kube-state-metrics': '2.20.0',
} as const satisfies Record<ImageName, string>;

/**
 * Public images, for clusters that pull. By tag, since their digests have never been read here: whoever needs digests
 * pins them by a mirror or an admission policy.
 */
export const publicImages: Readonly<Record<ImageName, string>> = {
  podinfo: `ghcr.io/stefanprodan/podinfo:${versions.podinfo}`,
  k6: `docker.io/grafana/k6:${versions.k6}`,
  prometheus: `quay.io/prometheus/prometheus:v${versions.prometheus}`,
  alertmanager: `quay.io/prometheus/alertmanager:v${versions.alertmanager}`,
  'prometheus-operator': `quay.io/prometheus-operator/prometheus-operator:v${versions['prometheus-operator']}`,
  'prometheus-config-reloader': `quay.io/prometheus-operator/prometheus-config-reloader:v${versions['prometheus-config-reloader']}`,
  'kube-state-metrics': `registry.k8s.io/kube-state-metrics/kube-state-metrics:v${versions['kube-state-metrics']}`,
};

/** The image of a program in a cluster: what its nodes already have, else the public one. */
export function imageOf(cluster: Pick<Cluster, 'images'>, name: ImageName): pulumi.Output<string> {
  return cluster.images ? cluster.images.apply((images) => images[name]) : pulumi.output(publicImages[name]);
}

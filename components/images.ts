import * as pulumi from '@pulumi/pulumi';
import { istioVersion } from '../settings/control-plane-schema';
import type { Cluster } from './cluster/cluster';

/** Programs that run as pods. */
export type ImageName =
  | 'podinfo'
  | 'k6'
  | 'echo'
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
} as const satisfies Record<Exclude<ImageName, 'echo'>, string>;

/**
 * Public images, for clusters that pull. By tag, since their digests have never been read here: whoever needs digests
 * pins them by a mirror or an admission policy.
 */
export const publicImages: Readonly<Record<Exclude<ImageName, 'echo'>, string>> = {
  podinfo: `ghcr.io/stefanprodan/podinfo:${versions.podinfo}`,
  k6: `docker.io/grafana/k6:${versions.k6}`,
  prometheus: `quay.io/prometheus/prometheus:v${versions.prometheus}`,
  alertmanager: `quay.io/prometheus/alertmanager:v${versions.alertmanager}`,
  'prometheus-operator': `quay.io/prometheus-operator/prometheus-operator:v${versions['prometheus-operator']}`,
  'prometheus-config-reloader': `quay.io/prometheus-operator/prometheus-config-reloader:v${versions['prometheus-config-reloader']}`,
  'kube-state-metrics': `registry.k8s.io/kube-state-metrics/kube-state-metrics:v${versions['kube-state-metrics']}`,
};

// The release of the charts too; the lab's is compiled from the same minor version.

/** Public images of a gateway of the stack's own, by tag like the others. */
export const publicGatewayImages: Readonly<Record<'istiod' | 'istio-proxy', string>> = {
  istiod: `docker.io/istio/pilot:${istioVersion}`,
  'istio-proxy': `docker.io/istio/proxyv2:${istioVersion}`,
};

/**
 * The image of a program in a cluster: what its nodes already have or the user names, else the public one. Nobody publishes the echo
 * server: without an image of the user's own it is refused by a RunError.
 */
export function imageOf(cluster: Pick<Cluster, 'images'>, name: ImageName): pulumi.Output<string> {
  return pulumi.output(cluster.images ?? {}).apply((images) => {
    const image = images[name] ?? (name === 'echo' ? undefined : publicImages[name]);
    if (image === undefined)
      throw new pulumi.RunError(`no image of ${name}: set images.${name} in the config`);
    return image;
  });
}

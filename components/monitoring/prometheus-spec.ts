import type { ResourceSettings } from '../../settings/schema';
import type { RuleGroup } from '../../signals/rules';
import type { Cluster } from '../cluster/cluster';
import { imageOf, versions } from '../images';
import { podSecurity, resourceRequirements } from '../pod';

/** What every Prometheus of the stack is, whatever it is for. */
export function commonSpec(cluster: Cluster, stack: string, resources: ResourceSettings) {
  return {
    image: imageOf(cluster, 'prometheus'),
    imagePullPolicy: 'IfNotPresent' as const,
    version: `v${versions.prometheus}`,
    podMetadata: { labels: { 'app.kubernetes.io/part-of': 'continuous-load' } },
    externalLabels: { stack, cluster: cluster.clusterName },
    // The operator's own labels would make every series of the one replica look like one of many.
    replicaExternalLabelName: '',
    prometheusExternalLabelName: '',
    securityContext: podSecurity,
    resources: resourceRequirements(resources),
    ...(cluster.monitoringNodes ? { nodeSelector: cluster.monitoringNodes } : {}),
    // The operator's default looks every 15 s, which a start would wait for.
    containers: [{ name: 'prometheus', startupProbe: { periodSeconds: 2, failureThreshold: 450 } }],
  };
}

/** A rule group as a PrometheusRule has it: groups are read-only data, the resource's type is not. */
export function ruleGroupSpec({ name, interval, rules }: RuleGroup) {
  return { name, interval, rules: rules.map((rule) => ({ ...rule })) };
}

import type { OwnMonitoringSettings } from '../../settings/monitoring-schema';
import type { ResourceSettings } from '../../settings/schema';
import { formatDuration, formatSize, kubernetesSize } from '../../settings/units';
import type { RuleGroup } from '../../signals/rules';
import type { Cluster } from '../cluster/cluster';
import { imageOf, versions } from '../images';
import { longTermWorkload } from '../names';
import { podSecurity, resourceRequirements } from '../pod';
import { storage } from './volume';

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

/** What the Prometheus is that the probes are pushed to, whoever runs it for the stack; how its volume is said is the runner's. */
export function receiverSpec(
  cluster: Cluster,
  monitoring: Pick<
    OwnMonitoringSettings,
    'prometheusReplicas' | 'scrapeInterval' | 'retention' | 'retentionSize' | 'storage'
  >,
) {
  return {
    volume: storage(
      kubernetesSize(monitoring.storage.size),
      monitoring.storage.class ?? cluster.storageClass,
    ),
    spec: {
      replicas: monitoring.prometheusReplicas,
      scrapeInterval: formatDuration(monitoring.scrapeInterval),
      evaluationInterval: '30s',
      enableOTLPReceiver: true,
      otlp: { translationStrategy: 'UnderscoreEscapingWithSuffixes' as const },
      // Pushed samples come late after a pause of the network.
      tsdb: { outOfOrderTimeWindow: '10m' },
      retention: formatDuration(monitoring.retention),
      retentionSize: formatSize(monitoring.retentionSize),
      serviceDiscoveryRole: 'EndpointSlice' as const,
    },
  };
}

/** Leaves out the rules of the long-term store, which evaluates them itself. */
export const notOfTheStore = [
  { key: 'app.kubernetes.io/name', operator: 'NotIn' as const, values: [longTermWorkload] },
];

/** A rule group as a PrometheusRule has it: groups are read-only data, the resource's type is not. */
export function ruleGroupSpec({ name, interval, rules }: RuleGroup) {
  return { name, interval, rules: rules.map((rule) => ({ ...rule })) };
}

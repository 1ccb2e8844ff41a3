import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { PodMonitor } from '../../resources/pod-monitor';
import { Prometheus, type PrometheusSpec } from '../../resources/prometheus';
import { PrometheusRule } from '../../resources/prometheus-rule';
import { ownStore } from '../../settings/long-term-schema';
import type { RunMonitoringSettings } from '../../settings/monitoring-schema';
import { formatDuration, formatSize, kubernetesSize } from '../../settings/units';
import { figureLifeSeconds, storeGroups, storeResults } from '../../signals/long-term';
import type { SignalModel } from '../../signals/model';
import { duration } from '../../signals/promql';
import { inside } from '../cluster/cluster';
import { metadata, selectorLabels, untilAvailable, withoutWaiting } from '../metadata';
import { longTermName, longTermWorkload, namespaceNames, prometheusPort } from '../names';
import type { MonitoringPartArgs } from './part';
import { commonSpec, ruleGroupSpec } from './prometheus-spec';
import { serviceAccount } from './rbac';
import { serviceAddress } from './service-address';
import { storage } from './volume';

/** Arguments of {@link LongTermStore}. */
export interface LongTermStoreArgs extends MonitoringPartArgs {
  readonly monitoring: RunMonitoringSettings;
  readonly model: SignalModel;
  /** The operator's kinds. */
  readonly crds: readonly pulumi.Resource[];
}

const namespace = namespaceNames.monitoring;
const fullName = longTermWorkload;
const ofItsPods = { 'operator.prometheus.io/name': longTermName };

/** Measured: 46 MB on a lab of eight paths in its first hour; 104 MB of heap while a year of one path is added up, and paths follow each other. */
const resources = {
  requests: { cpu: 10, memory: 64 * 2 ** 20 },
  limits: { cpu: 500, memory: 384 * 2 ** 20 },
};

/** A second, small Prometheus: gets the counts of Prometheus by remote write, keeps them for over a year, and adds them up. */
export class LongTermStore extends pulumi.ComponentResource {
  /** Where counts are written, by address as everything that must not need a name. */
  readonly writeUrl: pulumi.Output<string>;

  constructor(name: string, args: LongTermStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:LongTermStore', name, {}, opts);
    const { cluster, stack, model, namespaces, crds } = args;
    const child = inside(this, cluster, [namespaces.monitoring]);
    const custom = inside(this, cluster, [namespaces.monitoring, ...crds]);
    const named = { workload: longTermWorkload, stack };
    const service = new k8s.core.v1.Service(
      fullName,
      {
        metadata: metadata(fullName, namespace, { ...named, annotations: withoutWaiting }),
        spec: {
          type: 'ClusterIP',
          selector: { 'app.kubernetes.io/name': 'prometheus', ...ofItsPods },
          ports: [{ name: 'web', port: prometheusPort, targetPort: 'web' }],
        },
      },
      child,
    );
    this.writeUrl = pulumi.interpolate`http://${serviceAddress(service, prometheusPort)}/api/v1/write`;
    const account = serviceAccount(
      { account: fullName, namespace, stack, inNamespaces: {}, clusterWide: [] },
      child,
    );
    const rules = new PrometheusRule(
      fullName,
      {
        metadata: metadata(fullName, namespace, named),
        spec: { groups: storeGroups(model).map(ruleGroupSpec) },
      },
      custom,
    );
    new PodMonitor(
      fullName,
      {
        metadata: metadata(fullName, namespace, { stack }),
        spec: {
          selector: { matchLabels: ofItsPods },
          podMetricsEndpoints: [
            {
              port: 'web',
              path: '/federate',
              params: { 'match[]': [`{__name__=~"${storeResults(model).join('|')}"}`] },
              interval: '1m',
              // Stamped when they are fetched: they end with the store, and not five minutes later.
              honorTimestamps: false,
              relabelings: [
                { targetLabel: 'job', replacement: `${longTermWorkload}-results` },
                { sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' },
              ],
              // As if Prometheus had recorded them itself: the labels of the rules and no others.
              metricRelabelings: [{ action: 'labelkeep', regex: '__name__|path|sloth_.+' }],
            },
          ],
        },
      },
      custom,
    );
    new Prometheus(
      longTermName,
      {
        metadata: metadata(longTermName, namespace, { ...named, annotations: untilAvailable }),
        spec: this.#spec(args),
      },
      inside(this, cluster, [...account, ...crds, rules]),
    );
    this.registerOutputs({ writeUrl: this.writeUrl });
  }

  #spec({ cluster, stack, monitoring }: LongTermStoreArgs): PrometheusSpec {
    const { retention, retentionSize, storageSize } = ownStore(monitoring.longTerm);
    return {
      ...commonSpec(cluster, stack, resources),
      replicas: 1,
      serviceAccountName: fullName,
      automountServiceAccountToken: false,
      enableRemoteWriteReceiver: true,
      // What was sent again after an outage is as old as the write-ahead log of Prometheus reaches, two to three hours; the store's own
      // figures are newer by then, so without this it would be refused.
      tsdb: { outOfOrderTimeWindow: '6h' },
      query: { lookbackDelta: duration(figureLifeSeconds) },
      retention: formatDuration(retention),
      retentionSize: formatSize(retentionSize),
      storage: storage(kubernetesSize(storageSize), monitoring.storage.class ?? cluster.storageClass),
      // It scrapes nothing: Prometheus scrapes it.
      ruleSelector: { matchLabels: selectorLabels(longTermWorkload, stack) },
    };
  }
}

import type * as pulumi from '@pulumi/pulumi';
import type { ChartMonitoringSettings } from '../../settings/monitoring-schema';
import type { Cluster } from '../cluster/cluster';
import { podSecurity, resourceRequirements } from '../pod';
import type { CountsSending } from './counts-sending';
import { notOfTheStore, receiverSpec } from './prometheus-spec';
import { storage } from './volume';

/** Full name that the chart is told; its Prometheus and Alertmanager append theirs. */
export const chartName = 'kube-prometheus-stack';

/** What {@link chartValues} are made from. */
export interface ChartValuesArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly monitoring: ChartMonitoringSettings;
  /** Name of the Secret with Alertmanager's configuration. */
  readonly alertmanagerSecret: pulumi.Input<string>;
  /** Name of the Secret with Grafana's administrator; absent where there is no Grafana. */
  readonly grafanaSecret?: pulumi.Input<string> | undefined;
  readonly sending?: CountsSending | undefined;
}

const little = {
  requests: { cpu: '20m', memory: '64Mi' },
  limits: { cpu: '500m', memory: '256Mi' },
};

/**
 * Values of kube-prometheus-stack. Keys and what they do are those of the chart's own `values.yaml` and `templates/prometheus/prometheus.yaml`
 * (github.com/prometheus-community/helm-charts, charts/kube-prometheus-stack), read and never rendered here: `prometheusSpec` and
 * `alertmanagerSpec` are the operator's fields, but for `storageSpec`, `…NilUsesHelmValues`, `…NameClear`, `useExistingSecret` and images.
 */
export function chartValues(args: ChartValuesArgs) {
  const { grafanaSecret } = args;
  return {
    fullnameOverride: chartName,
    crds: { enabled: true },
    // Its alerts carry neither owner nor a route of ours, and some fire for ever where control planes are hidden.
    defaultRules: { create: false },
    // Most clusters hide them, and what cannot be scraped is an alert.
    kubeControllerManager: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeEtcd: { enabled: false },
    kubeProxy: { enabled: false },
    kubelet: { serviceMonitor: { insecureSkipVerify: !args.monitoring.kubelet.verifyTls } },
    // It wants the host's network and processes, which the namespace does not admit.
    nodeExporter: { enabled: false },
    prometheusOperator: {
      // Their certificate comes out of hooks, which the engine leaves out.
      admissionWebhooks: { enabled: false },
      tls: { enabled: false },
      resources: little,
      prometheusConfigReloader: {
        resources: {
          requests: { cpu: '10m', memory: '32Mi' },
          limits: { cpu: '500m', memory: '64Mi' },
        },
      },
    },
    'kube-state-metrics': { resources: little },
    prometheus: { prometheusSpec: prometheusSpec(args) },
    alertmanager: alertmanager(args),
    grafana:
      grafanaSecret === undefined
        ? { enabled: false }
        : {
            enabled: true,
            admin: { existingSecret: grafanaSecret, userKey: 'admin-user', passwordKey: 'admin-password' },
            // The defaults, said because our dashboards hang on them.
            sidecar: {
              dashboards: {
                enabled: true,
                label: 'grafana_dashboard',
                labelValue: '1',
                searchNamespace: 'ALL',
              },
            },
            testFramework: { enabled: false },
          },
  };
}

function prometheusSpec({ cluster, stack, monitoring, sending }: ChartValuesArgs) {
  const { spec, volume } = receiverSpec(cluster, monitoring);
  return {
    ...spec,
    shards: 1,
    externalLabels: { stack, cluster: cluster.clusterName },
    replicaExternalLabelNameClear: true,
    prometheusExternalLabelNameClear: true,
    storageSpec: volume,
    securityContext: podSecurity,
    resources: resourceRequirements(monitoring.resources),
    // Open, whatever Helm's release is called; the long-term store evaluates rules of its own.
    ruleSelectorNilUsesHelmValues: false,
    serviceMonitorSelectorNilUsesHelmValues: false,
    podMonitorSelectorNilUsesHelmValues: false,
    probeSelectorNilUsesHelmValues: false,
    scrapeConfigSelectorNilUsesHelmValues: false,
    ruleSelector: {
      matchExpressions: notOfTheStore,
    },
    ...(sending ? { remoteWrite: sending.remoteWrite } : {}),
  };
}

function alertmanager({ cluster, monitoring, alertmanagerSecret }: ChartValuesArgs) {
  const { alertmanagerReplicas: replicas } = monitoring;
  return {
    enabled: true,
    ...(cluster.nodePorts ? { service: { type: 'NodePort', nodePort: cluster.nodePorts.alertmanager } } : {}),
    podDisruptionBudget: replicas > 1 ? { enabled: true, minAvailable: replicas - 1 } : { enabled: false },
    alertmanagerSpec: {
      replicas,
      // Our own file and not an AlertmanagerConfig: nobody else routes here, so nothing has to be let through a branch.
      useExistingSecret: true,
      configSecret: alertmanagerSecret,
      storage: storage('1Gi', monitoring.storage.class ?? cluster.storageClass),
      securityContext: podSecurity,
      automountServiceAccountToken: false,
      resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
    },
  };
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import type { ChartMonitoringSettings } from '../../settings/monitoring-schema';
import { inside } from '../cluster/cluster';
import { metadata } from '../metadata';
import { namespaceNames, prometheusPort } from '../names';
import { alertmanagerSecret } from './alertmanager-secret';
import { chartName, chartValues } from './chart-values';
import { type CountsSending, sendingToOwnStore, sendingToUsersStore } from './counts-sending';
import { LongTermStore } from './long-term-store';
import type { Monitoring, MonitoringArgs } from './monitoring';
import { loadMonitors, podMonitors } from './monitors';
import type { MonitoringPartArgs } from './part';
import { pathRules } from './path-rules';
import { prometheusService } from './prometheus-service';
import { serviceAddress } from './service-address';

const repository = 'https://prometheus-community.github.io/helm-charts';

/**
 * Prometheus, Alertmanager, kube-state-metrics and Grafana by the chart kube-prometheus-stack; rules, monitors of the load, routes and the
 * address of Prometheus are ours, so that what the rest of the stack needs does not hang on what the chart calls things.
 */
export function chartMonitoring(
  parent: pulumi.Resource,
  args: MonitoringArgs<ChartMonitoringSettings>,
): Monitoring {
  const { monitoring, ...part } = args;
  const { cluster, stack, namespaces } = part;
  const config = alertmanagerSecret(parent, args);
  const grafana = monitoring.chart.grafana ? grafanaAdministrator(parent, part) : undefined;
  const store = longTermStore(parent, args);
  const service = prometheusService(parent, part, `${chartName}-prometheus`, prometheusPort);
  const chart = new k8s.helm.v4.Chart(
    chartName,
    {
      chart: 'kube-prometheus-stack',
      version: monitoring.chart.version,
      repositoryOpts: { repo: repository },
      namespace: namespaceNames.monitoring,
      values: chartValues({
        cluster,
        stack,
        monitoring,
        alertmanagerSecret: config.metadata.name,
        grafanaSecret: grafana?.metadata.name,
        sending: store?.sending,
      }),
    },
    {
      parent,
      dependsOn: [
        namespaces.monitoring,
        config,
        ...(grafana ? [grafana] : []),
        ...(store?.sending.secrets ?? []),
      ],
    },
  );
  store?.install(chart);
  pathRules(parent, { ...part, crds: [chart] });
  // What the chart runs it scrapes by monitors of its own; the long-term store is ours.
  podMonitors(parent, { ...part, crds: [chart], only: [...loadMonitors, 'prometheus'] });
  const address = serviceAddress(service, prometheusPort);
  return { otlp: { endpoint: address }, prometheusUrl: pulumi.interpolate`http://${address}` };
}

/**
 * Where counts are sent that must outlive Prometheus, and what installs it. Prometheus is told the address of a store of our own, and that
 * store is run by the chart's operator: so its address is promised first, and it is made once the chart is there.
 */
function longTermStore(
  parent: pulumi.Resource,
  args: MonitoringArgs<ChartMonitoringSettings>,
): { readonly sending: CountsSending; readonly install: (chart: pulumi.Resource) => void } | undefined {
  const { enabled, remoteWrite } = args.monitoring.longTerm;
  if (!enabled) return undefined;
  if (remoteWrite !== undefined)
    return { sending: sendingToUsersStore(parent, args, remoteWrite), install: () => undefined };
  const [writeUrl, keep] = pulumi.deferredOutput<string>();
  return {
    sending: sendingToOwnStore(writeUrl),
    install: (chart) =>
      keep(new LongTermStore('long-term-store', { ...args, crds: [chart] }, { parent }).writeUrl),
  };
}

/** Grafana's administrator, with a password that nobody chose: the chart's default one is known to everybody. */
function grafanaAdministrator(
  parent: pulumi.Resource,
  { cluster, stack, namespaces }: MonitoringPartArgs,
): k8s.core.v1.Secret {
  const name = 'grafana-administrator';
  const password = new random.RandomPassword(name, { length: 32, special: false }, { parent });
  return new k8s.core.v1.Secret(
    name,
    {
      metadata: metadata(name, namespaceNames.monitoring, { workload: 'grafana', stack }),
      stringData: { 'admin-user': 'administrator', 'admin-password': password.result },
    },
    inside(parent, cluster, [namespaces.monitoring]),
  );
}

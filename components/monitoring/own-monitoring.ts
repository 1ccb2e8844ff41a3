import * as pulumi from '@pulumi/pulumi';
import type { OwnMonitoringSettings } from '../../settings/monitoring-schema';
import { AlertmanagerServer } from './alertmanager-server';
import { type CountsSending, sendingToOwnStore, sendingToUsersStore } from './counts-sending';
import { KubeStateMetrics } from './kube-state-metrics';
import { LongTermStore, type LongTermStoreArgs } from './long-term-store';
import type { Monitoring, MonitoringArgs } from './monitoring';
import { discoveryElsewhere, podMonitors } from './monitors';
import type { MonitoringPartArgs } from './part';
import { PrometheusOperator } from './prometheus-operator';
import { PrometheusServer } from './prometheus-server';
import { monitoringName } from '../names';

/** Prometheus and Alertmanager run by an operator of the stack's own, with rules, routes and everything that is scraped. */
export function ownMonitoring(
  parent: pulumi.Resource,
  args: MonitoringArgs<OwnMonitoringSettings>,
): Monitoring {
  const part: MonitoringPartArgs = args;
  const { monitoring, model } = args;
  const own = { parent };
  const { crds } = new PrometheusOperator('operator', part, own);
  const alertmanager = new AlertmanagerServer('alertmanager', { ...part, monitoring, model, crds }, own);
  const sending = countsSending(parent, { ...args, crds });
  const prometheus = new PrometheusServer(
    'prometheus',
    { ...part, monitoring, model, crds, alertmanager: alertmanager.serviceName, sending },
    own,
  );
  new KubeStateMetrics('kube-state-metrics', part, own);
  discoveryElsewhere(parent, { ...part, model, prometheusAccount: `prometheus-${monitoringName}` });
  podMonitors(parent, { ...part, crds, model });
  return {
    otlp: { endpoint: prometheus.address },
    prometheusUrl: pulumi.interpolate`http://${prometheus.address}`,
  };
}

/** What is kept for longer than Prometheus keeps it: to a store of the user's where the config names one, else to one of our own. */
function countsSending(parent: pulumi.Resource, args: LongTermStoreArgs): CountsSending | undefined {
  const { enabled, remoteWrite } = args.monitoring.longTerm;
  if (!enabled) return undefined;
  if (remoteWrite !== undefined) return sendingToUsersStore(parent, args, remoteWrite);
  return sendingToOwnStore(new LongTermStore('long-term-store', args, { parent }).writeUrl);
}

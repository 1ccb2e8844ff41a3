import * as pulumi from '@pulumi/pulumi';
import type { OwnMonitoringSettings } from '../../settings/monitoring-schema';
import { alertmanagerSecret } from './alertmanager-secret';
import { AlertmanagerServer } from './alertmanager-server';
import { type CountsSending, sendingToOwnStore, sendingToUsersStore } from './counts-sending';
import { KubeStateMetrics } from './kube-state-metrics';
import { LongTermStore, type LongTermStoreArgs } from './long-term-store';
import type { Monitoring, MonitoringArgs } from './monitoring';
import { discoveryElsewhere, podMonitors } from './monitors';
import type { MonitoringPartArgs } from './part';
import { pathRules } from './path-rules';
import { PrometheusOperator } from './prometheus-operator';
import { PrometheusServer } from './prometheus-server';
import { prometheusService } from './prometheus-service';
import { serviceAddress } from './service-address';
import { monitoringName, prometheusPort } from '../names';

/** Prometheus and Alertmanager run by an operator of the stack's own, with rules, routes and everything that is scraped. */
export function ownMonitoring(
  parent: pulumi.Resource,
  args: MonitoringArgs<OwnMonitoringSettings>,
): Monitoring {
  const part: MonitoringPartArgs = args;
  const { monitoring, model } = args;
  const own = { parent };
  const { crds } = new PrometheusOperator('operator', part, own);
  // Whoever runs Prometheus and Alertmanager, these are the stack's: the chart of another kind of monitoring must not find them another's.
  const config = alertmanagerSecret(parent, args);
  const service = prometheusService(parent, part, monitoringName, 'web');
  const rules = pathRules(parent, { ...part, model, crds });
  const alertmanager = new AlertmanagerServer('alertmanager', { ...part, monitoring, config, crds }, own);
  const sending = countsSending(parent, { ...args, crds });
  new PrometheusServer(
    'prometheus',
    { ...part, monitoring, crds, rules, alertmanager: alertmanager.serviceName, sending },
    own,
  );
  new KubeStateMetrics('kube-state-metrics', part, own);
  discoveryElsewhere(parent, { ...part, model, prometheusAccount: `prometheus-${monitoringName}` });
  podMonitors(parent, { ...part, crds, model });
  const address = serviceAddress(service, prometheusPort);
  return { otlp: { endpoint: address }, prometheusUrl: pulumi.interpolate`http://${address}` };
}

/** What is kept for longer than Prometheus keeps it: to a store of the user's where the config names one, else to one of our own. */
function countsSending(parent: pulumi.Resource, args: LongTermStoreArgs): CountsSending | undefined {
  const { enabled, remoteWrite } = args.monitoring.longTerm;
  if (!enabled) return undefined;
  if (remoteWrite !== undefined) return sendingToUsersStore(parent, args, remoteWrite);
  return sendingToOwnStore(new LongTermStore('long-term-store', args, { parent }).writeUrl);
}

import * as pulumi from '@pulumi/pulumi';
import type { Config } from '../settings/schema';
import type { SignalModel } from '../signals/model';
import { AlertmanagerServer } from './monitoring/alertmanager-server';
import { KubeStateMetrics } from './monitoring/kube-state-metrics';
import { dnsDiscovery, podMonitors } from './monitoring/monitors';
import type { MonitoringPartArgs } from './monitoring/part';
import { PrometheusOperator } from './monitoring/prometheus-operator';
import { PrometheusServer } from './monitoring/prometheus-server';
import { monitoringName } from './names';

/** Arguments of {@link MonitoringStack}. */
export interface MonitoringStackArgs extends MonitoringPartArgs {
  readonly monitoring: Config['monitoring'];
  readonly model: SignalModel;
}

/** Prometheus and Alertmanager run by the operator, with rules, routes and everything that is scraped. */
export class MonitoringStack extends pulumi.ComponentResource {
  /** `HOST:PORT` of Prometheus inside the cluster, by address. */
  readonly prometheusAddress: pulumi.Output<string>;

  /** @throws pulumi.InputPropertyError when the retention is shorter than the period that objectives are counted over. */
  constructor(name: string, args: MonitoringStackArgs, opts?: pulumi.ComponentResourceOptions) {
    const periodMs = args.model.periodDays * 86_400_000;
    if (args.monitoring.retention < periodMs)
      throw new pulumi.InputPropertyError({
        propertyPath: 'monitoring.retention',
        reason: `must be at least ${args.model.periodDays} days`,
      });
    super('continuous-load:index:MonitoringStack', name, {}, opts);
    const part: MonitoringPartArgs = args;
    const { monitoring, model } = args;
    const own = { parent: this };
    const { crds } = new PrometheusOperator('operator', part, own);
    const alertmanager = new AlertmanagerServer('alertmanager', { ...part, monitoring, model, crds }, own);
    const prometheus = new PrometheusServer(
      'prometheus',
      { ...part, monitoring, model, crds, alertmanager: alertmanager.serviceName },
      own,
    );
    new KubeStateMetrics('kube-state-metrics', part, own);
    dnsDiscovery(this, { ...part, prometheusAccount: `prometheus-${monitoringName}` });
    podMonitors(this, { ...part, crds });
    this.prometheusAddress = prometheus.address;
    this.registerOutputs({ prometheusAddress: this.prometheusAddress });
  }
}

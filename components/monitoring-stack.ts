import * as pulumi from '@pulumi/pulumi';
import type { Config } from '../settings/schema';
import type { SignalModel } from '../signals/model';
import { AlertmanagerServer } from './monitoring/alertmanager-server';
import { type CountsSending, sendingToOwnStore, sendingToUsersStore } from './monitoring/counts-sending';
import { KubeStateMetrics } from './monitoring/kube-state-metrics';
import { LongTermStore } from './monitoring/long-term-store';
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

/** Prometheus and Alertmanager run by the operator, with rules, routes and everything that is scraped, and a store for what must be kept longer. */
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
    const sending = this.#sending({ ...args, crds });
    const prometheus = new PrometheusServer(
      'prometheus',
      { ...part, monitoring, model, crds, alertmanager: alertmanager.serviceName, sending },
      own,
    );
    new KubeStateMetrics('kube-state-metrics', part, own);
    dnsDiscovery(this, { ...part, prometheusAccount: `prometheus-${monitoringName}` });
    podMonitors(this, { ...part, crds, model });
    this.prometheusAddress = prometheus.address;
    this.registerOutputs({ prometheusAddress: this.prometheusAddress });
  }

  /** To a store of the user's where the config names one, else to one of our own. */
  #sending(
    args: MonitoringStackArgs & { readonly crds: readonly pulumi.Resource[] },
  ): CountsSending | undefined {
    const { enabled, remoteWrite } = args.monitoring.longTerm;
    if (!enabled) return undefined;
    if (remoteWrite !== undefined) return sendingToUsersStore(this, args, remoteWrite);
    return sendingToOwnStore(new LongTermStore('long-term-store', args, { parent: this }).writeUrl);
  }
}

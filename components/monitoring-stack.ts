import * as pulumi from '@pulumi/pulumi';
import { type MonitoringSettings, reach } from '../settings/monitoring-schema';
import { chartMonitoring } from './monitoring/chart-monitoring';
import { existingMonitoring } from './monitoring/existing-monitoring';
import { gmpMonitoring } from './monitoring/gmp-monitoring';
import type { Monitoring, MonitoringArgs, OtlpReceiver } from './monitoring/monitoring';
import { noMonitoring } from './monitoring/no-monitoring';
import { ownMonitoring } from './monitoring/own-monitoring';

/** Arguments of {@link MonitoringStack}. */
export type MonitoringStackArgs = MonitoringArgs<MonitoringSettings>;

/** What watches the stack, of the kind that the config names: rules, routes, everything that is scraped, and where counts are pushed to. */
export class MonitoringStack extends pulumi.ComponentResource implements Monitoring {
  readonly otlp: OtlpReceiver;
  readonly prometheusUrl?: pulumi.Output<string>;

  /** @throws pulumi.InputPropertyError when the retention is shorter than the period that objectives are counted over. */
  constructor(name: string, args: MonitoringStackArgs, opts?: pulumi.ComponentResourceOptions) {
    const periodMs = args.model.periodDays * 86_400_000;
    if (reach(args.monitoring) < periodMs)
      throw new pulumi.InputPropertyError({
        propertyPath: 'monitoring.retention',
        reason: `must be at least ${args.model.periodDays} days`,
      });
    super('continuous-load:index:MonitoringStack', name, {}, opts);
    const { otlp, prometheusUrl } = ofKind(this, args);
    this.otlp = otlp;
    if (prometheusUrl) this.prometheusUrl = prometheusUrl;
    this.registerOutputs({ prometheusUrl });
  }
}

function ofKind(parent: pulumi.Resource, { monitoring, ...args }: MonitoringStackArgs): Monitoring {
  switch (monitoring.kind) {
    case 'own':
      return ownMonitoring(parent, { ...args, monitoring });
    case 'kube-prometheus-stack':
      return chartMonitoring(parent, { ...args, monitoring });
    case 'none':
      return noMonitoring(parent, { ...args, monitoring });
    case 'gmp':
      return gmpMonitoring(parent, { ...args, monitoring });
    case 'existing':
      return existingMonitoring(parent, { ...args, monitoring });
  }
}

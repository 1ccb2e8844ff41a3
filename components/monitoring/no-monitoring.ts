import * as pulumi from '@pulumi/pulumi';
import type { NoMonitoringSettings } from '../../settings/monitoring-schema';
import type { Monitoring, MonitoringArgs } from './monitoring';
import { otlpReceiver } from './otlp-receiver';

/** Nothing that watches: counts are pushed to a receiver of the user's. Rules come as files (`npm run rules`). */
export function noMonitoring(
  parent: pulumi.Resource,
  { monitoring, ...part }: MonitoringArgs<NoMonitoringSettings>,
): Monitoring {
  const { otlp, prometheusUrl } = monitoring;
  return {
    otlp: otlpReceiver(parent, part, otlp),
    ...(prometheusUrl === undefined ? {} : { prometheusUrl: pulumi.output(prometheusUrl) }),
  };
}

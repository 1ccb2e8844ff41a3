import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { stringify } from 'yaml';
import { ClusterRules, operatorConfig, OperatorConfigPatch } from '../../resources/google-monitoring';
import type { GmpMonitoringSettings } from '../../settings/monitoring-schema';
import { alertmanagerConfig } from '../../signals/alertmanager';
import { ruleSets } from '../../signals/rules';
import { inside } from '../cluster/cluster';
import { labels, metadata } from '../metadata';
import type { Monitoring, MonitoringArgs } from './monitoring';
import { otlpReceiver } from './otlp-receiver';
import { podMonitorings } from './pod-monitorings';

const name = 'continuous-load';
const secretKey = 'alertmanager.yaml';

/** Rules, monitors and, where asked for, routes for Google Managed Prometheus; counts are pushed to a collector of the user's. */
export function gmpMonitoring(
  parent: pulumi.Resource,
  args: MonitoringArgs<GmpMonitoringSettings>,
): Monitoring {
  const { monitoring, ...part } = args;
  const { cluster, stack, model } = part;
  for (const rules of ruleSets(model))
    new ClusterRules(
      rules.name,
      {
        metadata: { name: rules.name, labels: labels('prometheus', stack) },
        spec: { groups: [...rules.groups] },
      },
      inside(parent, cluster),
    );
  podMonitorings(parent, part);
  if (monitoring.managedAlertmanager) routes(parent, args, monitoring.managedAlertmanager);
  // Google's rules see what carries their own cluster's name only, which the collector knows and we may not.
  return { otlp: { ...otlpReceiver(parent, part, monitoring.otlp), otlpResource: undefined } };
}

/** Our routes as the whole configuration of the managed Alertmanager, in a Secret beside Google's: the URLs of receivers carry tokens. */
function routes(
  parent: pulumi.Resource,
  { cluster, stack, model, monitoring: { receivers = [] } }: MonitoringArgs<GmpMonitoringSettings>,
  { compress }: NonNullable<GmpMonitoringSettings['managedAlertmanager']>,
): void {
  const secretName = `${name}-alertmanager`;
  const secret = new k8s.core.v1.Secret(
    secretName,
    {
      metadata: metadata(secretName, operatorConfig.namespace, { workload: 'alertmanager', stack }),
      stringData: pulumi.secret({ [secretKey]: stringify(alertmanagerConfig(model, receivers)) }),
    },
    inside(parent, cluster),
  );
  new OperatorConfigPatch(
    'gmp-operator-config',
    {
      managedAlertmanager: { configSecret: { name: secretName, key: secretKey } },
      ...(compress ? { features: { config: { compression: 'gzip' } } } : {}),
    },
    inside(parent, cluster, [secret]),
  );
}

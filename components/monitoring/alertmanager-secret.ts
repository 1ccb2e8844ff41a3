import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { stringify } from 'yaml';
import type { RunMonitoringSettings } from '../../settings/monitoring-schema';
import { alertmanagerConfig, type Receiver } from '../../signals/alertmanager';
import { inside } from '../cluster/cluster';
import { formerly } from '../formerly';
import { metadata } from '../metadata';
import { monitoringName, namespaceNames } from '../names';
import type { MonitoringArgs } from './monitoring';

/** The Secret with the configuration file of an Alertmanager of the stack's own: the URLs of receivers carry tokens. */
export function alertmanagerSecret(
  parent: pulumi.Resource,
  args: MonitoringArgs<RunMonitoringSettings>,
): k8s.core.v1.Secret {
  const { cluster, stack, namespaces } = args;
  const workload = 'alertmanager';
  const name = `${workload}-${monitoringName}-config`;
  return new k8s.core.v1.Secret(
    name,
    {
      metadata: metadata(name, namespaceNames.monitoring, { workload, stack }),
      stringData: { 'alertmanager.yaml': configuration(args) },
    },
    {
      ...inside(parent, cluster, [namespaces.monitoring]),
      aliases: [formerly('alertmanager', 'AlertmanagerServer', parent)],
    },
  );
}

function configuration({
  cluster,
  monitoring,
  model,
}: MonitoringArgs<RunMonitoringSettings>): pulumi.Output<string> {
  const severities: Receiver['severities'] = ['page', 'ticket'];
  const receivers: pulumi.Output<Receiver[]> = monitoring.receivers
    ? pulumi.output<Receiver[]>(monitoring.receivers)
    : cluster.webhook
      ? cluster.webhook.apply((url): Receiver[] => [{ name: cluster.kind, url, severities }])
      : pulumi.output<Receiver[]>([]);
  return pulumi.secret(receivers.apply((to) => stringify(alertmanagerConfig(model, to))));
}

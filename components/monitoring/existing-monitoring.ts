import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { AlertmanagerConfig } from '../../resources/alertmanager-config';
import { hostAndPort } from '../../settings/address';
import type { ServiceAddress } from '../../settings/monitoring-given-schema';
import type { ExistingMonitoringSettings } from '../../settings/monitoring-schema';
import { alertmanagerResource } from '../../signals/alertmanager-resource';
import { inside } from '../cluster/cluster';
import { metadata } from '../metadata';
import type { Monitoring, MonitoringArgs } from './monitoring';
import { loadMonitors, podMonitors } from './monitors';
import { otlpReceiver } from './otlp-receiver';
import { pathRules } from './path-rules';

/** How often our pods are scraped by a Prometheus whose own default nobody knows here. */
const everySeconds = 15;

/** Rules, monitors and, where asked for, routes for a Prometheus and an Alertmanager that somebody else's operator runs. */
export function existingMonitoring(
  parent: pulumi.Resource,
  args: MonitoringArgs<ExistingMonitoringSettings>,
): Monitoring {
  const { monitoring, ...part } = args;
  const prometheus = addressOf(parent, monitoring.prometheus);
  pathRules(parent, { ...part, labels: monitoring.ruleLabels });
  podMonitors(parent, {
    ...part,
    model: args.model,
    only: loadMonitors,
    everySeconds,
    labels: monitoring.monitorLabels,
  });
  if (monitoring.alertmanagerConfig) routes(parent, args, monitoring.alertmanagerConfig.labels);
  return {
    otlp: monitoring.otlp ? otlpReceiver(parent, part, monitoring.otlp) : { endpoint: prometheus },
    prometheusUrl: pulumi.interpolate`http://${prometheus}`,
  };
}

/** `HOST:PORT` of a Service by its address: what is measured must not be needed to measure it. */
function addressOf(
  parent: pulumi.Resource,
  { namespace, name, port }: ServiceAddress,
): pulumi.Output<string> {
  const id = `${namespace}/${name}`;
  const service = k8s.core.v1.Service.get(`prometheus-of-${namespace}`, id, { parent });
  return service.spec.clusterIP.apply((address) => {
    if (address === 'None')
      throw new pulumi.RunError(
        `monitoring.prometheus: the Service ${id} has no address (it is headless); name one that has`,
      );
    return hostAndPort(address, port);
  });
}

/** Our routes as a branch of their Alertmanager's; credentials in a Secret beside it. */
function routes(
  parent: pulumi.Resource,
  { cluster, stack, namespaces, model, monitoring }: MonitoringArgs<ExistingMonitoringSettings>,
  labels: Readonly<Record<string, string>> = {},
): void {
  const name = 'continuous-load';
  const secretName = `${name}-receivers`;
  const named = { workload: 'alertmanager', stack };
  const { spec, secrets } = alertmanagerResource(model, monitoring.receivers ?? [], secretName);
  const child = inside(parent, cluster, [namespaces.monitoring]);
  const secret = new k8s.core.v1.Secret(
    secretName,
    {
      metadata: metadata(secretName, namespaces.monitoringName, named),
      stringData: pulumi.secret(secrets),
    },
    child,
  );
  const { labels: own, ...rest } = metadata(name, namespaces.monitoringName, named);
  new AlertmanagerConfig(
    name,
    {
      metadata: { ...rest, labels: { ...own, ...labels } },
      spec,
    },
    inside(parent, cluster, [namespaces.monitoring, secret]),
  );
}

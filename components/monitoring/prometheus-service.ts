import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { inside } from '../cluster/cluster';
import { formerly } from '../formerly';
import { metadata, withoutWaiting } from '../metadata';
import { monitoringName, namespaceNames, prometheusPort } from '../names';
import type { MonitoringPartArgs } from './part';

/** The Service of a Prometheus that an operator runs under a name: its address is known before anything of it runs. */
export function prometheusService(
  parent: pulumi.Resource,
  { cluster, stack, namespaces }: MonitoringPartArgs,
  operatedName: string,
  targetPort: string | number,
): k8s.core.v1.Service {
  const workload = 'prometheus';
  const name = `${workload}-${monitoringName}`;
  return new k8s.core.v1.Service(
    name,
    {
      metadata: metadata(name, namespaceNames.monitoring, { workload, stack, annotations: withoutWaiting }),
      spec: {
        type: cluster.nodePorts ? 'NodePort' : 'ClusterIP',
        selector: { 'app.kubernetes.io/name': workload, 'operator.prometheus.io/name': operatedName },
        ports: [
          {
            name: 'web',
            port: prometheusPort,
            targetPort,
            ...(cluster.nodePorts ? { nodePort: cluster.nodePorts.prometheus } : {}),
          },
        ],
      },
    },
    {
      ...inside(parent, cluster, [namespaces.monitoring]),
      aliases: [formerly('prometheus', 'PrometheusServer', parent)],
    },
  );
}

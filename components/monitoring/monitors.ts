import type * as pulumi from '@pulumi/pulumi';
import { PodMonitor } from '../../resources/pod-monitor';
import { inside } from '../cluster/cluster';
import { metadata } from '../metadata';
import { namespaceNames } from '../names';
import type { MonitoringPartArgs } from './part';

interface Monitored {
  readonly name: string;
  /** Where its pods are. */
  readonly namespace: string;
  /** Values of `app.kubernetes.io/name`. */
  readonly workloads: readonly string[];
  /** Names of the container ports with metrics. */
  readonly ports: readonly string[];
}

/** Everything that is scraped by pod. The injectors push instead. */
const monitored: readonly Monitored[] = [
  { name: 'podinfo', namespace: namespaceNames.load, workloads: ['source', 'target'], ports: ['metrics'] },
  {
    name: 'prometheus',
    namespace: namespaceNames.monitoring,
    workloads: ['prometheus'],
    ports: ['web', 'reloader-web'],
  },
  {
    name: 'alertmanager',
    namespace: namespaceNames.monitoring,
    workloads: ['alertmanager'],
    ports: ['web', 'reloader-web'],
  },
  {
    name: 'prometheus-operator',
    namespace: namespaceNames.monitoring,
    workloads: ['prometheus-operator'],
    ports: ['http'],
  },
  {
    name: 'kube-state-metrics',
    namespace: namespaceNames.monitoring,
    workloads: ['kube-state-metrics'],
    ports: ['http', 'telemetry'],
  },
];

/** A PodMonitor for each scraped workload; the label `job` is the workload's name. */
export function podMonitors(
  parent: pulumi.Resource,
  { cluster, stack, namespaces, crds }: MonitoringPartArgs & { readonly crds: readonly pulumi.Resource[] },
): PodMonitor[] {
  return monitored.map(
    ({ name, namespace, workloads, ports }) =>
      new PodMonitor(
        name,
        {
          metadata: metadata(name, namespaceNames.monitoring, { stack }),
          spec: {
            jobLabel: 'app.kubernetes.io/name',
            namespaceSelector: { matchNames: [namespace] },
            selector: {
              matchLabels: { 'app.kubernetes.io/part-of': 'continuous-load' },
              matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: [...workloads] }],
            },
            podMetricsEndpoints: ports.map((port) => ({
              port,
              // kube-state-metrics' own labels name what it is about, not itself.
              honorLabels: name === 'kube-state-metrics' && port === 'http',
            })),
          },
        },
        inside(parent, cluster, [namespaces.monitoring, ...crds]),
      ),
  );
}

import type * as pulumi from '@pulumi/pulumi';
import {
  type GoogleRelabeling,
  PodMonitoring,
  type PodMonitoringModel,
} from '../../resources/google-monitoring';
import type { SignalModel } from '../../signals/model';
import { nodeWorkloads } from '../../signals/node-model';
import { callsEcho } from '../../signals/paths';
import { inside } from '../cluster/cluster';
import { metadata } from '../metadata';
import { loadMonitors, type Monitored, monitoredIn } from './monitors';
import type { MonitoringPartArgs } from './part';

type Endpoint = NonNullable<PodMonitoringModel['spec']>['endpoints'][number];

/** Seconds between two scrapes. */
const everySeconds = 15;

/** A PodMonitoring for each workload of the load that is there to scrape: its name is the label `job`, so workloads cannot share one. */
export function podMonitorings(
  parent: pulumi.Resource,
  { cluster, stack, namespaces, model }: MonitoringPartArgs & { readonly model: SignalModel },
): PodMonitoring[] {
  const monitored = monitoredIn(model, loadMonitors);
  const workloads = new Map(
    monitored.flatMap(({ workloads: names, namespace, label }) =>
      names.filter((one) => isThere(model, one)).map((one) => [one, { namespace, label }] as const),
    ),
  );
  return [...workloads].map(
    ([workload, { namespace, label }]) =>
      new PodMonitoring(
        workload,
        {
          metadata: metadata(workload, namespace, { stack }),
          spec: {
            selector: {
              matchLabels:
                label === undefined
                  ? {
                      'app.kubernetes.io/part-of': 'continuous-load',
                      'app.kubernetes.io/name': workload,
                    }
                  : { [label]: workload },
            },
            endpoints: monitored
              .filter(({ workloads: names }) => names.includes(workload))
              .flatMap(endpointsOf),
            targetLabels: { metadata: ['pod', 'container', 'node'] },
          },
        },
        inside(parent, cluster, namespaces.all),
      ),
  );
}

/** Whether a stack has a workload; a monitor without pods would be no fault, but somebody would look for them. */
function isThere({ paths, nodeProber }: SignalModel, workload: string): boolean {
  if (workload === 'source-ingress') return paths.some(({ name }) => name === 'ingress');
  if (workload === 'echo') return paths.some((path) => callsEcho(path));
  return workload !== nodeWorkloads.prober || nodeProber !== undefined;
}

function endpointsOf({ ports, path, portNumber, keep = [], everySeconds: own }: Monitored): Endpoint[] {
  return ports.map((port) => {
    const metricRelabeling: GoogleRelabeling[] = [
      ...keep.map(({ labels, regex }) => ({ action: 'keep' as const, sourceLabels: labels, regex })),
      // The rules of the mesh ask by the name of the port, which another operator gives as a label.
      ...(portNumber === undefined
        ? []
        : [{ action: 'replace' as const, targetLabel: 'endpoint', replacement: port }]),
    ];
    return {
      port: portNumber ?? port,
      interval: `${own ?? everySeconds}s`,
      ...(path === undefined ? {} : { path }),
      ...(metricRelabeling.length === 0 ? {} : { metricRelabeling }),
    };
  });
}

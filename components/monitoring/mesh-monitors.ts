import { keptOfWaypoint, keptOfZtunnel } from '../../signals/ambient';
import { keptOfIstiod, sidecarEndpoint } from '../../signals/mesh';
import type { MeshModel } from '../../signals/model';
import { meshNamespace, waypointName } from '../../signals/targets';
import { istiodMetricsPort } from '../istio/istiod';
import { istiodName, proxyMetricsPort } from '../istio/part';
import type { Monitored } from './monitors';

/** A monitor of something in the namespace of a control plane that is not the stack's own. */
export interface ControlPlaneMonitor extends Monitored {
  /** Number of the port that it names. */
  readonly scrapedPort: number;
}

/** Monitors of istiod by Istio's charts, and of ztunnel, whoever runs it: both have Istio's label `app` and no label of ours. */
export function controlPlaneMonitors(mesh: MeshModel | undefined): ControlPlaneMonitor[] {
  const namespace = mesh?.istioNamespace;
  if (namespace === undefined) return [];
  return [
    ...(mesh?.istiodScraped
      ? [
          {
            name: istiodName,
            namespace,
            workloads: [istiodName],
            ports: ['http-monitoring'],
            scrapedPort: istiodMetricsPort,
            label: 'app',
            keep: [{ labels: ['__name__'], regex: keptOfIstiod }],
          },
        ]
      : []),
    ...(mesh?.ambient
      ? [
          {
            name: 'ztunnel',
            namespace,
            workloads: ['ztunnel'],
            ports: ['ztunnel-stats'],
            scrapedPort: proxyMetricsPort,
            label: 'app',
            keep: [
              { labels: ['__name__'], regex: keptOfZtunnel.names },
              {
                labels: ['source_workload_namespace', 'destination_workload_namespace'],
                regex: keptOfZtunnel.scopes,
              },
            ],
          },
        ]
      : []),
  ];
}

/** The monitor of the proxy that repeats requests in mode ambient, found and scraped as a sidecar is. */
export const waypointMonitor: Monitored = {
  name: waypointName,
  namespace: meshNamespace,
  workloads: [waypointName],
  ports: [sidecarEndpoint],
  portNumber: proxyMetricsPort,
  path: '/stats/prometheus',
  only: 'ambient',
  keep: [
    { labels: ['__name__'], regex: keptOfWaypoint.names },
    { labels: ['cluster_name', 'destination_service_name'], regex: keptOfWaypoint.scopes },
  ],
};

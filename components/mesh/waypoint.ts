import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { Gateway } from '../../resources/gateway';
import { AuthorizationPolicy } from '../../resources/istio';
import type { MeshSettings } from '../../settings/schema';
import { meshNamespace as namespace, meshServices, waypointName } from '../../signals/targets';
import { revisionLabel } from '../istio/part';
import { labels, metadata, selectorLabels } from '../metadata';
import { podSecurity, resourceRequirements, spreadOverNodes } from '../pod';
import type { MeshDrain } from './drain';
import { proxyConfig } from './sidecar';

/** Port of HBONE, the tunnel by mutual TLS through which everything in mode ambient goes from pod to pod. */
export const hbonePort = 15008;

/** Label of a Service whose requests go through a waypoint. */
export const throughWaypoint = { 'istio.io/use-waypoint': waypointName } as const;

/** Tells Pulumi to wait until istiod has deployed the gateway. */
const untilProgrammed = { 'pulumi.com/waitFor': 'condition=Programmed' } as const;

/** What a waypoint is made from. */
export interface WaypointArgs {
  readonly stack: string;
  readonly mesh: MeshSettings;
  readonly drain: MeshDrain;
  readonly replicas: number;
  /** Identities that may call through it. */
  readonly principals: readonly string[];
  readonly child: (more?: readonly pulumi.Resource[]) => pulumi.CustomResourceOptions;
}

/**
 * The proxy that mode ambient needs for what is about requests: routes with retries. ztunnel knows connections only. istiod deploys it for a
 * Gateway; as it is by default it would be one pod that ends without a drain. Returns what its callers must wait for.
 */
export function waypoint({
  stack,
  mesh,
  drain,
  replicas,
  principals,
  child,
}: WaypointArgs): pulumi.Resource[] {
  const options = new k8s.core.v1.ConfigMap(
    waypointName,
    {
      metadata: metadata(waypointName, namespace, { stack }),
      data: deployed(stack, { mesh, drain, replicas }),
    },
    child(),
  );
  // What comes through has the waypoint's identity for target, so the waypoint asks who it was.
  const policy = new AuthorizationPolicy(
    waypointName,
    {
      metadata: metadata(waypointName, namespace, { stack }),
      spec: {
        targetRefs: [{ group: '', kind: 'Service', name: meshServices['mesh-retry'] }],
        action: 'ALLOW',
        rules: [{ from: [{ source: { principals } }] }],
      },
    },
    child(),
  );
  const own = metadata(waypointName, namespace, { stack, annotations: untilProgrammed });
  const gateway = new Gateway(
    waypointName,
    {
      metadata: {
        ...own,
        labels: { ...own.labels, 'istio.io/waypoint-for': 'service', ...revisionLabel(mesh.revision) },
      },
      spec: {
        gatewayClassName: 'istio-waypoint',
        infrastructure: {
          labels: labels(waypointName, stack),
          annotations: { 'proxy.istio.io/config': JSON.stringify(proxyConfig(drain)) },
          parametersRef: { group: '', kind: 'ConfigMap', name: waypointName },
        },
        listeners: [{ name: 'mesh', port: hbonePort, protocol: 'HBONE' }],
      },
    },
    child([options, policy]),
  );
  return [gateway, policy];
}

/** What istiod merges into the objects that it deploys: kind → patch, as JSON. */
function deployed(
  stack: string,
  { mesh, drain, replicas }: Pick<WaypointArgs, 'mesh' | 'drain' | 'replicas'>,
): Record<string, string> {
  const deployment = {
    spec: {
      replicas,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      minReadySeconds: 2,
      template: {
        spec: {
          // `restricted` asks for it, and istiod sets it only where it is told to.
          securityContext: { seccompProfile: podSecurity.seccompProfile },
          topologySpreadConstraints: spreadOverNodes(selectorLabels(waypointName, stack)),
          terminationGracePeriodSeconds: drain.graceSeconds,
          containers: [
            {
              name: 'istio-proxy',
              // Until every ztunnel has forgotten it.
              lifecycle: { preStop: { sleep: { seconds: drain.preStopSeconds } } },
              resources: resourceRequirements(mesh.resources),
            },
          ],
        },
      },
    },
  };
  return {
    deployment: JSON.stringify(deployment),
    podDisruptionBudget: JSON.stringify({ spec: { maxUnavailable: 1 } }),
  };
}

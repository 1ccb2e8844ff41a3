import type * as pulumi from '@pulumi/pulumi';
import type { Settings } from '../../settings';
import type { Cluster } from '../cluster/cluster';
import type { Namespaces } from '../namespaces';
import { ChartControlPlane } from './chart-control-plane';
import type { ControlPlane } from './control-plane';
import { GatewayKinds } from './gateway-kinds';
import { Istiod } from './istiod';

/** What decides whether the stack runs a control plane of Istio, and which. */
export interface RunControlPlaneArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  readonly gateway: Settings['gateway'] | undefined;
  readonly mesh: Settings['mesh'] | undefined;
}

/** One control plane for gateway and mesh, where the stack runs it; undefined where somebody else does, or nothing needs one. */
export function runControlPlane(
  { cluster, stack, namespaces, gateway, mesh }: RunControlPlaneArgs,
  opts: pulumi.ComponentResourceOptions,
): ControlPlane | undefined {
  const { managedGateway: managed } = cluster;
  const ours = managed && gateway && { retries: gateway.retries ?? 0 };
  // On somebody's cluster the Gateway API is there or not.
  const gatewayKinds =
    managed && (gateway || mesh?.mode === 'ambient')
      ? new GatewayKinds('gateway-kinds', { cluster, managed }, opts).definitions
      : [];
  if (mesh?.controlPlane.kind === 'charts')
    return new ChartControlPlane(
      'istio',
      { cluster, namespaces, mesh, controlPlane: mesh.controlPlane, gateway: ours, gatewayKinds },
      opts,
    );
  return (
    managed &&
    new Istiod(
      'istiod',
      { cluster, stack, namespaces, managed, gateway: ours, gatewayKinds, mesh: mesh !== undefined },
      opts,
    )
  );
}

// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { AlertsArgs } from './alerts';
import type { ChaosArgs } from './chaos';
import type { DashboardsArgs } from './dashboards';
import type { EchoArgs } from './echo';
import type { GatewayArgs } from './gateway';
import type { ImagesArgs } from './images';
import type { InjectorArgs } from './injector';
import type { LoadArgs } from './load';
import type { MeshArgs } from './mesh';
import type { MonitoringArgs } from './monitoring';
import type { NetworkPoliciesArgs } from './network-policies';
import type { NodeProberArgs } from './node-prober';
import type { PathArgs } from './paths';
import type { PodinfoArgs } from './podinfo';
import type { TargetArgs } from './targets';

/** Arguments of ContinuousLoad. */
export interface ContinuousLoadArgs {
  /** What metrics call the cluster. Left out: the name of the Pulumi stack. */
  clusterName?: string;
  /** Load and objectives of each path. Its keys are names of paths: service, grpc, grpc-stream, websocket, dns, tcp, udp, api-server, ingress, ingress-external, mesh, mesh-retry, mesh-mtls, mesh-authz. */
  paths?: Record<string, PathArgs>;
  /** URLs, DNS names and TCP ports of your own, each of which becomes a path. */
  targets?: TargetArgs[];
  /** Time over which an error budget is counted; burn windows scale with it. Must be one of 7d, 28d, 30d, 90d. Default 30d. */
  period?: string;
  /** The one switch and the cap over all paths. */
  load?: LoadArgs;
  /** The k6 pods that probe. */
  injector?: InjectorArgs;
  /** Source and target, the two hops under load. */
  podinfo?: PodinfoArgs;
  /** The echo server behind grpc-stream, websocket, tcp and udp. */
  echo?: EchoArgs;
  /** Probes from every node to some others over TCP and UDP. */
  nodeProber?: NodeProberArgs;
  /** The gateway of the paths ingress and ingress-external, which are off by default. */
  gateway?: GatewayArgs;
  /** Two hops inside an Istio mesh. */
  mesh?: MeshArgs;
  /** Network policies: default deny, and for each workload what it needs. */
  networkPolicies?: NetworkPoliciesArgs;
  /** Images of your own, where nobody publishes one. */
  images?: ImagesArgs;
  /** What watches the stack: what is kept, how long, and who is told. */
  monitoring?: MonitoringArgs;
  /** What every alert carries, and one bound. */
  alerts?: AlertsArgs;
  /** How the dashboards come into a Grafana. */
  dashboards?: DashboardsArgs;
  /** Removes pods, when nothing speaks against it, as a proof that nobody notices. */
  chaos?: ChaosArgs;
}

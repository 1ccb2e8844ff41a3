// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { DashboardsArgs } from './dashboards';
import type { PathArgs } from './paths';
import type { TargetArgs } from './targets';

/** Arguments of Dashboard. */
export interface DashboardArgs {
  /** Namespace of the ConfigMaps or GrafanaDashboards; it must be there. */
  namespace: string;
  /** Load and objectives of each path. Its keys are names of paths: service, grpc, grpc-stream, websocket, dns, tcp, udp, api-server, ingress, ingress-external, mesh, mesh-retry, mesh-mtls, mesh-authz. */
  paths?: Record<string, PathArgs>;
  /** URLs, DNS names and TCP ports of your own, each of which becomes a path. */
  targets?: TargetArgs[];
  /** Time over which an error budget is counted; burn windows scale with it. Must be one of 7d, 28d, 30d, 90d. Default 30d. */
  period?: string;
  /** How the dashboards come into a Grafana. */
  dashboards?: DashboardsArgs;
}

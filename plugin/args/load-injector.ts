// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { EchoArgs } from './echo';
import type { ImagesArgs } from './images';
import type { InjectorArgs } from './injector';
import type { LoadArgs } from './load';
import type { NetworkPoliciesArgs } from './network-policies';
import type { PathArgs } from './paths';
import type { PodinfoArgs } from './podinfo';
import type { OtlpArgs } from './shared';
import type { TargetArgs } from './targets';

/** Arguments of LoadInjector. */
export interface LoadInjectorArgs {
  /** Where k6 pushes what it counts: an OTLP/HTTP receiver of metrics. */
  otlp: OtlpArgs;
  /** Load and objectives of each path. Its keys are names of paths: service, grpc, grpc-stream, websocket, dns, tcp, udp, api-server, ingress, ingress-external, mesh, mesh-retry, mesh-mtls, mesh-authz. */
  paths?: Record<string, PathArgs>;
  /** URLs, DNS names and TCP ports of your own, each of which becomes a path. */
  targets?: TargetArgs[];
  /** The one switch and the cap over all paths. */
  load?: LoadArgs;
  /** The k6 pods that probe. */
  injector?: InjectorArgs;
  /** Source and target, the two hops under load. */
  podinfo?: PodinfoArgs;
  /** The echo server behind grpc-stream, websocket, tcp and udp. */
  echo?: EchoArgs;
  /** Images of your own, where nobody publishes one. */
  images?: ImagesArgs;
  /** Network policies: default deny, and for each workload what it needs. */
  networkPolicies?: NetworkPoliciesArgs;
}

import type { TargetName } from './path-types';

/** Addresses that the probes call: URLs, `HOST:PORT`, or names to look up. */
export type InjectorTargets = Readonly<Record<TargetName, string>>;

/** podinfo's ports. */
export const podinfoPorts = { http: 9898, metrics: 9797, grpc: 9999 } as const;

/** Ports of the echo server: TCP and UDP echo, gRPC, and HTTP with WebSocket, health and metrics. */
export const echoPorts = { tcp: 9007, udp: 9007, grpc: 9008, http: 9009 } as const;

/** Name of the Gateway of the ingress paths, of its route and, where the stack runs it, of its Service. */
export const gatewayName = 'gateway';

/** Port that the gateway's Service has. */
export const gatewayPort = 80;

/** Path of podinfo's echo: the only one that the gateway has a route for. */
export const echoPath = '/api/echo';

/** Header by which a probe tells the stack's own gateway its path. Without it, as from source-ingress, the path is `ingress`. */
export const gatewayPathHeader = 'X-Path';

/** Service of target for one of the gateway's paths: Envoy counts by the Service that it passes a request to. */
export function behindGateway(path: 'ingress' | 'ingress-external'): string {
  return path === 'ingress' ? 'target' : 'target-external';
}

/** Namespace of the mesh: its pods redirect their own traffic, which the other namespaces admit to none. */
export const meshNamespace = 'continuous-load-mesh';

/** Workloads of the mesh: two hops, the first one once for each path, and somebody whom target must refuse. */
export const meshWorkloads = {
  source: 'mesh-source',
  sourceRetry: 'mesh-source-retry',
  target: 'mesh-target',
  stranger: 'mesh-stranger',
} as const;

/** The proxy of mode ambient that repeats requests; also the name of its Gateway, its Service and its account. */
export const waypointName = 'mesh-waypoint';

/** A path that goes the whole way through the mesh. */
export type MeshPath = 'mesh' | 'mesh-retry';

/** Service of the mesh's target for each path: Envoy routes and counts by the Service that is called. */
export const meshServices = {
  mesh: 'mesh-target',
  'mesh-retry': 'mesh-target-retry',
} as const satisfies Record<MeshPath, string>;

/** Full name of the gateway's Service where the stack runs it itself. */
export function gatewayHost(namespace: string, clusterDomain = 'cluster.local'): string {
  return `${gatewayName}.${namespace}.svc.${clusterDomain}`;
}

/** `HOST[:PORT]` of the gateway, by which pods inside and clients outside reach it. */
export interface GatewayAddresses {
  readonly inside: string;
  readonly outside: string;
}

/** Name of the headless Service that is looked up. */
export const headlessName = 'dns-headless';

/** A name that nobody may have in the load namespace. */
const absentName = 'absent-by-design';

/** Addresses of everything by full names: the trailing dot keeps search domains out of the lookup. */
export function injectorTargets(
  namespace: string,
  gateway: GatewayAddresses = { inside: '', outside: '' },
  clusterDomain = 'cluster.local',
): InjectorTargets {
  const host = (service: string, within = namespace) => `${service}.${within}.svc.${clusterDomain}.`;
  const api = `https://${host('kubernetes', 'default')}`;
  return {
    source: `http://${host('source')}:${podinfoPorts.http}/api/echo`,
    target: `http://${host('target')}:${podinfoPorts.http}/api/echo`,
    sourceIngress: `http://${host('source-ingress')}:${podinfoPorts.http}${echoPath}`,
    gatewayInside: `http://${gateway.inside}${echoPath}`,
    gatewayOutside: `http://${gateway.outside}${echoPath}`,
    sourceMesh: `http://${host(meshWorkloads.source, meshNamespace)}:${podinfoPorts.http}${echoPath}`,
    sourceMeshRetry: `http://${host(meshWorkloads.sourceRetry, meshNamespace)}:${podinfoPorts.http}${echoPath}`,
    targetMesh: `http://${host(meshWorkloads.target, meshNamespace)}:${podinfoPorts.http}${echoPath}`,
    strangerMesh: `http://${host(meshWorkloads.stranger, meshNamespace)}:${podinfoPorts.http}${echoPath}`,
    targetGrpc: `${host('target')}:${podinfoPorts.grpc}`,
    echoGrpc: `${host('echo')}:${echoPorts.grpc}`,
    echoWebSocket: `ws://${host('echo')}:${echoPorts.http}/ws`,
    echoTcp: `${host('echo')}:${echoPorts.tcp}`,
    echoUdp: `${host('echo')}:${echoPorts.udp}`,
    dnsName: host('target'),
    dnsHeadless: host(headlessName),
    dnsAbsent: host(absentName),
    // Two labels: the first search domain does not have it, the second does.
    dnsSearch: `target.${namespace}`,
    apiReadyz: `${api}/readyz`,
    apiList: `${api}/api/v1/namespaces/${namespace}/services?limit=1`,
  };
}

/**
 * The table of paths: the one place where a path is described. Scenarios, rules, alerts, tests, dashboards and docs derive
 * from it. A new path is one row here and one file in `scenarios/`.
 */

import type { Connection, Hop, PathDefaults, PathRow, ProbeRow } from './path-types';
import { type MeshPath, meshServices } from './targets';

export * from './path-types';

const unresolved = 'the name of the Service did not resolve';
const unconnected = 'no connection: refused, unreachable, or no endpoint behind the Service';
const unanswered = 'no whole answer within the timeout';
const broken = 'the connection broke after it was made';
const badStatus = 'an HTTP status of 400 or more';
const foreignAnswer = 'an answer without the nonce of this probe';

const streamReasons = {
  dns: unresolved,
  connect: 'the stream is interrupted and no new one could be opened',
  closed: 'the server ended the stream in good order with this message unanswered',
  reset: 'the stream broke with this message unanswered',
  silence: 'the stream stayed open and this message was not answered within the timeout',
  body: 'an answer to a message that was not sent',
} as const;

/** What a path is asked to keep unless its row says otherwise. */
const callDefaults: PathDefaults = {
  ratePerSecond: 4,
  timeoutMs: 2000,
  availabilityPercent: 99.9,
  latencyPercent: 99,
  latencyBoundMs: 25,
};
const streamDefaults: PathDefaults = { ...callDefaults, ratePerSecond: 2 };

const streamLook = [
  'deployment/echo',
  'endpointslices of echo',
  'kube-proxy',
  'whatever cuts idle or old connections',
] as const;

/** What a gateway says by itself, beside what an HTTP call can have. */
const gatewayReasons = {
  dns: 'the name of a Service did not resolve',
  connect:
    'no connection: refused, unreachable, or no endpoint behind the Service; a gateway that is gone looks so',
  timeout: unanswered,
  reset: broken,
  status: 'an HTTP status of 400 or more that none of the next two explains',
  body: foreignAnswer,
  route: 'the gateway knows no route for the request (404)',
  upstream: 'the gateway has no backend to pass the request to, or no answer of it (502, 503, 504)',
} as const;

const gatewayDefaults: PathDefaults = { ...callDefaults, latencyBoundMs: 50 };

const gatewayLook = [
  'gateway/gateway and httproute/gateway, with their conditions',
  'deployment/gateway, or what the GatewayClass runs instead',
  'deployment/istiod, or the controller of the GatewayClass',
  'deployment/target and its endpointslices',
] as const;

/** What the proxy beside source says by itself, beside what an HTTP call can have. */
const meshReasons = {
  ...gatewayReasons,
  dns: 'the name of a Service did not resolve',
  connect: 'no connection to source: refused, unreachable, or no endpoint behind its Service',
  status:
    'an HTTP status of 400 or more that none of the next two explains; 403 where the policy of target refuses source',
  route: 'the proxy of source knows no route for the request (404)',
  upstream: 'the proxy of source has no target to pass the request to, or no answer of it (502, 503, 504)',
} as const;

const meshGuards = 'peerauthentications and authorizationpolicies of the mesh';

const meshLook = [
  'deployment/mesh-target and its endpointslices',
  'peerauthentications, authorizationpolicies and virtualservices of the mesh',
  'the container istio-proxy of both hops',
  'deployment/istiod, or whoever injects the sidecars',
] as const;

/** What must be refused need not be tried often: a guard that fell stays so until somebody mends it. */
const refusalDefaults: PathDefaults = { ...gatewayDefaults, ratePerSecond: 2 };

/** Every path this version can probe. */
export const pathTable = [
  {
    name: 'service',
    title: 'Service by DNS',
    protocol: 'http',
    answer:
      'POST /api/echo at source, which calls target and returns its answer: the nonce of this probe must come back.',
    hops: [
      { from: 'injector', to: 'source' },
      { from: 'source', to: 'target' },
    ],
    reasons: {
      dns: unresolved,
      connect: unconnected,
      timeout: unanswered,
      reset: broken,
      status: badStatus,
      body: foreignAnswer,
    },
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'source', hops: ['1', '2'] },
      { name: 'fresh', conn: 'fresh', share: 0.25, calls: 'source', hops: ['1', '2'] },
      // source keeps its own connections to target, so only a direct call makes new ones to target's Service.
      { name: 'direct', conn: 'fresh', share: 0.25, calls: 'target', hops: ['2'] },
    ],
    defaults: callDefaults,
    look: [
      'deployment/source',
      'deployment/target',
      'endpointslices of both Services',
      'CoreDNS',
      'kube-proxy',
    ],
  },
  {
    name: 'grpc',
    title: 'gRPC call',
    protocol: 'grpc',
    answer: 'Echo of podinfo’s EchoService at target: the nonce of this probe must come back.',
    hops: [{ from: 'injector', to: 'target' }],
    reasons: {
      dns: unresolved,
      connect: unconnected,
      reset: 'the connection broke while the call was under way',
      body: foreignAnswer,
      'grpc-unavailable': 'code UNAVAILABLE that neither a name, a refusal nor a broken connection explains',
      'grpc-deadline': 'no answer within the timeout',
      'grpc-other': 'any other code than OK',
    },
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'targetGrpc', hops: ['1'] },
      { name: 'fresh', conn: 'fresh', share: 0.5, calls: 'targetGrpc', hops: ['1'] },
    ],
    defaults: callDefaults,
    look: ['deployment/target', 'port grpc of service/target', 'endpointslices of target', 'kube-proxy'],
  },
  {
    name: 'grpc-stream',
    title: 'Long-lived gRPC stream',
    protocol: 'grpc',
    stream: true,
    answer: 'a numbered message on a bidirectional stream to echo comes back on the same stream.',
    hops: [{ from: 'injector', to: 'echo' }],
    reasons: streamReasons,
    probes: [{ name: 'stream', conn: 'kept', share: 1, calls: 'echoGrpc', hops: ['1'] }],
    defaults: streamDefaults,
    look: streamLook,
  },
  {
    name: 'websocket',
    title: 'Long-lived WebSocket',
    protocol: 'websocket',
    stream: true,
    answer: 'a numbered message on a WebSocket to echo comes back on the same socket.',
    hops: [{ from: 'injector', to: 'echo' }],
    reasons: streamReasons,
    probes: [{ name: 'stream', conn: 'kept', share: 1, calls: 'echoWebSocket', hops: ['1'] }],
    defaults: streamDefaults,
    look: streamLook,
  },
  {
    name: 'dns',
    title: 'Cluster DNS',
    protocol: 'dns',
    extension: true,
    answer:
      'the resolver of the injector’s pod answers a Service, a headless Service and a name by its search path with addresses, and an absent name with NXDOMAIN; over UDP and over TCP.',
    hops: [{ from: 'injector', to: 'CoreDNS' }],
    reasons: {
      connect: 'no connection: refused or unreachable',
      timeout: 'no answer within the timeout',
      servfail: 'SERVFAIL or REFUSED',
      answer:
        'an answer that is wrong: NXDOMAIN for a name that exists, an address for one that does not, none of the type asked for',
      truncated: 'a UDP answer cut off where a whole one was due',
    },
    probes: [
      { name: 'name', conn: 'udp', share: 0.4, calls: 'dnsName', hops: ['1'] },
      { name: 'headless', conn: 'udp', share: 0.2, calls: 'dnsHeadless', hops: ['1'] },
      { name: 'absent', conn: 'udp', share: 0.1, calls: 'dnsAbsent', hops: ['1'] },
      { name: 'search', conn: 'udp', share: 0.1, calls: 'dnsSearch', hops: ['1'] },
      { name: 'tcp', conn: 'tcp', share: 0.2, calls: 'dnsName', hops: ['1'] },
    ],
    defaults: { ...callDefaults, latencyBoundMs: 10 },
    look: [
      'deployment/coredns in kube-system',
      'service/kube-dns',
      'kube-proxy',
      '/etc/resolv.conf of an injector',
    ],
  },
  {
    name: 'tcp',
    title: 'TCP echo',
    protocol: 'tcp',
    extension: true,
    answer: 'echo sends back the bytes of this probe.',
    hops: [{ from: 'injector', to: 'echo' }],
    reasons: {
      dns: unresolved,
      connect: unconnected,
      timeout: 'no connection within the timeout',
      silence: 'connected, and no whole answer within the timeout',
      reset: broken,
      body: 'other bytes than those sent',
    },
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'echoTcp', hops: ['1'] },
      { name: 'fresh', conn: 'fresh', share: 0.5, calls: 'echoTcp', hops: ['1'] },
    ],
    defaults: callDefaults,
    look: ['deployment/echo', 'endpointslices of echo', 'kube-proxy', 'conntrack of the nodes'],
  },
  {
    name: 'udp',
    title: 'UDP echo',
    protocol: 'udp',
    extension: true,
    answer: 'echo sends back the numbered datagram of this probe.',
    hops: [{ from: 'injector', to: 'echo' }],
    reasons: {
      dns: unresolved,
      connect: 'refused or unreachable (ICMP), as where no endpoint is behind the Service',
      loss: 'no answer within the timeout: the datagram or its answer was lost',
      body: 'other bytes than those sent',
    },
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'echoUdp', hops: ['1'] },
      { name: 'fresh', conn: 'fresh', share: 0.5, calls: 'echoUdp', hops: ['1'] },
    ],
    defaults: { ...callDefaults, timeoutMs: 1000, availabilityPercent: 99.5 },
    look: ['deployment/echo', 'endpointslices of echo', 'kube-proxy', 'conntrack of the nodes'],
  },
  {
    name: 'api-server',
    title: 'Kubernetes API',
    protocol: 'https',
    extension: true,
    answer: 'an authenticated GET /readyz says ok, and a list of one Service has the kind ServiceList.',
    hops: [{ from: 'injector', to: 'API server' }],
    reasons: {
      dns: unresolved,
      connect: 'no connection: refused or unreachable',
      tls: 'the certificate was not accepted',
      timeout: unanswered,
      reset: broken,
      status: badStatus,
      body: 'an answer that is no list of Services, or a readiness other than ok',
    },
    credentials: 'status',
    probes: [
      { name: 'readyz', conn: 'fresh', share: 0.5, calls: 'apiReadyz', hops: ['1'] },
      { name: 'list', conn: 'kept', share: 0.5, calls: 'apiList', hops: ['1'] },
    ],
    defaults: { ...callDefaults, ratePerSecond: 2, latencyBoundMs: 100 },
    look: ['/readyz?verbose of the API server', 'etcd', 'the injector’s ServiceAccount and Role'],
  },
  {
    name: 'ingress',
    title: 'Gateway from inside',
    protocol: 'http',
    gateway: true,
    behind: 'target',
    answer:
      'POST /api/echo at source-ingress, which calls target through the gateway and returns its answer: the nonce of this probe must come back.',
    hops: [
      { from: 'injector', to: 'source-ingress' },
      { from: 'source-ingress', to: 'gateway' },
    ],
    reasons: gatewayReasons,
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'sourceIngress', hops: ['1', '2'] },
      // source-ingress keeps its own connections to the gateway, so only a direct call makes new ones.
      { name: 'direct', conn: 'fresh', share: 0.5, calls: 'gatewayInside', hops: ['2'] },
    ],
    defaults: gatewayDefaults,
    look: ['deployment/source-ingress', ...gatewayLook],
  },
  {
    name: 'ingress-external',
    title: 'Gateway from outside',
    protocol: 'http',
    gateway: true,
    behind: 'target',
    answer:
      'POST /api/echo at the address that a client outside would use, which the gateway passes on to target: the nonce of this probe must come back.',
    hops: [{ from: 'injector', to: 'gateway' }],
    reasons: gatewayReasons,
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'gatewayOutside', hops: ['1'] },
      { name: 'fresh', conn: 'fresh', share: 0.5, calls: 'gatewayOutside', hops: ['1'] },
    ],
    defaults: gatewayDefaults,
    look: ['the LoadBalancer or NodePort of the gateway', ...gatewayLook],
  },
  {
    name: 'mesh',
    title: 'Mesh without retries',
    protocol: 'http',
    mesh: true,
    answer:
      'POST /api/echo at mesh-source, whose proxy passes the call on to mesh-target by mutual TLS and repeats nothing: the nonce of this probe must come back.',
    hops: [
      { from: 'injector', to: 'mesh-source' },
      { from: 'mesh-source', to: 'mesh-target' },
    ],
    reasons: meshReasons,
    // The proxies keep connections of their own between the hops; a fresh one to source finds each of its pods.
    probes: [{ name: 'fresh', conn: 'fresh', share: 1, calls: 'sourceMesh', hops: ['1', '2'] }],
    defaults: gatewayDefaults,
    look: ['deployment/mesh-source', ...meshLook],
  },
  {
    name: 'mesh-retry',
    title: 'Mesh with retries',
    protocol: 'http',
    mesh: true,
    answer:
      'POST /api/echo at mesh-source-retry, whose proxy passes the call on to mesh-target by mutual TLS and repeats what failed as Istio does by default: the nonce of this probe must come back.',
    hops: [
      { from: 'injector', to: 'mesh-source-retry' },
      { from: 'mesh-source-retry', to: 'mesh-target' },
    ],
    reasons: meshReasons,
    probes: [{ name: 'fresh', conn: 'fresh', share: 1, calls: 'sourceMeshRetry', hops: ['1', '2'] }],
    defaults: gatewayDefaults,
    look: ['deployment/mesh-source-retry', ...meshLook],
  },
  {
    name: 'mesh-mtls',
    title: 'Mesh refuses plaintext',
    protocol: 'http',
    mesh: true,
    refuses: 'plaintext',
    answer:
      'POST /api/echo at mesh-target itself, without a certificate: its proxy must take the connection and cut it before a byte of an answer.',
    hops: [{ from: 'injector', to: 'mesh-target' }],
    // What is cut is refused; what never got a connection says nothing about who would be let in, so it fails too.
    reasons: {
      connect:
        'no connection: refused, unreachable, or no endpoint; nobody is there who could refuse plaintext',
      dns: unresolved,
      timeout: 'neither a refusal nor an answer within the timeout',
      body: 'bytes came back that are no answer of HTTP',
      admitted:
        'an answer came: strict mutual TLS is off. Also with status 403, where the policy alone still holds',
    },
    probes: [{ name: 'plaintext', conn: 'fresh', share: 1, calls: 'targetMesh', hops: ['1'] }],
    defaults: refusalDefaults,
    look: [meshGuards, 'deployment/mesh-target, the container istio-proxy in it, its endpointslices'],
  },
  {
    name: 'mesh-authz',
    title: 'Mesh refuses a stranger',
    protocol: 'http',
    mesh: true,
    refuses: 'stranger',
    answer:
      'POST /api/echo at mesh-stranger, which calls mesh-target by mutual TLS under an account that no policy names: the proxy of mesh-target must say 403.',
    hops: [
      { from: 'injector', to: 'mesh-stranger' },
      { from: 'mesh-stranger', to: 'mesh-target' },
    ],
    // Anything but 403 says nothing about who would be let in, so it fails too.
    reasons: {
      ...meshReasons,
      connect: 'no connection to mesh-stranger: refused, unreachable, or no endpoint behind its Service',
      status: 'an HTTP status of 400 or more that is neither the refusal nor one of the next two',
      route: 'the proxy of mesh-stranger knows no route for the request (404)',
      upstream:
        'the proxy of mesh-stranger has no target to pass the request to, or no answer of it (502, 503, 504)',
      admitted: 'mesh-target answered the stranger: the policy is gone, or names it',
    },
    probes: [{ name: 'stranger', conn: 'fresh', share: 1, calls: 'strangerMesh', hops: ['1', '2'] }],
    defaults: refusalDefaults,
    look: [meshGuards, 'deployment/mesh-stranger', 'deployment/mesh-target and its endpointslices'],
  },
] as const satisfies readonly PathRow[];

/** Name of a path in the table. */
export type PathName = (typeof pathTable)[number]['name'];

/** All path names, in the table's order. */
export const pathNames: readonly PathName[] = pathTable.map((row) => row.name);

/** A path by its name; one that is not in the table brings its row. */
export interface PathRef {
  readonly name: string;
  readonly row?: PathRow | undefined;
}

/** The row of a path: its own, else that of the table. Throws a RangeError for a name that is not in the table. */
export function pathRow(path: PathName | PathRef): PathRow {
  const { name, row: own }: PathRef = typeof path === 'string' ? { name: path } : path;
  const rows: readonly PathRow[] = pathTable;
  const row = own ?? rows.find((candidate) => candidate.name === name);
  if (!row) throw new RangeError(`no path ${name} in the table`);
  return row;
}

/** Names that no path of a user's own may have: those of the table, and of what its hops lead to. */
export const takenNames: ReadonlySet<string> = new Set(
  pathTable.flatMap(({ name, hops }) => [name, ...hops.flatMap(({ from, to }) => [from, to])]),
);

/** The distinct kinds of connection a path is probed on. */
export function connectionsOf(row: PathRow): Connection[] {
  return [...new Set(row.probes.map((probe) => probe.conn))];
}

/** What good answers of a probe carry as hop: empty when they went the whole way. */
export function goodHop({ hops }: ProbeRow): Hop {
  const first = hops[0] ?? '';
  return first === '1' ? '' : first;
}

/** Share of a path's probes that goes the whole way, 0…1. */
export function wholeWayShare(row: PathRow): number {
  return row.probes.reduce((sum, probe) => sum + (goodHop(probe) === '' ? probe.share : 0), 0);
}

/** Whether a path goes over source, which has a client timeout of its own. */
export function callsSource(path: PathName | PathRef): boolean {
  return pathRow(path).probes.some(({ calls }) => calls === 'source' || calls === 'sourceIngress');
}

/** Whether a path goes over a podinfo that calls another one, in or out of the mesh. */
export function callsOnwards(path: PathName | PathRef): boolean {
  return callsSource(path) || (isMeshPath(path) && pathRow(path).hops.length > 1);
}

/** Whether a path ends at the echo server. */
export function callsEcho(path: PathName | PathRef): boolean {
  return pathRow(path).probes.some(({ calls }) => calls.startsWith('echo'));
}

/** Whether a path looks up the headless Service that is there for it. */
export function callsHeadless(path: PathName | PathRef): boolean {
  return pathRow(path).probes.some(({ calls }) => calls === 'dnsHeadless');
}

/** Whether a path needs the credentials of the injector's service account. */
export function callsApiServer(path: PathName | PathRef): boolean {
  return pathRow(path).probes.some(({ calls }) => calls.startsWith('api'));
}

/** Whether the probes of a path are requests over HTTP, which clients and gateways may repeat by themselves. */
export function overHttp(path: PathName | PathRef): boolean {
  return ['http', 'https'].includes(pathRow(path).protocol);
}

/** Whether some of these paths goes through a gateway. */
export function throughGateway(paths: readonly PathRef[]): boolean {
  return paths.some((path) => pathRow(path).gateway);
}

/** Whether a path needs the mesh: goes through it, or tries what it must refuse. */
export function isMeshPath(path: PathName | PathRef): boolean {
  return pathRow(path).mesh === true;
}

/** Name of a path that goes the whole way through the mesh, or undefined of any other. */
export function meshPath(path: PathName | PathRef): MeshPath | undefined {
  const { name } = pathRow(path);
  return name in meshServices ? (name as MeshPath) : undefined;
}

/** Whether one of these paths needs somebody in the mesh whom its policy does not name. */
export function needsStranger(paths: readonly PathRef[]): boolean {
  return paths.some((path) => pathRow(path).refuses === 'stranger');
}

/** The images that these paths need and nobody publishes: k6 with the extension, the echo server. */
export function unpublishedImages(paths: readonly PathRef[]): ('k6' | 'echo')[] {
  return [
    ...(paths.some((path) => pathRow(path).extension) ? (['k6'] as const) : []),
    ...(paths.some((path) => callsEcho(path)) ? (['echo'] as const) : []),
  ];
}

/** Paths of the mesh: what it must carry, and what it must refuse. */
import type { PathDefaults, PathRow } from '../path-types';
import { gatewayDefaults, gatewayReasons } from './proxies';
import { reasonWords } from './words';

/** What the proxy beside source says by itself, beside what an HTTP call can have. */
const meshReasons = {
  ...gatewayReasons,
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

/** Rows of the mesh. */
export const meshRows = [
  {
    name: 'mesh',
    title: 'Mesh without retries',
    protocol: 'http',
    mesh: true,
    answer:
      'POST /api/echo at mesh-source, whose proxy passes the call on to mesh-target by mutual TLS and repeats nothing: the 4 KiB of this probe must come back.',
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
      'POST /api/echo at mesh-source-retry, whose proxy passes the call on to mesh-target by mutual TLS and repeats what failed as Istio does by default: the 4 KiB of this probe must come back.',
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
      dns: reasonWords.unresolved,
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

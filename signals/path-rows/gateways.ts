/** Paths through a gateway. */
import type { PathRow } from '../path-types';
import { gatewayDefaults, gatewayReasons } from './proxies';

const gatewayLook = [
  'gateway/gateway and httproute/gateway, with their conditions',
  'deployment/gateway, or what the GatewayClass runs instead',
  'deployment/istiod, or the controller of the GatewayClass',
  'deployment/target and its endpointslices',
] as const;

/** Rows of the gateway. */
export const gatewayRows = [
  {
    name: 'ingress',
    title: 'Gateway from inside',
    protocol: 'http',
    gateway: true,
    behind: 'target',
    answer:
      'POST /api/echo at source-ingress, which calls target through the gateway and returns its answer: the 4 KiB of this probe must come back.',
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
      'POST /api/echo at the address that a client outside would use, which the gateway passes on to target: the 4 KiB of this probe must come back.',
    hops: [{ from: 'injector', to: 'gateway' }],
    reasons: gatewayReasons,
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'gatewayOutside', hops: ['1'] },
      { name: 'fresh', conn: 'fresh', share: 0.5, calls: 'gatewayOutside', hops: ['1'] },
    ],
    defaults: gatewayDefaults,
    look: ['the LoadBalancer or NodePort of the gateway', ...gatewayLook],
  },
] as const satisfies readonly PathRow[];

/**
 * Tells what a gateway said by itself from what its backend said. Envoy marks answers of backends with `upstreamHeader` and its own
 * not; behind a source, and with other gateways, the status alone has to do: podinfo's echo answers neither 404 nor 502…504.
 */

/** Header by which a gateway that the stack runs tells the paths through it apart. */
export const pathHeader = 'X-Path';

/** Header that Envoy adds to the answers of backends, as k6 writes its name. */
export const upstreamHeader = 'X-Envoy-Upstream-Service-Time';

/** Statuses by which gateways say that the backend did not answer. */
const noBackend = [502, 503, 504];

/** Reason behind a status of 400 or more that came by way of a gateway. */
export function reasonOfGatewayStatus(status: number, fromBackend: boolean): 'route' | 'upstream' | 'status' {
  if (fromBackend) return 'status';
  if (status === 404) return 'route';
  return noBackend.includes(status) ? 'upstream' : 'status';
}

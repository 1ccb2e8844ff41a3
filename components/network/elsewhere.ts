import { hostOf, isLiteral, portOf } from '../../signals/own-targets';
import type { Port, Way } from './edge';

/** How something elsewhere is called. */
export interface Call {
  /** Default TCP. */
  readonly protocol?: Port['protocol'];
  /** The port of an address that says none; default that of its scheme. */
  readonly usualPort?: number;
  /** Whether the answer may lead to another address, by a redirect. Default false. */
  readonly moves?: boolean;
}

/**
 * Where an address (a URL, or `HOST:PORT`) is that is none of the product's. A policy is about pods and their ports: a Service by its name is
 * somewhere in its namespace, at a port that nobody knows here; a host that can only be outside has the address's port; a short name may
 * be completed to a Service's, and a plain address may be one's, so of those only the protocol is known, as of what a redirect leads to.
 */
export function wayTo(address: string, { protocol = 'TCP', usualPort, moves = false }: Call = {}): Way {
  const host = hostOf(address);
  const namespace = /^[\w-]+\.([\w-]+)\.svc(\.|$)/.exec(host)?.[1];
  if (namespace !== undefined && !moves) return { to: { namespace }, ports: [{ protocol }] };
  const maybeService = isLiteral(host) || host.replace(/\.$/, '').split('.').length < 3;
  if (maybeService || moves) return { to: { cluster: 'anywhere' }, ports: [{ protocol }] };
  return { to: { cluster: 'anywhere' }, ports: [{ protocol, port: portOf(address, usualPort) }] };
}

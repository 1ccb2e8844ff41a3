import type { OwnProbe } from '../scenarios/own-target';
import type { Connection, PathDefaults, PathRow, Reason } from './path-types';

export type { OwnProbe } from '../scenarios/own-target';

/** Something of the user's that is probed as a path of its own: the config's section `targets`, in plain units. */
export interface OwnTarget {
  /** Name of the path. */
  readonly name: string;
  /** What is called: a URL, a name to look up, or `HOST:PORT`. */
  readonly address: string;
  readonly probe: OwnProbe;
  readonly defaults: PathDefaults;
}

/** Anchor of the runbook that is about all targets of one's own. */
export const ownTargetsAnchor = 'targets-of-your-own';

/** The row of a path that ends at a target of one's own: what every other row of the table is made by hand for. */
export function ownTargetRow({ name, address, probe, defaults }: OwnTarget): PathRow {
  return {
    name,
    title: titleOf(probe, address),
    protocol: probe.kind === 'http' ? (address.startsWith('https:') ? 'https' : 'http') : probe.kind,
    ...(probe.kind === 'http' ? {} : { extension: true }),
    ...(probe.kind === 'dns' && probe.server === '' ? { overClusterDns: true } : {}),
    answer: answerOf(probe, address),
    hops: [{ from: 'injector', to: name }],
    reasons: reasonsOf(probe, address),
    probes: [{ name: 'probe', conn: connectionOf(probe), share: 1, calls: 'own', hops: ['1'] }],
    defaults,
    look: [address, 'whoever runs it', 'the way to it from an injector: name, route, network policy'],
    own: { address, probe },
  };
}

/** Host of an address (a URL, or `HOST:PORT`), without brackets and port. */
export function hostOf(address: string): string {
  return placeOf(address).host;
}

/** The port that an address (a URL, or `HOST:PORT`) says; one that says none has `usual`, by default its scheme's. */
export function portOf(address: string, usual = address.startsWith('https:') ? 443 : 80): number {
  return placeOf(address).port ?? usual;
}

function placeOf(address: string): { readonly host: string; readonly port?: number } {
  const authority = address.replace(/^\w+:\/\//, '').split(/[/?#]/)[0] ?? '';
  const [, bracketed, plain = '', port] =
    /^(?:[^@]*@)?(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(authority) ?? [];
  return { host: bracketed ?? plain, ...(port === undefined ? {} : { port: Number(port) }) };
}

/** Whether a host is an address itself, so that nobody has to look it up. */
export function isLiteral(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

/** A DNS query says how it travels; everything else is asked on a connection of its own, as Go would repeat a GET on a kept one. */
function connectionOf(probe: OwnProbe): Connection {
  return probe.kind === 'dns' ? probe.transport : 'fresh';
}

function titleOf(probe: OwnProbe, address: string): string {
  if (probe.kind === 'http') return `${probe.method} ${address}`;
  return probe.kind === 'dns' ? `DNS ${probe.type} ${address}` : `TCP ${address}`;
}

function answerOf(probe: OwnProbe, address: string): string {
  if (probe.kind === 'http') {
    const status = probe.status.length === 0 ? '200 to 299' : probe.status.join(' or ');
    return `${probe.method} ${address} answers with status ${status}${probe.bodyContains === '' ? '' : ` and a body that contains ${JSON.stringify(probe.bodyContains)}`}.`;
  }
  if (probe.kind === 'dns') {
    const server = probe.server === '' ? 'the resolver of the injector’s pod' : probe.server;
    if (probe.absent) return `${server} says that ${address} does not exist.`;
    return `${server} knows ${probe.type} records of ${address}${probe.values.length === 0 ? '' : `, ${probe.values.join(', ')} among them`}.`;
  }
  return `${address} takes a connection${probe.contains === '' ? '' : ` and says ${JSON.stringify(probe.contains)}`}.`;
}

function reasonsOf(probe: OwnProbe, address: string): Partial<Record<Reason, string>> {
  const connect = 'no connection: refused, unreachable, or no endpoint behind the Service';
  if (probe.kind === 'dns')
    return {
      connect: 'no connection: refused or unreachable',
      timeout: 'no answer within the timeout',
      servfail: 'SERVFAIL or REFUSED',
      answer:
        'an answer that is wrong: no record of the type, one that is missing, a name that must not exist',
      truncated: 'a UDP answer cut off where a whole one was due; ask over TCP',
    };
  const dns = isLiteral(hostOf(address)) ? {} : { dns: 'the name did not resolve' };
  if (probe.kind === 'tcp')
    return {
      ...dns,
      connect,
      timeout: 'no connection within the timeout',
      ...(probe.contains === ''
        ? {}
        : {
            silence: 'connected, and nothing said within the timeout',
            reset: 'the connection ended before anything was said',
            body: 'something else was said',
          }),
    };
  return {
    // A redirect may lead to another host, and to TLS.
    ...(probe.redirects > 0 ? { dns: 'the name did not resolve' } : dns),
    connect,
    ...(probe.redirects > 0 || address.startsWith('https:')
      ? { tls: 'the certificate was not accepted, or TLS failed otherwise' }
      : {}),
    timeout: 'no whole answer within the timeout',
    reset: 'the connection broke after it was made',
    status: 'an HTTP status that is none of those expected',
    body: 'an answer without the text that it must contain, or one that cannot be read',
  };
}

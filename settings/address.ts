import { isIPv4, isIPv6 } from 'node:net';

/** A label of a name; underscores, which hosts should not have, are in some. */
const label = String.raw`\w([\w-]{0,61}\w)?`;
const hostName = new RegExp(`^(?=.{1,254}$)(${label}\\.)*${label}\\.?$`);

/** A domain name, with a dot at its end or without; what reads like an IPv4 address is none. */
export function isDomainName(text: string): boolean {
  return hostName.test(text) && !looksLikeIpv4(text);
}

/** `HOST:PORT` taken apart; undefined where the host is neither a name nor an address, IPv6 ones in brackets, or the port is none. */
export function parseHostAndPort(
  text: unknown,
): { readonly host: string; readonly port: number } | undefined {
  const [, host = '', digits = ''] = /^(.+):(\d{1,5})$/.exec(typeof text === 'string' ? text : '') ?? [];
  const port = Number(digits);
  return isHost(host) && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** `HOST:PORT` put together, an IPv6 address in brackets. */
export function hostAndPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Whether a text is a domain name, an IPv4 address, or an IPv6 address in brackets. */
export function isHost(text: string): boolean {
  if (text.startsWith('[')) return text.endsWith(']') && isIPv6(text.slice(1, -1));
  return isIPv4(text) || isDomainName(text);
}

/** Also `999.1.1.1`, which a resolver would look up as a name and never find. */
function looksLikeIpv4(text: string): boolean {
  return /^[\d.]+$/.test(text);
}

import { X509Certificate } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { isDomainName, parseHostAndPort } from './address';
import { choice, flag, leaf, number, text } from './fields';
import { headersField } from './headers-field';
import { ownerName } from './owner-field';
import { loadShape } from './path-schema';

/** How many targets a stack may have: each costs series, virtual users and a row of the dashboards. */
export const mostTargets = 50;

/** What a target is asked to keep unless it says otherwise: slower and rarer than what the stack runs itself. */
const targetDefaults = {
  ratePerSecond: 1,
  timeoutMs: 2000,
  availabilityPercent: 99.9,
  latencyPercent: 99,
  latencyBoundMs: 250,
};

const words = (what: string, mend: string, hidden = false) =>
  text({ pattern: /^[^]{1,4096}$/, allowed: `${what}, of 1 to 4096 characters`, mend, hidden });

const httpSchema = z
  .strictObject({
    url: leaf({
      type: 'URL',
      written: { type: 'string', pattern: '^https?://' },
      allowed: 'a whole http:// or https:// URL without blanks and fragment',
      mend: 'write for example https://checkout.shop.svc.cluster.local./healthz; credentials go into headers',
      parse: webAddress,
    }).describe('What is asked for; it is no secret place, as scripts and alerts show it.'),
    method: choice(['GET', 'HEAD', 'POST'], 'write GET, HEAD or POST')
      .prefault('GET')
      .describe('Method of the request; it must change nothing.'),
    headers: headersField().optional().meta({
      description: 'Headers of the request, such as Authorization; kept in a Secret.',
      leftOut: 'none',
    }),
    body: words('text', 'leave it out where nothing is sent', true)
      .optional()
      .meta({ description: 'What a POST sends; kept in a Secret.', leftOut: 'nothing' }),
    status: z
      .array(number({ min: 100, max: 599, whole: true, mend: 'write for example 204' }))
      .min(1, { error: 'a list of statuses' })
      .optional()
      .meta({ description: 'Statuses that are right.', leftOut: '200 to 299' }),
    bodyContains: words('text', 'write for example ok in quotes')
      .optional()
      .meta({ description: 'Text that a right answer contains.', leftOut: 'any' }),
    redirects: number({ min: 0, max: 10, whole: true, mend: 'write for example 3' })
      .prefault(0)
      .describe('Redirects that are followed at most; without any, 3xx is a wrong status.'),
  })
  .describe('A URL that must answer.');

const dnsSchema = z
  .strictObject({
    name: leaf({
      written: { type: 'string' },
      allowed: 'a domain name',
      mend: 'write for example intranet.corp.example.org; an address is asked for as 1.0.0.10.in-addr.arpa with type PTR',
      parse: (raw) => (typeof raw === 'string' && isDomainName(raw) ? raw : undefined),
    }).describe('Full name that is looked up; no search domain is added.'),
    type: choice(
      ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'],
      'write the type of the records, for example A',
    )
      .prefault('A')
      .describe('Type of the records.'),
    values: z
      .array(
        words(
          'data of a record as zone files have it',
          'write for example 10.0.0.1, or "10 mail.example.org"',
        ),
      )
      .min(1, { error: 'a list of data of records' })
      .optional()
      .meta({ description: 'Records that must be among those of the answer.', leftOut: 'any' }),
    absent: flag('true where the name must not exist')
      .prefault(false)
      .describe('Whether right is that there is no such name.'),
    transport: choice(['udp', 'tcp'], 'write udp or tcp').prefault('udp').describe('How the query travels.'),
    server: leaf({
      type: 'address',
      written: { type: 'string' },
      allowed: 'an IP address, with a port where that is not 53',
      mend: 'write for example 10.0.0.53:53, or leave it out',
      parse: nameServer,
    })
      .optional()
      .meta({
        description: 'Name server that is asked.',
        leftOut: 'the resolver of the pods, so the cluster’s',
      }),
  })
  .describe('A name that must be answered.');

const tcpSchema = z
  .strictObject({
    address: leaf({
      type: 'address',
      written: { type: 'string' },
      allowed: 'HOST:PORT, an IPv6 address in brackets',
      mend: 'write for example postgres.data.svc.cluster.local.:5432',
      parse: hostAndPort,
    }).describe('What is connected to.'),
    send: words('text', 'write for example "PING\\r\\n" in double quotes')
      .optional()
      .meta({ description: 'Text that is sent.', leftOut: 'nothing' }),
    contains: words('text', 'write for example SSH-2.0-')
      .optional()
      .meta({ description: 'Text that must be said.', leftOut: 'a connection is enough' }),
  })
  .describe('A TCP port that must take a connection.');

/** One target: exactly one of `http`, `dns` and `tcp` says how it is probed. */
const targetSchema = z
  .strictObject({
    name: text({
      pattern: /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
      allowed: 'a name of 2 to 40 lower-case letters, digits and dashes that begins with a letter',
      mend: 'name it after what it is, for example checkout',
    }).describe('Name of the path, each differently and unlike the product’s own.'),
    http: httpSchema.optional(),
    dns: dnsSchema.optional(),
    tcp: tcpSchema.optional(),
    owner: ownerName
      .optional()
      .meta({ description: 'Label owner of its alerts.', leftOut: 'as alerts.owner' }),
    ...loadShape(targetDefaults, {
      maxRate: 50,
      stop: 'remove the target',
    }),
  })
  .superRefine(({ http, dns, tcp }, context) => {
    const refuse = (path: string[], message: string, mend: string) =>
      context.addIssue({ code: 'custom', path, message, params: { mend, hidden: true } });
    const kinds = Object.entries({ http, dns, tcp }).filter(([, kind]) => kind !== undefined);
    if (kinds.length === 0)
      refuse(['http'], 'there, unless dns or tcp is', 'say what is probed, for example http: { url: … }');
    for (const [kind] of kinds.slice(1))
      refuse([kind], `absent, as the target has ${kinds[0]?.[0] ?? ''} already`, 'make two targets of it');
    if (http !== undefined && hasCredentials(http.url))
      refuse(
        ['http', 'url'],
        'a URL without user and password, as scripts and alerts show it',
        'move them into the header Authorization, of headers',
      );
    if (http?.body !== undefined && http.method !== 'POST')
      refuse(['http', 'body'], `absent with ${http.method}`, 'write method: POST, or remove the body');
    if (http?.bodyContains !== undefined && http.method === 'HEAD')
      refuse(['http', 'bodyContains'], 'absent with HEAD, whose answers have no body', 'write method: GET');
    if (dns?.absent && dns.values !== undefined)
      refuse(['dns', 'values'], 'absent where the name must not exist', 'remove values, or absent');
    const version = { A: 4, AAAA: 6 }[String(dns?.type)];
    for (const [index, value] of (dns?.values ?? []).entries())
      if (version !== undefined && isIP(value) !== version)
        context.addIssue({
          code: 'custom',
          path: ['dns', 'values', index],
          message: `an IPv${version} address, as records of type ${dns?.type ?? ''} hold nothing else`,
          params: { mend: 'write the address alone, or the type of the records that are meant' },
        });
    if (tcp?.send !== undefined && tcp.contains === undefined)
      refuse(['tcp', 'contains'], 'there, as something is sent', 'write what must be said to it');
  });

/** The section `targets`. */
export const targetsSchema = z
  .array(targetSchema)
  .max(mostTargets, { error: `a list of ${mostTargets} targets at most` })
  .prefault([])
  .describe('URLs, DNS names and TCP ports of your own, each of which becomes a path.');

/** A target as the config says it. */
export type TargetSettings = z.output<typeof targetSchema>;

/** Certificates of authorities that injectors trust beside those of their image. */
export const authorities = z
  .array(
    leaf({
      type: 'PEM',
      written: { type: 'string' },
      allowed: 'certificates in PEM, from BEGIN CERTIFICATE to END CERTIFICATE',
      mend: 'paste the certificate of the authority after a |, indented',
      parse: certificates,
    }),
  )
  .optional()
  .meta({
    description: 'Certificates of further authorities that the injectors trust, for targets over https.',
    leftOut: 'those of the cluster and of the image of k6',
  });

function webAddress(raw: unknown): string | undefined {
  if (typeof raw !== 'string' || !/^https?:\/\/\S+$/.test(raw) || !URL.canParse(raw)) return undefined;
  const { hostname, hash, port } = new URL(raw);
  return hostname !== '' && hash === '' && port !== '0' ? raw : undefined;
}

function hasCredentials(url: string): boolean {
  const { username, password } = new URL(url);
  return `${username}${password}` !== '';
}

function hostAndPort(raw: unknown): string | undefined {
  return typeof raw === 'string' && parseHostAndPort(raw) ? raw : undefined;
}

/** An address of a name server as `HOST:PORT`. */
function nameServer(raw: unknown): string | undefined {
  if (typeof raw !== 'string') return undefined;
  if (isIP(raw) !== 0) return isIPv6(raw) ? `[${raw}]:53` : `${raw}:53`;
  const whole = hostAndPort(raw);
  const host = whole?.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') ?? '';
  return isIP(host) === 0 ? undefined : whole;
}

function certificates(raw: unknown): string | undefined {
  if (typeof raw !== 'string') return undefined;
  const blocks = raw.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch {
    return undefined;
  }
  return blocks.length > 0 && !raw.includes('PRIVATE KEY') ? `${blocks.join('\n')}\n` : undefined;
}

import { z } from 'zod';
import { choice, leaf } from './fields';

/** An OTLP/HTTP receiver of metrics, taken apart as k6 wants it. */
export interface OtlpAddress {
  /** `HOST:PORT`. */
  readonly endpoint: string;
  /** Path of the metrics, from the first slash. */
  readonly path: string;
  readonly tls: boolean;
}

/** A name of RFC 9110 §5.1; a value that is one line. */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headerValue = /^[^\r\n]*\S[^\r\n]*$/;

/** Where k6 pushes to when that is not a Prometheus that the stack knows. */
export const otlpSchema = z.strictObject({
  url: leaf({
    allowed:
      'the whole http or https address of an OTLP/HTTP receiver of metrics, its path included and without a user, query or fragment',
    mend: 'write for example https://otlp.example.org/v1/metrics; credentials go into otlp.headers',
    hidden: true,
    parse: otlpAddress,
  }).describe('The whole address of an OTLP/HTTP receiver of metrics.'),
  headers: leaf({
    type: 'map of headers',
    written: { type: 'object' },
    allowed: 'names of headers, each with its value on one line',
    mend: 'set each with: pulumi config set --secret --path',
    hidden: true,
    parse: headers,
  })
    .optional()
    .meta({ description: 'Headers of each push, such as Authorization.', leftOut: 'none' }),
  temporality: choice(
    ['cumulative', 'delta'],
    'write delta for a receiver that wants it (Datadog), else leave it out',
  )
    .prefault('cumulative')
    .describe('Whether counters are pushed as they grow, or what was added since the last push.'),
});

/** Where k6 pushes to, as the config says it. */
export type OtlpSettings = z.output<typeof otlpSchema>;

function otlpAddress(raw: unknown): OtlpAddress | undefined {
  if (typeof raw !== 'string' || !URL.canParse(raw)) return undefined;
  const url = new URL(raw);
  const { protocol, hostname, port, pathname, username, password, search, hash } = url;
  const tls = protocol === 'https:';
  if ((!tls && protocol !== 'http:') || hostname === '' || pathname === '/') return undefined;
  if (`${username}${password}${search}${hash}` !== '') return undefined;
  return { endpoint: `${hostname}:${port === '' ? (tls ? 443 : 80) : port}`, path: pathname, tls };
}

function headers(raw: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
  const entries = Object.entries(raw as Record<string, unknown>);
  const right = entries.every(
    ([name, value]) => headerName.test(name) && typeof value === 'string' && headerValue.test(value),
  );
  return right && entries.length > 0 ? (Object.fromEntries(entries) as Record<string, string>) : undefined;
}

import { z } from 'zod';
import { choice, leaf } from './fields';
import { headersField } from './headers-field';

/** An OTLP/HTTP receiver of metrics, taken apart as k6 wants it. */
export interface OtlpAddress {
  /** `HOST:PORT`. */
  readonly endpoint: string;
  /** Path of the metrics, from the first slash. */
  readonly path: string;
  readonly tls: boolean;
}

/** Where k6 pushes to when that is not a Prometheus that the stack knows. */
export const otlpSchema = z.strictObject({
  url: leaf({
    allowed:
      'the whole http or https address of an OTLP/HTTP receiver of metrics, its path included and without a user, query or fragment',
    mend: 'write for example https://otlp.example.org/v1/metrics; credentials go into otlp.headers',
    hidden: true,
    parse: otlpAddress,
  }).describe('The whole address of an OTLP/HTTP receiver of metrics.'),
  headers: headersField()
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

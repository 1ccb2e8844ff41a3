import { z } from 'zod';
import type { MatrixSeries } from '../../signals/status';
import { Failure } from '../terminal/failure';

const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);
const queryAnswer = z.looseObject({
  status: z.string(),
  error: z.string().optional(),
  data: z
    .discriminatedUnion('resultType', [
      z.looseObject({
        resultType: z.literal('vector'),
        result: z.array(z.looseObject({ metric: labels, value: sample })),
      }),
      z.looseObject({
        resultType: z.literal('matrix'),
        result: z.array(z.looseObject({ metric: labels, values: z.array(sample) })),
      }),
      z.looseObject({ resultType: z.literal('scalar'), result: sample }),
    ])
    .optional(),
});
const rulesAlert = z.looseObject({
  labels,
  annotations: labels.default({}),
  state: z.string(),
  activeAt: z.string(),
});
const alertsAnswer = z.looseObject({ data: z.looseObject({ alerts: z.array(rulesAlert) }) });
const deliveredAnswer = z.array(z.looseObject({ labels, status: z.looseObject({ state: z.string() }) }));

/** One series of an instant query. */
export interface VectorSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An alert as Prometheus has it. */
export interface RuleAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `pending` or `firing`. */
  readonly state: string;
  /** RFC 3339. */
  readonly activeAt: string;
}

/** Asks a Prometheus over HTTP; every method throws a Failure that names the URL when it does not answer as one. */
export class PrometheusApi {
  constructor(
    readonly url: string,
    private readonly signal?: AbortSignal,
    private readonly timeoutMs = 5_000,
  ) {}

  /** An instant query that gives one value per series. */
  async vector(query: string): Promise<VectorSeries[]> {
    const data = await this.query(query);
    if (data.resultType !== 'vector')
      throw new Failure(`${this.url} answered ${data.resultType} to ${query}`);
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** An instant query with a range selector: raw samples. */
  async matrix(query: string): Promise<MatrixSeries[]> {
    const data = await this.query(query);
    if (data.resultType !== 'matrix')
      throw new Failure(`${this.url} answered ${data.resultType} to ${query}`);
    return data.result;
  }

  /** Every alert that is pending or firing. */
  async alerts(): Promise<RuleAlert[]> {
    const answer = alertsAnswer.safeParse(await this.get('/api/v1/alerts'));
    if (!answer.success)
      throw new Failure(`${this.url} does not answer like Prometheus: is another program on this port?`);
    return answer.data.data.alerts;
  }

  private async query(query: string) {
    const answer = queryAnswer.safeParse(await this.get(`/api/v1/query?query=${encodeURIComponent(query)}`));
    if (!answer.success)
      throw new Failure(`${this.url} does not answer like Prometheus: is another program on this port?`);
    const { data, error } = answer.data;
    if (!data) throw new Failure(`Prometheus refused a query: ${error ?? 'without a reason'} (${query})`);
    return data;
  }

  private get(path: string): Promise<unknown> {
    return getJson('Prometheus', this.url, path, this.timeoutMs, this.signal);
  }
}

/** Label sets of the alerts that an Alertmanager holds back (inhibited or silenced). Throws a Failure when it does not answer. */
export async function suppressedAlerts(
  url: string,
  signal?: AbortSignal,
  timeoutMs = 5_000,
): Promise<Record<string, string>[]> {
  const answer = deliveredAnswer.safeParse(
    await getJson('Alertmanager', url, '/api/v2/alerts', timeoutMs, signal),
  );
  if (!answer.success)
    throw new Failure(`${url} does not answer like Alertmanager: is another program on this port?`);
  return answer.data.filter(({ status }) => status.state === 'suppressed').map((alert) => alert.labels);
}

async function getJson(
  what: string,
  url: string,
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}${path}`, {
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    return await response.json();
  } catch (error) {
    signal?.throwIfAborted();
    throw new Failure(`${what} does not answer at ${url}: ${reasonOf(error, timeoutMs)}.`);
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  // By their names: neither a DOMException nor an error of another realm is an instance of our Error.
  const { name, message, cause } = error as Partial<Error>;
  if (name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  if (name === 'SyntaxError') return 'the answer is not JSON';
  return (cause as Partial<Error> | undefined)?.message || message || String(error);
}

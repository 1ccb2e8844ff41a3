import { z } from 'zod';
import type { MatrixSeries } from '../../signals/status';
import { Failure } from '../terminal/failure';

const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);
/** https://prometheus.io/docs/prometheus/latest/querying/api/#native-histograms: boundary rule, lower and upper bound, count. */
const bucket = z.tuple([z.number(), z.string(), z.string(), z.string()]);
const histogram = z.looseObject({ buckets: z.array(bucket).default([]) });
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
        result: z.array(
          z.looseObject({
            metric: labels,
            values: z.array(sample).default([]),
            histograms: z.array(z.tuple([z.number(), histogram])).default([]),
          }),
        ),
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

/** Moments to evaluate an expression at, epoch seconds to the millisecond. */
export interface Moments {
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}

/** Observations between two bounds. */
export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

/** The histograms of a series, one a moment. */
export interface HistogramSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly histograms: readonly (readonly Bucket[])[];
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

  /** An expression at many moments: at most 11 000 of them, which is Prometheus' own bound. */
  async range(query: string, moments: Moments): Promise<MatrixSeries[]> {
    return this.evaluate(query, moments);
  }

  /** An expression that gives native histograms, at many moments; their buckets may overlap from moment to moment. */
  async histograms(query: string, moments: Moments): Promise<HistogramSeries[]> {
    const series = await this.evaluate(query, moments);
    return series.map(({ metric, histograms }) => ({
      metric,
      histograms: histograms.map(([, { buckets }]) =>
        buckets.map(([, lower, upper, count]) => ({
          lower: Number(lower),
          upper: Number(upper),
          count: Number(count),
        })),
      ),
    }));
  }

  /** Every alert that is pending or firing. */
  async alerts(): Promise<RuleAlert[]> {
    const answer = alertsAnswer.safeParse(await this.get('/api/v1/alerts'));
    if (!answer.success)
      throw new Failure(`${this.url} does not answer like Prometheus: is another program on this port?`);
    return answer.data.data.alerts;
  }

  private async evaluate(query: string, { from, to, stepSeconds }: Moments) {
    // In the body: what is put together may be longer than a URL can be.
    const body = new URLSearchParams({
      query,
      start: from.toFixed(3),
      end: to.toFixed(3),
      step: String(stepSeconds),
    });
    const data = this.dataOf(query, await this.get('/api/v1/query_range', body));
    if (data.resultType !== 'matrix')
      throw new Failure(`${this.url} answered ${data.resultType} to ${query}`);
    return data.result;
  }

  private async query(query: string) {
    return this.dataOf(query, await this.get(`/api/v1/query?query=${encodeURIComponent(query)}`));
  }

  private dataOf(query: string, raw: unknown) {
    const answer = queryAnswer.safeParse(raw);
    if (!answer.success)
      throw new Failure(`${this.url} does not answer like Prometheus: is another program on this port?`);
    const { data, error } = answer.data;
    if (!data) throw new Failure(`Prometheus refused a query: ${error ?? 'without a reason'} (${query})`);
    return data;
  }

  private get(path: string, body?: URLSearchParams): Promise<unknown> {
    return getJson('Prometheus', this.url, path, this.timeoutMs, this.signal, body);
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
  body?: URLSearchParams,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}${path}`, {
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body === undefined ? {} : { method: 'POST', body }),
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

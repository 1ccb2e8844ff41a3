import type { PrometheusApi } from '../../../commands/signal/prometheus-api';
import { probesTotal } from '../../../signals/metrics';
import type { MatrixSeries } from '../../../signals/status';
import { eventually } from './wait';

/** How probes of one label set grew over a span of time; whole numbers. */
export interface SeriesCount {
  readonly metric: Readonly<Record<string, string>>;
  readonly count: number;
}

/** Samples older than this before a span are not looked for: a series without one began inside the span, from 0. */
const lookBackMs = 300_000;

/** Counts of a path by outcome. */
export interface Counts {
  readonly ok: number;
  readonly slow: number;
  readonly failed: number;
  readonly error: number;
}

/**
 * Exact counts between two moments: for each series the last sample up to the end minus the last one up to the beginning (0 when it
 * began later), resets added; series that vanished included. Never `increase()`, which invents at the borders.
 */
export async function countSeries(
  prometheus: PrometheusApi,
  fromMs: number,
  toMs: number,
  selector = '{path="service"}',
  metric = probesTotal,
): Promise<SeriesCount[]> {
  const matrix = await samples(prometheus, fromMs - lookBackMs, toMs, `${metric}${selector}`);
  return matrix.map((series) => ({ metric: series.metric, count: growthWithin(series, fromMs) }));
}

/**
 * How counters certainly grew between two moments: between samples of that span only. What grew from the last sample before it to its
 * first one may have happened before, and a window of PromQL leaves it out too.
 */
export async function countCertain(
  prometheus: PrometheusApi,
  fromMs: number,
  toMs: number,
  selector: string,
): Promise<SeriesCount[]> {
  const matrix = await samples(prometheus, fromMs - lookBackMs, toMs, `${probesTotal}${selector}`);
  return matrix.map((series) => {
    const firstMs = series.values.map(([time]) => time * 1000).find((timeMs) => timeMs > fromMs);
    return { metric: series.metric, count: firstMs === undefined ? 0 : growthWithin(series, firstMs) };
  });
}

/** {@link countSeries} summed by outcome. */
export async function countOutcomes(
  prometheus: PrometheusApi,
  fromMs: number,
  toMs: number,
): Promise<Counts> {
  return byOutcome(await countSeries(prometheus, fromMs, toMs));
}

/** What failed between two moments, in words, one per label set; empty when nothing did. Exact, as {@link countSeries}. */
export async function failures(
  prometheus: PrometheusApi,
  fromMs: number,
  toMs = Date.now(),
  selector = '{outcome="failed"}',
): Promise<string[]> {
  const failed = await countSeries(prometheus, fromMs, toMs, selector);
  return failed
    .filter(({ count }) => count > 0)
    .map(({ metric, count }) => {
      const { path = '', reason = '', hop = '', conn = '', instance = '' } = metric;
      return `${path}: ${count} ${reason} at hop ${hop} (${conn}) from ${instance}`;
    });
}

/** Sums counts by outcome. */
export function byOutcome(series: readonly SeriesCount[]): Counts {
  const of = (outcome: string) => sum(series.filter(({ metric }) => metric['outcome'] === outcome));
  return { ok: of('ok'), slow: of('slow'), failed: of('failed'), error: of('error') };
}

/** Sum of counts. */
export function sum(series: readonly SeriesCount[]): number {
  return series.reduce((total, { count }) => total + count, 0);
}

/** The longest time within a span in which no probe at all was counted, in ms, with when it began. */
export async function longestGap(
  prometheus: PrometheusApi,
  fromMs: number,
  toMs: number,
): Promise<{ gapMs: number; atMs: number }> {
  const matrix = await samples(
    prometheus,
    fromMs - 30_000,
    toMs,
    `${probesTotal}{path="service",outcome!="error"}`,
  );
  const grew = matrix.flatMap(({ values }) =>
    values
      .filter(([, value], i) => Number(value) > Number(values[i - 1]?.[1] ?? 0))
      .map(([time]) => time * 1000),
  );
  const moments = [
    fromMs,
    ...grew.filter((time) => time > fromMs && time < toMs).sort((a, b) => a - b),
    toMs,
  ];
  return moments.slice(1).reduce(
    (worst, moment, i) => {
      const before = moments[i] ?? moment;
      return moment - before > worst.gapMs ? { gapMs: moment - before, atMs: before } : worst;
    },
    { gapMs: 0, atMs: fromMs },
  );
}

/**
 * The first moment at which a path had at least `leastProbes` counted probes in the 30 s before it with a share of good ones at or
 * over `objective`; undefined when there is none. Computed from raw samples, not by the product's own expression.
 */
export async function firstGoodMoment(
  prometheus: PrometheusApi,
  fromMs: number,
  toMs: number,
  objective: number,
  leastProbes = 20,
): Promise<number | undefined> {
  const matrix = await samples(prometheus, fromMs - 60_000, toMs, `${probesTotal}{path="service"}`);
  for (let moment = fromMs; moment <= toMs; moment += 500) {
    const counted = byOutcome(
      matrix.map(({ metric, values }) => {
        const upTo = values.filter(([time]) => time * 1000 <= moment);
        return { metric, count: growthWithin({ metric, values: upTo }, moment - 30_000) };
      }),
    );
    const good = counted.ok + counted.slow;
    const total = good + counted.failed;
    if (total >= leastProbes && good / total >= objective) return moment;
  }
  return undefined;
}

/** When the last sample of a path's counters was taken since a moment, in ms; throws when there is none. */
export async function lastSampleMs(
  prometheus: PrometheusApi,
  fromMs: number,
  selector: string,
): Promise<number> {
  const matrix = await samples(prometheus, fromMs, Date.now(), `${probesTotal}${selector}`);
  const times = matrix.flatMap(({ values }) => values.map(([time]) => time * 1000));
  if (times.length === 0) throw new Error(`no sample of ${selector}`);
  return Math.max(...times);
}

/** Raw samples of a selector between two moments. */
export async function samples(
  prometheus: PrometheusApi,
  fromMs: number,
  toMs: number,
  selector: string,
): Promise<MatrixSeries[]> {
  const rangeSeconds = Math.max(1, Math.ceil((toMs - fromMs) / 1000));
  return prometheus.matrix(`${selector}[${rangeSeconds}s] @ ${(toMs / 1000).toFixed(3)}`);
}

/** Whether counters of one process began anew among their samples: one fell, or another instance counts on. */
export function beganAnew(matrix: readonly MatrixSeries[]): boolean {
  const instances = new Set(matrix.map(({ metric }) => metric['instance']));
  return (
    instances.size > 1 ||
    matrix.some(({ values }) =>
      values.some(([, value], i) => Number(value) < Number(values[i - 1]?.[1] ?? 0)),
    )
  );
}

function growthWithin({ values }: MatrixSeries, fromMs: number): number {
  let before = 0;
  let grown = 0;
  for (const [time, text] of values) {
    const value = Number(text);
    if (time * 1000 > fromMs) grown += value >= before ? value - before : value;
    before = value;
  }
  return grown;
}

/** A moment, what was counted from a minute before it until the last seconds, and the same counted again. */
export async function probesToRemember(
  prometheus: PrometheusApi,
  lastMs: number,
): Promise<{ readonly beforeMs: number; readonly before: Counts; readonly again: () => Promise<Counts> }> {
  return eventually('100 probes to remember', { withinMs: 120_000 }, async () => {
    const beforeMs = Date.now();
    const again = () => countOutcomes(prometheus, beforeMs - 60_000, beforeMs - lastMs);
    const before = await again();
    expect(before.ok).toBeGreaterThan(100);
    return { beforeMs, before, again };
  });
}

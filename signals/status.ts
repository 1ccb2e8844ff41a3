import { answered, counted, probesWithin } from './expressions';
import { probeDuration, probesTotal } from './metrics';
import type { PathSettings, SignalModel } from './model';
import { duration, increase, number, select, sumBy } from './promql';
import { missingWindowSeconds } from './windows';

/** Queries for a status table; instant queries, each result has one series per path (and outcome). */
export interface StatusQueries {
  /** Raw counters over the window, a matrix: feed it to `exactCounts`. */
  readonly counters: string;
  /** Quantiles of answered probes, in milliseconds, by path. */
  readonly p50Ms: string;
  readonly p99Ms: string;
}

/** Queries over the last `windowSeconds`. */
export function statusQueries(windowSeconds = 300): StatusQueries {
  const window = duration(windowSeconds);
  const quantile = (share: number) =>
    `histogram_quantile(${number(share)}, ${sumBy(['path'], increase(select(probeDuration), windowSeconds))})`;
  return {
    counters: `${probesTotal}[${window}]`,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}

/**
 * 1 {path} once the path is good: success at or over its objective over 30 s with at least 20 probes (longer where the rate
 * is lower). Empty until then.
 */
export function firstGoodQuery(path: PathSettings): string {
  const windowSeconds = Math.ceil(Math.max(30, (20 * 1.5) / path.ratePerSecond));
  const total = probesWithin(path, counted, windowSeconds);
  const good = probesWithin(path, answered, windowSeconds);
  return `(${good} / ${total} >= bool ${number(path.availabilityPercent / 100)}) == 1 and on (path) (${total} >= 20)`;
}

/**
 * One series {path} for each path of which probes were counted within the window of *probes missing*: only such a path has an
 * availability now, whatever was counted before.
 */
export function measuredNowQuery(model: SignalModel): string {
  return model.paths
    .map((path) => `(${probesWithin(path, counted, missingWindowSeconds(model, path))} > 0)`)
    .join(' or ');
}

/** One series of a Prometheus matrix: `[epoch seconds, value as text]` in order. */
export interface MatrixSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** What a path's probes came to within a window: whole numbers. */
export interface PathCounts {
  readonly ok: number;
  readonly slow: number;
  readonly failed: number;
  readonly error: number;
  /** (ok + slow) / (ok + slow + failed), or null without a probe: no probes, no number. */
  readonly success: number | null;
}

/**
 * Exact counts from raw counters: per series last − first, resets added, vanished series included. Unlike `increase()` it
 * invents nothing at the borders (which makes 5.027 of 5).
 */
export function exactCounts(
  matrix: readonly MatrixSeries[],
  model: Pick<SignalModel, 'paths'>,
): Record<string, PathCounts> {
  return Object.fromEntries(
    model.paths.map(({ name }) => {
      const of = (outcome: string) =>
        matrix
          .filter(({ metric }) => metric['path'] === name && metric['outcome'] === outcome)
          .reduce((sum, series) => sum + growth(series), 0);
      const ok = of('ok');
      const slow = of('slow');
      const failed = of('failed');
      const total = ok + slow + failed;
      return [
        name,
        { ok, slow, failed, error: of('error'), success: total === 0 ? null : (ok + slow) / total },
      ];
    }),
  );
}

/** How much one counter grew over its samples; after a reset it grew by what it reached since. */
export function growth(series: MatrixSeries): number {
  let sum = 0;
  let before: number | undefined;
  for (const [, text] of series.values) {
    const value = Number(text);
    if (before !== undefined) sum += value >= before ? value - before : value;
    before = value;
  }
  return sum;
}

/** Failed probes of a path by reason, hop and connection within a window: what a page's reader wants first. */
export function reasonsQuery(path: PathSettings, windowSeconds: number): string {
  return `${probesWithin(path, 'failed', windowSeconds, ['reason', 'hop', 'conn'])} > 0`;
}

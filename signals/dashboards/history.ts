import { probeDuration, probesTotal } from '../metrics';
import { outcomes, type Outcome } from '../paths';
import { duration, increase, number, select, sumBy } from '../promql';
import type { MatrixSeries } from '../status';
import { sloNames } from './names';

/** What is looked back over, in seconds: `windowSeconds` in steps of `stepSeconds`. */
export interface Span {
  readonly windowSeconds: number;
  readonly stepSeconds: number;
}

/** Six hours in steps of two minutes; a step must be shorter than the five minutes for which pushed series linger. */
export const historySpan: Span = { windowSeconds: 6 * 3600, stepSeconds: 120 };

/** Quantiles of the plots, by the name they are shown under. */
export const historyQuantiles = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;
export type QuantileName = keyof typeof historyQuantiles;

/** Instant queries whose results are matrices: one sample per step, at whole multiples of it. */
export interface HistoryQueries {
  /** Counters {path, outcome, reason, instance}. */
  readonly counters: string;
  /** Milliseconds {path}, over the step before. */
  readonly quantiles: Readonly<Record<QuantileName, string>>;
}

/** What the plots are made from. */
export function historyQueries({ windowSeconds, stepSeconds }: Span): HistoryQueries {
  // One step more than is drawn: the first step's growth needs the value before it.
  const counters = `[${duration(windowSeconds + stepSeconds)}:${duration(stepSeconds)}]`;
  const range = `[${duration(windowSeconds)}:${duration(stepSeconds)}]`;
  const grown = sumBy(['path'], increase(select(probeDuration), stepSeconds));
  const quantile = (share: number) => `histogram_quantile(${number(share)}, ${grown})${range}`;
  return {
    counters: `${sumBy(['path', 'outcome', 'reason', 'instance'], select(probesTotal))}${counters}`,
    quantiles: {
      p50: quantile(historyQuantiles.p50),
      p90: quantile(historyQuantiles.p90),
      p99: quantile(historyQuantiles.p99),
    },
  };
}

/** What is left of the budget of each path and objective; labels `path` and `sloth_slo`. */
export function budgetQuery(): string {
  return select(sloNames.budgetLeft, { sloth_slo: ['availability', 'latency'] });
}

/** The ends of the steps, in epoch seconds, oldest first; the last is the newest multiple of the step that is over at `nowSeconds`. */
export function stepEnds(nowSeconds: number, { windowSeconds, stepSeconds }: Span): number[] {
  const last = Math.floor(nowSeconds / stepSeconds) * stepSeconds;
  const count = Math.floor(windowSeconds / stepSeconds);
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * stepSeconds);
}

/** Probes of one path in each step; null where no probe was counted, for want of any or of somebody who records. */
export interface StepCounts {
  readonly outcomes: Readonly<Record<Outcome, readonly (number | null)[]>>;
  /** Failed probes by reason; reasons that came up in no step are left out. */
  readonly failed: Readonly<Record<string, readonly (number | null)[]>>;
}

/**
 * Exact counts by step. A counter that is new began at 0, since every label set is counted from zero; one that is lower than before began
 * anew. What grew across a gap is in no step, as nobody knows in which.
 */
export function countsByStep(
  matrix: readonly MatrixSeries[],
  path: string,
  ends: readonly number[],
  { stepSeconds }: Span,
): StepCounts {
  const own = matrix
    .filter(({ metric }) => metric['path'] === path)
    .map(({ metric, values }) => {
      const at = new Map(values.map(([time, value]) => [Math.round(time), Number(value)]));
      return { metric, at, first: Math.min(...at.keys()) };
    });
  const grown = (series: typeof own, end: number) =>
    series.reduce((sum, { at, first }) => {
      const before = end - stepSeconds;
      return sum + grownBy(before < first ? 0 : at.get(before), at.get(end));
    }, 0);
  const known = (end: number) => own.some(({ at }) => at.has(end));
  const none = ends.map((end) => !known(end) || !known(end - stepSeconds) || grown(own, end) === 0);
  const count = (wanted: (metric: Readonly<Record<string, string>>) => boolean) => {
    const series = own.filter(({ metric }) => wanted(metric));
    return ends.map((end, index) => (none[index] === true ? null : grown(series, end)));
  };
  const byOutcome = Object.fromEntries(
    outcomes.map((outcome) => [outcome, count((metric) => metric['outcome'] === outcome)]),
  ) as Record<Outcome, (number | null)[]>;
  const isFailed = (metric: Readonly<Record<string, string>>) => metric['outcome'] === 'failed';
  const reasons = [
    ...new Set(own.filter(({ metric }) => isFailed(metric)).map(({ metric }) => metric['reason'] ?? '')),
  ];
  const failed = reasons
    .sort()
    .map((reason) => [reason, count((metric) => isFailed(metric) && metric['reason'] === reason)] as const)
    .filter(([, counts]) => counts.some((value) => (value ?? 0) > 0));
  return { outcomes: byOutcome, failed: Object.fromEntries(failed) };
}

/** One value per step of the series of a path; null where there is none. */
export function valuesByStep(
  matrix: readonly MatrixSeries[],
  path: string,
  ends: readonly number[],
): (number | null)[] {
  const series = matrix.find(({ metric }) => metric['path'] === path);
  const at = new Map((series?.values ?? []).map(([time, value]) => [Math.round(time), Number(value)]));
  return ends.map((end) => {
    const value = at.get(end);
    return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(3));
  });
}

function grownBy(before: number | undefined, now: number | undefined): number {
  if (now === undefined || before === undefined) return 0;
  return now >= before ? now - before : now;
}

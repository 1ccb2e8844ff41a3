import { probeDuration, recorded } from '../../../signals/metrics';
import type { SignalModel } from '../../../signals/model';
import { duration, increase, select, sumBy } from '../../../signals/promql';
import type { MatrixSeries } from '../../../signals/status';
import { slowIntervalSeconds } from '../../../signals/windows';
import type { Bucket, PrometheusApi } from '../../signal/prometheus-api';
import type { Span } from '../backtest/stored';
import type { Block } from './confidence';

/** What is known of a path over a span. */
export interface Measured {
  readonly path: string;
  /** For so long probes were counted, in milliseconds. */
  readonly knownMs: number;
  /** From the first count to the end of the span, in milliseconds; 0 without a count. */
  readonly sinceMs: number;
  /** Counted probes, and those that failed: exact but for what a container counted between its last step and its restart. */
  readonly availability: Block;
  /** Answered probes, and those over the bound that they were counted with. */
  readonly latency: Block;
  /** The same by hour, or by five minutes of a short span, so that what fails together can be told. */
  readonly availabilityBlocks: readonly Block[];
  readonly latencyBlocks: readonly Block[];
  /** Durations of answers in milliseconds; of the last seven days at most. */
  readonly durations: readonly Bucket[];
}

/** Histograms are read over so much at most, in milliseconds: each hour of one is a hundred numbers. */
const durationsMs = 7 * 86_400_000;
const shortSpanMs = 2 * 86_400_000;

/** Steps in which a span is counted, in seconds. */
export function blockSeconds({ fromMs, toMs }: Span): number {
  return toMs - fromMs > shortSpanMs ? 3600 : 300;
}

/** Reads what a Prometheus knows of all paths by six queries. Throws a Failure when it does not answer. */
export async function readMeasured(
  prometheus: PrometheusApi,
  model: SignalModel,
  span: Span,
): Promise<Measured[]> {
  const stepSeconds = blockSeconds(span);
  const window = duration(stepSeconds);
  // One step more: the growth of the first step needs the value before it.
  const moments = { from: span.fromMs / 1000, to: span.toMs / 1000, stepSeconds };
  const count = (record: string) => prometheus.range(`last_over_time(${record}[${window}])`, moments);
  const bad = await count(recorded.bad);
  const total = await count(recorded.total);
  const slow = await count(recorded.slow);
  const answered = await count(recorded.answered);
  const known = await prometheus.range(`count_over_time(${select(recorded.known)}[${window}])`, moments);
  const durations = await prometheus.histograms(
    sumBy(['path'], increase(select(probeDuration), stepSeconds)),
    { ...moments, from: Math.max(span.fromMs, span.toMs - durationsMs) / 1000 },
  );
  return model.paths.map(({ name }) => {
    const of = <Series extends { readonly metric: MatrixSeries['metric'] }>(series: readonly Series[]) =>
      series.filter(({ metric }) => metric['path'] === name);
    const blocks = (totals: readonly MatrixSeries[], bads: readonly MatrixSeries[]) =>
      blocksOf(growths(of(totals)), growths(of(bads)));
    const availabilityBlocks = blocks(total, bad);
    const latencyBlocks = blocks(answered, slow);
    const knownAt = of(known).flatMap(({ values }) =>
      values.map(([time, value]) => [time * 1000, Number(value)] as const),
    );
    // Within the first step it began at some time; from then on it is known.
    const [[first, inFirst] = [span.toMs, 0]] = [...knownAt].sort(([a], [b]) => a - b);
    const intervals = knownAt.reduce((sum, [, value]) => sum + value, 0);
    return {
      path: name,
      knownMs: intervals * slowIntervalSeconds * 1000,
      sinceMs: span.toMs - first + inFirst * slowIntervalSeconds * 1000,
      availability: sumOf(availabilityBlocks),
      latency: sumOf(latencyBlocks),
      availabilityBlocks,
      latencyBlocks,
      durations: of(durations).flatMap(({ histograms }) => histograms.flat()),
    };
  });
}

/**
 * By how much counters grew in each step, by the step's end in epoch ms; the first step of which anything is known only says where they begin.
 * A counter that comes later began at 0, as all are counted from zero; one that is lower than before began anew.
 */
export function growths(series: readonly MatrixSeries[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  const first = Math.min(...series.flatMap(({ values }) => values.map(([time]) => time)));
  for (const { values } of series) {
    let before = 0;
    for (const [time, text] of values) {
      const at = Math.round(time * 1000);
      const value = Number(text);
      if (time > first) sums.set(at, (sums.get(at) ?? 0) + (value >= before ? value - before : value));
      before = value;
    }
  }
  return sums;
}

function blocksOf(totals: ReadonlyMap<number, number>, bads: ReadonlyMap<number, number>): Block[] {
  return [...totals]
    .filter(([, total]) => total > 0)
    .sort(([a], [b]) => a - b)
    .map(([at, total]) => ({ total, bad: bads.get(at) ?? 0 }));
}

function sumOf(blocks: readonly Block[]): Block {
  return {
    total: blocks.reduce((sum, { total }) => sum + total, 0),
    bad: blocks.reduce((sum, { bad }) => sum + bad, 0),
  };
}

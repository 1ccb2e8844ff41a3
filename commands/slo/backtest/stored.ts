import { recorded } from '../../../signals/metrics';
import { duration, select } from '../../../signals/promql';
import { isAlert, type RuleGroup } from '../../../signals/rule-types';
import { fastIntervalSeconds } from '../../../signals/windows';
import type { MatrixSeries } from '../../../signals/status';
import type { PrometheusApi } from '../../signal/prometheus-api';
import { Failure } from '../../terminal/failure';
import type { Replayable } from './changes';
import { intervalOf } from './definitions';
import { entriesOf, type Firing, type TrueAt } from './firings';
import { failedQuery, type FailedSteps } from './troubles';

/** A time that is looked back over, in epoch milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The moments of a group within a span. */
export interface Evaluations {
  /** Epoch milliseconds, ascending; those at which the group was not evaluated are left out. */
  readonly at: readonly number[];
  readonly missed: number;
}

/** Prometheus answers 11 000 moments at most; an expression over subqueries is asked in smaller pieces, as each must end within its two minutes. */
const mostMoments = { stored: 10_000, expanded: 2880 };
/** Steps in which is looked for what is known at all. */
const coarseSeconds = 300;

/** Reads what a Prometheus has stored, one query after the other, so that its own work goes on; counts them. */
export class Stored {
  #queries = 0;
  readonly #trueAt = new Map<string, Promise<TrueAt[]>>();
  readonly #evaluations = new Map<string, Promise<Evaluations>>();

  constructor(
    private readonly prometheus: PrometheusApi,
    private readonly detail: (message: string) => void = () => undefined,
  ) {}

  /** How many queries were asked so far. */
  get queries(): number {
    return this.#queries;
  }

  /**
   * The part of a span of which something is known, and what share of that (0…1) is. Throws a Failure where nothing is.
   */
  async known(span: Span): Promise<{ readonly span: Span; readonly share: number }> {
    const query = `count(count_over_time(${select(recorded.rateAsked)}[${duration(coarseSeconds)}]))`;
    const series = await this.#range(query, span, coarseSeconds, mostMoments.stored);
    const at = series.flatMap(({ values }) => values.map(([time]) => time * 1000));
    const first = Math.min(...at);
    if (at.length === 0)
      throw new Failure(
        `${this.prometheus.url} has nothing of the rules of continuous-load in that time (no ${recorded.rateAsked}). Is it the Prometheus of this stack, and is --since long enough?`,
      );
    const fromMs = Math.max(span.fromMs, Math.round(first) - coarseSeconds * 1000);
    const steps = Math.max(1, Math.ceil((span.toMs - fromMs) / (coarseSeconds * 1000)));
    return { span: { fromMs, toMs: span.toMs }, share: Math.min(1, at.length / steps) };
  }

  /** The moments at which a group was evaluated, by a rule of it that always has a value. */
  async evaluations(
    group: Pick<Replayable, 'group' | 'intervalSeconds'>,
    rules: readonly RuleGroup[],
    span: Span,
  ): Promise<Evaluations> {
    const key = JSON.stringify([group.group, group.intervalSeconds, span]);
    const known = this.#evaluations.get(key) ?? this.#readEvaluations(group, rules, span);
    this.#evaluations.set(key, known);
    return known;
  }

  /** When an expression had a value, of the moments of its group. */
  async trueAt(expr: string, evaluations: Evaluations, intervalSeconds: number): Promise<TrueAt[]> {
    const [first, last] = [evaluations.at[0], evaluations.at.at(-1)];
    if (first === undefined || last === undefined) return [];
    const key = JSON.stringify([expr, first, last, intervalSeconds]);
    const known =
      this.#trueAt.get(key) ??
      this.#range(
        expr,
        { fromMs: first, toMs: last },
        intervalSeconds,
        /\[[^\]]+:/.test(expr) ? mostMoments.expanded : mostMoments.stored,
      ).then((series) =>
        series.map(({ metric, values }) => ({ metric, at: values.map(([time]) => Math.round(time * 1000)) })),
      );
    this.#trueAt.set(key, known);
    return known;
  }

  /** What Prometheus itself recorded of alerts that fired; exact to the step of 5 s. */
  async alerts(span: Span): Promise<Firing[]> {
    const stepMs = fastIntervalSeconds * 1000;
    const query = 'ALERTS{alertstate="firing",alertname!="Watchdog"}';
    const series = await this.#range(query, span, fastIntervalSeconds, mostMoments.stored);
    return series.flatMap(({ metric, values }) => {
      const labels = Object.fromEntries(entriesOf(metric, ['__name__', 'alertname', 'alertstate']));
      return runs(
        values.map(([time]) => Math.round(time * 1000)),
        stepMs,
      ).map(([fromMs, lastMs]): Firing => {
        const toMs = lastMs + stepMs;
        return {
          alert: metric['alertname'] ?? '',
          labels,
          fromMs,
          toMs: Math.min(toMs, span.toMs),
          began: fromMs - span.fromMs < stepMs ? 'earlier' : 'known',
          ended: toMs >= span.toMs ? 'later' : 'known',
        };
      });
    });
  }

  /** Steps in which probes failed, and how long a step is. */
  async failed(span: Span): Promise<{ readonly series: FailedSteps[]; readonly stepSeconds: number }> {
    const stepSeconds = fastIntervalSeconds;
    const series = await this.#range(failedQuery(stepSeconds), span, stepSeconds, mostMoments.stored);
    return {
      stepSeconds,
      series: series.map(({ metric, values }) => ({
        metric,
        at: values.map(([time]) => Math.round(time * 1000)),
        count: values.map(([, count]) => Number(count)),
      })),
    };
  }

  /** The values {labels} of an instant query at the end of the span. */
  async vector(query: string) {
    this.#queries++;
    return this.prometheus.vector(query);
  }

  async #readEvaluations(
    { group, intervalSeconds }: Pick<Replayable, 'group' | 'intervalSeconds'>,
    rules: readonly RuleGroup[],
    { fromMs, toMs }: Span,
  ): Promise<Evaluations> {
    const stepMs = intervalSeconds * 1000;
    const always = steadySeries(rules, group);
    const phaseMs = always === undefined ? 0 : await this.#phase(always, stepMs, { fromMs, toMs });
    const firstMs = Math.ceil((fromMs - phaseMs) / stepMs) * stepMs + phaseMs;
    const count = Math.max(0, Math.floor((toMs - firstMs) / stepMs) + 1);
    const all = Array.from({ length: count }, (_, i) => firstMs + i * stepMs);
    const last = all.at(-1);
    if (always === undefined || last === undefined) return { at: all, missed: 0 };
    // A group that is to be evaluated more often has no more samples for it.
    const between = Math.max(intervalSeconds, ...rules.filter(({ name }) => name === group).map(intervalOf));
    const query = `vector(1) unless on () (count_over_time(${always}[${duration(between)}]) > 0)`;
    const series = await this.#range(
      query,
      { fromMs: firstMs, toMs: last },
      intervalSeconds,
      mostMoments.stored,
    );
    const missed = new Set(series.flatMap(({ values }) => values.map(([time]) => Math.round(time * 1000))));
    return { at: all.filter((moment) => !missed.has(moment)), missed: missed.size };
  }

  /** How far the moments of a series are from whole multiples of a step, in milliseconds: by its last sample of the span. */
  async #phase(always: string, stepMs: number, { fromMs, toMs }: Span): Promise<number> {
    const window = duration(Math.max(coarseSeconds, Math.ceil((toMs - fromMs) / 1000)) + coarseSeconds);
    const at = `@ ${(toMs / 1000).toFixed(3)}`;
    const query =
      `timestamp(${always} ${at}) or ` +
      `last_over_time(timestamp(${always})[${window}:${duration(coarseSeconds)}] ${at})`;
    const [latest] = await this.vector(query);
    return latest === undefined ? 0 : Math.round(latest.value * 1000) % stepMs;
  }

  /** A range query in pieces, which are put together. */
  async #range(query: string, { fromMs, toMs }: Span, stepSeconds: number, most: number) {
    const found = new Map<string, { metric: MatrixSeries['metric']; values: [number, string][] }>();
    const pieceMs = most * stepSeconds * 1000;
    for (let start = fromMs; start <= toMs; start += pieceMs) {
      this.#queries++;
      this.detail(`query ${this.#queries}`);
      const to = Math.min(start + pieceMs - stepSeconds * 1000, toMs);
      const series = await this.prometheus.range(query, { from: start / 1000, to: to / 1000, stepSeconds });
      for (const { metric, values } of series) {
        const key = JSON.stringify(entriesOf(metric));
        const whole = found.get(key) ?? { metric, values: [] };
        for (const [time, value] of values) whole.values.push([time, value]);
        found.set(key, whole);
      }
    }
    return [...found.values()];
  }
}

/** A series of a group that has a value at every evaluation; undefined where no rule of it is a constant. */
function steadySeries(rules: readonly RuleGroup[], group: string): string | undefined {
  for (const rule of rules.find(({ name }) => name === group)?.rules ?? [])
    if (!isAlert(rule) && /^vector\([^)]*\)$/.test(rule.expr)) return select(rule.record, rule.labels ?? {});
  return undefined;
}

/** First and last of each run of moments that are a step apart. */
function runs(at: readonly number[], stepMs: number): [number, number][] {
  const found: [number, number][] = [];
  for (const moment of at) {
    const last = found.at(-1);
    if (last !== undefined && moment - last[1] <= stepMs) last[1] = moment;
    else found.push([moment, moment]);
  }
  return found;
}

import {
  budgetQuery,
  countsByStep,
  historyQuantiles,
  historyQueries,
  historySpan,
  stepEnds,
  valuesByStep,
  type QuantileName,
  type Span,
  type StepCounts,
} from '../../../signals/dashboards/history';
import type { SignalModel } from '../../../signals/model';
import { pathRow } from '../../../signals/paths';
import type { PrometheusApi } from '../prometheus-api';
import type { StatusReport } from '../status-report';

/** Everything that the page shows; it is in the page as JSON too. */
export interface PageData {
  /** The same as `npm run -s status -- --json` prints. */
  readonly status: StatusReport;
  /** When it was read, epoch milliseconds. */
  readonly readAtMs: number;
  readonly periodDays: number;
  readonly span: Span;
  /** Ends of the steps of all plots, epoch seconds. */
  readonly times: readonly number[];
  readonly paths: readonly PathPage[];
}

/** What the page has of one path beside its status. */
export interface PathPage extends StepCounts {
  readonly path: string;
  readonly title: string;
  /** Shares (… 1) of the period's budgets that are left, negative when more is spent; null while Prometheus has none. */
  readonly budgetLeft: { readonly availability: number | null; readonly latency: number | null };
  readonly latencyBoundMs: number;
  /** Milliseconds by step. */
  readonly quantiles: Readonly<Record<QuantileName, readonly (number | null)[]>>;
}

/** Reads what the plots need; `status` is taken as it is. Throws a Failure when Prometheus does not answer. */
export async function readPage(
  status: StatusReport,
  prometheus: PrometheusApi,
  model: SignalModel,
  nowMs = Date.now(),
  span = historySpan,
): Promise<PageData> {
  const queries = historyQueries(span);
  const names = Object.keys(historyQuantiles) as QuantileName[];
  const [budgets, counters, ...quantiles] = await Promise.all([
    prometheus.vector(budgetQuery()),
    prometheus.matrix(queries.counters),
    ...names.map((name) => prometheus.matrix(queries.quantiles[name])),
  ]);
  const times = stepEnds(nowMs / 1000, span);
  const left = (path: string, sli: string): number | null => {
    const found = budgets.find(({ metric }) => metric['path'] === path && metric['sloth_slo'] === sli);
    return found === undefined || !Number.isFinite(found.value) ? null : found.value;
  };
  return {
    status,
    readAtMs: nowMs,
    periodDays: model.periodDays,
    span,
    times,
    paths: model.paths.map(({ name, latencyBoundMs, row }) => ({
      path: name,
      title: pathRow({ name, row }).title,
      budgetLeft: { availability: left(name, 'availability'), latency: left(name, 'latency') },
      latencyBoundMs,
      ...countsByStep(counters, name, times, span),
      quantiles: Object.fromEntries(
        names.map((quantile, index) => [quantile, valuesByStep(quantiles[index] ?? [], name, times)]),
      ) as Record<QuantileName, (number | null)[]>,
    })),
  };
}

import {
  availabilityName,
  availabilityQuery,
  availabilityReading,
  availabilityWindows,
  coverageName,
} from '../../signals/availability';
import { recorded } from '../../signals/metrics';
import type { SignalModel } from '../../signals/model';
import { duration } from '../../signals/promql';
import { exactCounts, measuredNowQuery, statusQueries } from '../../signals/status';
import type { PrometheusApi, RuleAlert, VectorSeries } from './prometheus-api';

/** What `npm run -s status -- --json` prints. */
export interface StatusReport {
  readonly stack: string;
  readonly paths: readonly PathStatus[];
  readonly alerts: readonly AlertStatus[];
  /** Whether the stack's rules are evaluated; else no alert of it can fire, whatever happens. */
  readonly rulesEvaluated: boolean;
  readonly urls: Readonly<Record<string, string>>;
}

/** A path over the last five minutes. */
export interface PathStatus {
  readonly path: string;
  /** Exact counts of probes by outcome. */
  readonly ok: number;
  readonly slow: number;
  readonly failed: number;
  readonly error: number;
  /** Share (0…1) of probes answered right, ok + slow; null without a probe, and while no probe is counted any more. */
  readonly success: number | null;
  /** Latency quantiles of answered probes in ms; null without one. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Share (0…1) that `success` must reach. */
  readonly objective: number;
  /** Availability over longer windows, shortest first. */
  readonly windows: readonly WindowStatus[];
}

/** Availability of a path over a window. */
export interface WindowStatus {
  /** `1h`, `1d`, … */
  readonly window: string;
  /** Share (0…1) of probes answered right, weighed by count; null without probes, and where under nine tenths of the window are known. */
  readonly availability: number | null;
  /** Share (0…1) of the window in which probes were counted. */
  readonly known: number;
}

/** An alert that somebody is told about. */
export interface AlertStatus {
  readonly name: string;
  /** The path it is about; null for what paths run on and what measures them. */
  readonly path: string | null;
  readonly severity: string;
  /** `pending` (not yet told), `firing`, or `suppressed` (firing, but held back by another alert or a silence). */
  readonly state: 'pending' | 'firing' | 'suppressed';
  /** RFC 3339. */
  readonly since: string;
  /** One line with the value, '' where the rule has none. */
  readonly summary: string;
}

/** Length of the window that a status looks back over, in seconds. */
export const statusWindowSeconds = 300;

/** Percent as a share, free of binary crumbs: 99.9 → 0.999. */
export function shareOf(percent: number): number {
  return Number((percent / 100).toFixed(9));
}

/** Asks Prometheus for everything a status shows of the paths. Throws a Failure when it does not answer. */
export async function readPaths(prometheus: PrometheusApi, model: SignalModel): Promise<PathStatus[]> {
  const queries = statusQueries(statusWindowSeconds);
  const [counters, p50, p99, measured, recorded] = await Promise.all([
    prometheus.matrix(queries.counters),
    prometheus.vector(queries.p50Ms),
    prometheus.vector(queries.p99Ms),
    prometheus.vector(measuredNowQuery(model)),
    prometheus.vector(availabilityQuery(model)),
  ]);
  const counts = exactCounts(counters, model);
  const quantile = (series: typeof p50, path: string): number | null => {
    const value = series.find(({ metric }) => metric['path'] === path)?.value;
    return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(3));
  };
  return model.paths.map(({ name, availabilityPercent }) => {
    const { ok = 0, slow = 0, failed = 0, error = 0, success = null } = counts[name] ?? {};
    const quantiles = { p50: quantile(p50, name), p99: quantile(p99, name) };
    // What was good some minutes ago says nothing of a path that nobody probes now.
    const isMeasured = measured.some(({ metric }) => metric['path'] === name);
    return {
      path: name,
      ok,
      slow,
      failed,
      error,
      success: isMeasured ? success : null,
      ...quantiles,
      objective: shareOf(availabilityPercent),
      windows: windowsOf(model, name, recorded),
    };
  });
}

function windowsOf(model: SignalModel, path: string, recorded: readonly VectorSeries[]): WindowStatus[] {
  const value = (name: string) =>
    recorded.find(({ metric }) => metric['__name__'] === name && metric['path'] === path)?.value;
  return availabilityWindows(model).map((seconds) => {
    const known = value(coverageName(seconds)) ?? 0;
    const reading = availabilityReading(value(availabilityName(seconds)), known);
    const availability = 'availability' in reading ? Number(reading.availability.toFixed(9)) : null;
    return { window: duration(seconds), availability, known: Number(known.toFixed(6)) };
  });
}

/** A series {path} for each path whose rules are evaluated: within seconds of their loading, where an alert shows a minute and more later. */
export const rulesEvaluatedQuery = recorded.rateAsked;

/** Whether the rules of every path are evaluated, by what {@link rulesEvaluatedQuery} found. */
export function areRulesEvaluated({ paths }: SignalModel, found: readonly VectorSeries[]): boolean {
  return paths.every(({ name }) => found.some(({ metric }) => metric['path'] === name));
}

/** Alerts that are for somebody, the longest active first; `suppressed` are the label sets Alertmanager holds back. */
export function alertStatuses(
  alerts: readonly RuleAlert[],
  suppressed: readonly Record<string, string>[],
): AlertStatus[] {
  const isHeldBack = ({ labels }: RuleAlert): boolean =>
    suppressed.some((held) => Object.entries(labels).every(([label, value]) => held[label] === value));
  return alerts
    .filter(({ labels }) => (labels['severity'] ?? 'none') !== 'none')
    .map((alert) => ({
      name: alert.labels['alertname'] ?? '',
      path: alert.labels['path'] ?? null,
      severity: alert.labels['severity'] ?? '',
      state:
        alert.state !== 'firing'
          ? ('pending' as const)
          : isHeldBack(alert)
            ? ('suppressed' as const)
            : ('firing' as const),
      since: alert.activeAt,
      summary: alert.annotations['summary'] ?? '',
    }))
    .sort((a, b) => a.since.localeCompare(b.since));
}

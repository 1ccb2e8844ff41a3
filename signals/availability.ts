import { recorded } from './metrics';
import type { PathSettings, SignalModel } from './model';
import { duration, increase, number, select, sumBy } from './promql';
import { countWithin, slothLabels } from './recording-rules';
import type { RecordingRule } from './rule-types';
import { periodIntervalSeconds, slowIntervalSeconds } from './windows';

const day = 86_400;
/** Windows over which people ask how available a path was, in seconds. */
const windows = [3600, day, 7 * day, 30 * day, 90 * day, 365 * day] as const;
/** Retention unless the model says otherwise, in days. */
const defaultRetentionDays = 35;
/** Below this coverage a figure of availability says more than is known. */
export const leastCoverage = 0.9;

/** What windows depend on. */
type Reach = Pick<SignalModel, 'retentionDays' | 'longTerm'>;

/** Windows of which Prometheus has figures, its own and the long-term store's, in seconds, ascending. */
export function availabilityWindows(model: Reach): number[] {
  return [...ownWindows(model), ...windowsOfTheStore(model)];
}

/** Windows that only the stack's own long-term store reaches, in seconds, ascending. */
export function windowsOfTheStore(model: Reach): number[] {
  const reach = (model.longTerm?.ownStoreDays ?? 0) * day;
  return windows.filter((window) => window <= reach && !ownWindows(model).includes(window));
}

/** Windows that Prometheus' own samples reach back to. */
function ownWindows(model: Reach): number[] {
  const reach = (model.retentionDays ?? defaultRetentionDays) * day;
  return windows.filter((window) => window <= reach);
}

/** Name of the recorded availability {path} over a window: (ok + slow) / (ok + slow + failed), weighed by count; absent without probes. */
export function availabilityName(windowSeconds: number): string {
  return `slo:availability:ratio_${duration(windowSeconds)}`;
}

/** Name of the recorded coverage {path} of a window: the share of it, 0…1, in which probes were counted; absent where none were. */
export function coverageName(windowSeconds: number): string {
  return `slo:availability_coverage:ratio_${duration(windowSeconds)}`;
}

/** How often it is looked whether probes were counted: what thins out to a sample a minute must be rarer than that. */
function knownSeconds({ managedRules }: SignalModel): number {
  return managedRules === true ? periodIntervalSeconds : slowIntervalSeconds;
}

/** Whether probes were counted since the evaluation before; among the objectives, every 30 s. Of managed rules it is among those of the period. */
export function knownRule(model: SignalModel, path: PathSettings): RecordingRule {
  return {
    record: recorded.known,
    expr: `(${countWithin(model, path, recorded.total, knownSeconds(model))} > 0) * 0 + 1`,
    labels: { path: path.name },
  };
}

/** An injector that was cut off comes back with all that it counted meanwhile, if within this time, in seconds. */
const cutOffSeconds = day;

/**
 * Counts of five minutes, evaluated every five minutes. A year adds up 105 120 samples of each count instead of six million of every
 * injector that ever lived. They are what counters grew by since they were last added up: nothing between two evaluations is lost, nor
 * while an injector was cut off or Prometheus away. Of managed rules they are what counters grew by within the five minutes.
 */
export function countsOfPeriodRules(model: SignalModel, path: PathSettings): RecordingRule[] {
  const labels = { path: path.name };
  const counts = [
    { record: recorded.bad5m, from: recorded.bad, until: recorded.badAddedUp },
    { record: recorded.total5m, from: recorded.total, until: recorded.totalAddedUp },
  ] as const;
  if (model.managedRules === true)
    return [
      knownRule(model, path),
      ...counts.map(({ record, from }) => ({
        record,
        expr: countWithin(model, path, from, periodIntervalSeconds),
        labels,
      })),
    ];
  return counts.flatMap(({ record, from, until }) => {
    const counter = select(from, labels);
    const now = `last_over_time(${counter}[${duration(periodIntervalSeconds)}])`;
    const before = `last_over_time(${select(until, labels)}[${duration(cutOffSeconds)}])`;
    // A process that is new, or began anew: its counters grew from 0.
    const anew = increase(counter, periodIntervalSeconds);
    const grew = `${now} - ${before} >= 0 unless resets(${counter}[${duration(periodIntervalSeconds)}]) > 0`;
    return [
      { record, expr: sumBy(['path'], `(${grew}) or ${anew}`), labels },
      { record: until, expr: now, labels },
    ];
  });
}

/** Availability and coverage, of the counts of five minutes, over every window that Prometheus itself reaches. */
export function availabilityRules(model: SignalModel, path: PathSettings): RecordingRule[] {
  const of = { path: path.name };
  const labels = slothLabels(path, 'availability');
  return ownWindows(model).flatMap((seconds) => {
    const sum = (record: string) => `sum_over_time(${select(record, of)}[${duration(seconds)}])`;
    const known = `count_over_time(${select(recorded.known, of)}[${duration(seconds)}])`;
    return [
      {
        record: availabilityName(seconds),
        expr: `1 - ${sum(recorded.bad5m)} / (${sum(recorded.total5m)} > 0)`,
        labels,
      },
      {
        record: coverageName(seconds),
        expr: `clamp_max(${known} / ${number(seconds / knownSeconds(model))}, 1)`,
        labels,
      },
    ];
  });
}

/** One query for every window: availability and coverage of all paths, told apart by `__name__`. */
export function availabilityQuery(model: Reach): string {
  const names = availabilityWindows(model).flatMap((seconds) => [
    availabilityName(seconds),
    coverageName(seconds),
  ]);
  return `{__name__=~"${names.join('|')}"}`;
}

/**
 * What a reader is shown: the availability as a share of 1, or in its place what part of the window is known (0…1), where that is too
 * little to speak for the whole. Values as Prometheus returned them; undefined for an absent series.
 */
export function availabilityReading(
  ratio: number | undefined,
  coverage: number | undefined,
): { readonly availability: number } | { readonly known: number } {
  const known = coverage ?? 0;
  return ratio === undefined || known < leastCoverage ? { known } : { availability: ratio };
}

import { availabilityName, coverageName, windowsOfTheStore } from './availability';
import { recorded } from './metrics';
import type { PathSettings, SignalModel } from './model';
import { duration, increase, number, select, sumBy } from './promql';
import { slothLabels } from './recording-rules';
import type { RecordingRule, RuleGroup } from './rule-types';
import { periodIntervalSeconds, slowIntervalSeconds } from './windows';

/** How often the counts that outlive Prometheus' retention are recorded, and so sent, in seconds. */
export const sendIntervalSeconds = 60;

/** How long a figure of the long-term store stands, in seconds: it outlives one evaluation that comes late. */
export const figureLifeSeconds = 11 * 60;

/** Everything that is sent; what comes back has other names, so nothing goes round. */
export const sentSeries: readonly string[] = [recorded.sentBad, recorded.sentTotal, recorded.sentKnown];

/** What Prometheus records to be sent, every minute; no group where nothing is sent. */
export function sendingGroups(model: SignalModel): RuleGroup[] {
  if (model.longTerm === undefined) return [];
  return [
    {
      name: 'continuous-load.long-term',
      interval: duration(sendIntervalSeconds),
      rules: model.paths.flatMap(sentRules),
    },
  ];
}

/** What the stack's own long-term store records of it: the windows that Prometheus itself does not reach. */
export function storeGroups(model: SignalModel): RuleGroup[] {
  const windows = windowsOfTheStore(model);
  if (windows.length === 0) return [];
  return [
    {
      name: 'continuous-load.availability',
      // A year of one path is two million samples: a quarter of a second.
      interval: duration(periodIntervalSeconds),
      rules: model.paths.flatMap((path) => windows.flatMap((seconds) => addedUp(path, seconds))),
    },
  ];
}

/** Names of what the store records, for Prometheus to fetch. */
export function storeResults(model: SignalModel): string[] {
  return windowsOfTheStore(model).flatMap((seconds) => [availabilityName(seconds), coverageName(seconds)]);
}

/** Availability of any path over a window, and its coverage, in a store that may hold several stacks. */
export function ofAnyStore(windowSeconds: number): { readonly ratio: string; readonly coverage: string } {
  return added({}, ['stack', 'path'], windowSeconds);
}

/**
 * The counts stay cumulative and of one injector each: a sample that is lost on its way loses no probe, as the next one has it too, and
 * one that comes twice adds none. A new process is recorded first as 0, two minutes long not at all and then as it is: `increase` takes
 * the first sample for what was there before, and the first failures of a process shall count.
 */
function sentRules(path: PathSettings): RecordingRule[] {
  const of = { path: path.name };
  const minute = `[${duration(sendIntervalSeconds)}]`;
  const total = select(recorded.total, of);
  const began = (offset = '') => `min_over_time(${total}${minute}${offset}) == 0`;
  const counts = [
    { record: recorded.sentBad, from: recorded.bad },
    { record: recorded.sentTotal, from: recorded.total },
  ].map(({ record, from }) => ({
    record,
    expr: `(${began(` offset ${duration(sendIntervalSeconds)}`)}) or (last_over_time(${select(from, of)}${minute}) unless ${began()})`,
    labels: of,
  }));
  const known = `count_over_time(${select(recorded.known, of)}${minute})`;
  return [
    ...counts,
    {
      record: recorded.sentKnown,
      expr: `clamp_max(${known} / ${number(sendIntervalSeconds / slowIntervalSeconds)}, 1)`,
      labels: of,
    },
  ];
}

function addedUp(path: PathSettings, seconds: number): RecordingRule[] {
  const labels = slothLabels(path, 'availability');
  const { ratio, coverage } = added({ path: path.name }, ['path'], seconds);
  return [
    { record: availabilityName(seconds), expr: ratio, labels },
    { record: coverageName(seconds), expr: coverage, labels },
  ];
}

/** Both counts have their samples at the same moments, so what `increase` adds at the borders of a window is the same share of both. */
function added(of: Record<string, string>, by: readonly string[], seconds: number) {
  const sum = (record: string) => sumBy(by, increase(select(record, of), seconds));
  const known = sumBy(by, `sum_over_time(${select(recorded.sentKnown, of)}[${duration(seconds)}])`);
  return {
    ratio: `1 - ${sum(recorded.sentBad)} / (${sum(recorded.sentTotal)} > 0)`,
    coverage: `clamp_max(${known} / ${number(seconds / sendIntervalSeconds)}, 1)`,
  };
}

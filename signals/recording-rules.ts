import { leaders } from './dependencies';
import { answered, counted, pathDown } from './expressions';
import { notGivenUp, onlyGivenUp } from './given-up';
import { errorRatioName, probesTotal, recorded, unpagedRatioName } from './metrics';
import type { PathSettings, SignalModel } from './model';
import { pathRow } from './paths';
import { duration, except, increase, number, select, sumBy } from './promql';
import type { RecordingRule } from './rule-types';
import { budgetShare, burnWindowLengths, burnWindows, fastIntervalSeconds, noticeSeconds } from './windows';

/** The two objectives of a path. */
export type Sli = 'availability' | 'latency';

/** Labels in Sloth's words, so that its dashboards find our objectives. */
export function slothLabels(path: PathSettings, sli: Sli): Record<string, string> {
  return { path: path.name, sloth_id: `${path.name}-${sli}`, sloth_service: path.name, sloth_slo: sli };
}

/** The objective of an SLI, in percent. */
export function objectivePercent(path: PathSettings, sli: Sli): number {
  return sli === 'availability' ? path.availabilityPercent : path.latencyPercent;
}

/** What must exist, and the counters that everything longer than a minute is computed from; evaluated every 5 s. */
export function countRules(model: SignalModel, path: PathSettings): RecordingRule[] {
  const labels = { path: path.name };
  // Recorded every 5 s per injector, the counters are cheap over days, survive a gap in the rules, and see a restart as a reset.
  const of = (outcome: readonly string[]) => ({
    ...labels,
    outcome: outcome.length === 1 ? (outcome[0] ?? '') : outcome,
  });
  const sums = (record: string, outcome: readonly string[]): RecordingRule => ({
    record,
    expr: sumBy(['path', 'instance'], select(probesTotal, of(outcome))),
    labels,
  });
  const { credentials } = pathRow(path);
  const counts = (record: string, outcome: readonly string[]): RecordingRule[] => {
    if (credentials === undefined) return [sums(record, outcome)];
    const refused = { reason: credentials };
    const others = except(select(probesTotal, of(outcome)), refused);
    const own = select(probesTotal, { ...labels, outcome: 'failed', ...refused });
    return [
      { record, expr: sumBy(['path', 'instance'], others), labels },
      // A series of its own: one that goes on without these counts would look like one that began anew.
      { record, expr: notGivenUp(sumBy(['path', 'instance'], own)), labels: { ...labels, ...refused } },
    ];
  };
  return [
    {
      record: recorded.pathInfo,
      expr: 'vector(1)',
      labels: { ...labels, protocol: pathRow(path).protocol },
    },
    // The label of the result is said again: two rules of one name and labels would look like a mistake.
    { record: recorded.rateAsked, expr: `vector(${number(path.ratePerSecond)})`, labels },
    ...counts(recorded.bad, ['failed']),
    ...counts(recorded.total, counted),
    sums(recorded.slow, ['slow']),
    sums(recorded.answered, answered),
    { record: recorded.down, expr: `(${pathDown(model, path)}) * 0 + 1`, labels },
    { record: recorded.pagedBad, expr: pagedBad(model, path), labels },
  ];
}

/** Ratios over the burn windows, objectives and current burn; evaluated every 30 s. */
export function sloRules(model: SignalModel, path: PathSettings): RecordingRule[] {
  const lengths = burnWindowLengths(model, path);
  const availability = slothLabels(path, 'availability');
  const latency = slothLabels(path, 'latency');
  return [
    ...lengths.map((length) => ({
      record: errorRatioName(duration(length)),
      expr: spent(path, 'availability', length),
      labels: availability,
    })),
    ...lengths.map((length) => ({
      record: unpagedRatioName(duration(length)),
      expr: unpaged(model, path, length),
      labels: availability,
    })),
    ...lengths.map((length) => ({
      record: errorRatioName(duration(length)),
      expr: spent(path, 'latency', length),
      labels: latency,
    })),
    ...(['availability', 'latency'] as const).flatMap((sli) => staticRules(model, path, sli)),
  ];
}

/** What is left of the budget over the whole period; evaluated every 5 minutes. */
export function periodRules(model: SignalModel, path: PathSettings): RecordingRule[] {
  const periodSeconds = model.periodDays * 86_400;
  const name = errorRatioName(duration(periodSeconds));
  return (['availability', 'latency'] as const).flatMap((sli) => {
    const labels = slothLabels(path, sli);
    const ratio = select(name, { path: path.name, sloth_slo: sli });
    const burn = `${ratio} / ${number(budgetShare(objectivePercent(path, sli)))}`;
    return [
      { record: name, expr: spent(path, sli, periodSeconds), labels },
      { record: 'slo:period_burn_rate:ratio', expr: burn, labels },
      { record: 'slo:period_error_budget_remaining:ratio', expr: `1 - ${burn}`, labels },
    ];
  });
}

function staticRules(model: SignalModel, path: PathSettings, sli: Sli): RecordingRule[] {
  const labels = slothLabels(path, sli);
  const objective = objectivePercent(path, sli);
  const budget = budgetShare(objective);
  const shortest = Math.min(...burnWindows(model, path).map((window) => window.shortSeconds));
  return [
    { record: 'slo:objective:ratio', expr: `vector(${number(1 - budget)})`, labels },
    { record: 'slo:error_budget:ratio', expr: `vector(${number(budget)})`, labels },
    { record: 'slo:time_period:days', expr: `vector(${model.periodDays})`, labels },
    {
      record: 'slo:current_burn_rate:ratio',
      expr: `${select(errorRatioName(duration(shortest)), { path: path.name, sloth_slo: sli })} / ${number(budget)}`,
      labels,
    },
    {
      record: 'sloth_slo_info',
      expr: 'vector(1)',
      labels: { ...labels, sloth_mode: 'continuous-load', sloth_objective: number(objective) },
    },
  ];
}

/** bad / max(total, rate × window): ten minutes of data cannot look like a spent month. No probes, no number. */
function spent(path: PathSettings, sli: Sli, windowSeconds: number): string {
  const bad = within(path, sli === 'availability' ? recorded.bad : recorded.slow, windowSeconds);
  return `${bad} / ${possible(path, sli, windowSeconds)}`;
}

/**
 * What one evaluation counted as failed, if *path down* held then or soon after, of this path or of one that leads it: a page comes up to `noticeSeconds` after the first
 * failure that it is about, so each evaluation is looked at that much later. Else what injectors counted that were given up: their node is
 * told of, and what it lost while it was cut off comes all at once when it is back.
 */
function pagedBad(model: SignalModel, path: PathSettings): string {
  const late = noticeSeconds(model, path);
  const counter = (secondsAgo: number) =>
    `${select(recorded.bad, { path: path.name })} offset ${duration(secondsAgo)}`;
  const failed = `clamp_min(${counter(late)} - ${counter(late + fastIntervalSeconds)}, 0)`;
  return `(${sumBy(['path'], failed)} ${whileDown(model, path)}) or ${sumBy(['path'], onlyGivenUp(failed))}`;
}

/** As `spent`, but failures that somebody is told of otherwise are taken out: a second page says nothing new. */
function unpaged(model: SignalModel, path: PathSettings, windowSeconds: number): string {
  const bad = within(path, recorded.bad, windowSeconds);
  const paged = `sum_over_time(${select(recorded.pagedBad, { path: path.name })}[${duration(windowSeconds)}])`;
  const fresh = increase(select(recorded.bad, { path: path.name }), noticeSeconds(model, path));
  const latest = `(${sumBy(['path'], fresh)} ${whileDown(model, path)}) or ${sumBy(['path'], onlyGivenUp(fresh))}`;
  const less = [sumBy(['path'], paged), latest].map((one) => `((${one}) or ${bad} * 0)`).join(' - ');
  return `clamp_min(${bad} - ${less}, 0) / ${possible(path, 'availability', windowSeconds)}`;
}

function whileDown(model: SignalModel, path: PathSettings): string {
  const others = leaders(model, path.name);
  const involved = model.paths.filter(({ name }) => name === path.name || others.includes(name));
  const seconds = Math.max(...involved.map((one) => noticeSeconds(model, one))) + fastIntervalSeconds;
  // Groups of other paths are evaluated at other moments of the interval.
  const window = duration(others.length === 0 ? seconds : seconds + fastIntervalSeconds);
  const down = select(recorded.down, { path: others.length === 0 ? path.name : [path.name, ...others] });
  return `and on () max_over_time(${down}[${window}])`;
}

function possible(path: PathSettings, sli: Sli, windowSeconds: number): string {
  const total = within(path, sli === 'availability' ? recorded.total : recorded.answered, windowSeconds);
  return `clamp_min(${total} > 0, ${number(path.ratePerSecond * windowSeconds)})`;
}

function within(path: PathSettings, record: string, windowSeconds: number): string {
  return sumBy(['path'], increase(select(record, { path: path.name }), windowSeconds));
}

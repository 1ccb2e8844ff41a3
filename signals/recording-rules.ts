import { leaders } from './dependencies';
import { answered, counted, pathDown, probesWithin } from './expressions';
import { knowsGivenUp, notGivenUp, onlyGivenUp } from './given-up';
import { errorRatioName, probesTotal, recorded, unpagedRatioName } from './metrics';
import type { PathSettings, SignalModel } from './model';
import { type Outcome, pathRow } from './paths';
import { duration, except, increase, number, select, sumBy } from './promql';
import type { RecordingRule } from './rule-types';
import {
  budgetShare,
  burnWindowLengths,
  burnWindows,
  fastSeconds,
  noticeSeconds,
  periodIntervalSeconds,
} from './windows';

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

/** Outcomes that each recorded count adds up. */
const outcomesOf = {
  [recorded.bad]: 'failed',
  [recorded.total]: counted,
  [recorded.slow]: 'slow',
  [recorded.answered]: answered,
} as const satisfies Record<string, Outcome | readonly Outcome[]>;

/** Name of a recorded count. */
type Count = keyof typeof outcomesOf;

/** What must exist, and the counters that everything longer than a minute is computed from; evaluated every 5 s. */
export function countRules(model: SignalModel, path: PathSettings): RecordingRule[] {
  const labels = { path: path.name };
  // Recorded every 5 s per injector, the counters are cheap over days, survive a gap in the rules, and see a restart as a reset.
  const counters = (record: Count) => select(probesTotal, { ...labels, outcome: outcomesOf[record] });
  const sums = (record: Count): RecordingRule => ({
    record,
    expr: sumBy(['path', 'instance'], counters(record)),
    labels,
  });
  const { credentials } = pathRow(path);
  const counts = (record: Count): RecordingRule[] => {
    if (credentials === undefined || !knowsGivenUp(model)) return [sums(record)];
    const refused = { reason: credentials };
    const others = except(counters(record), refused);
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
    ...counts(recorded.bad),
    ...counts(recorded.total),
    sums(recorded.slow),
    sums(recorded.answered),
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
      expr: spent(model, path, 'availability', length),
      labels: availability,
    })),
    ...lengths.map((length) => ({
      record: unpagedRatioName(duration(length)),
      expr: unpaged(model, path, length),
      labels: availability,
    })),
    ...lengths.map((length) => ({
      record: errorRatioName(duration(length)),
      expr: spent(model, path, 'latency', length),
      labels: latency,
    })),
    ...(['availability', 'latency'] as const).flatMap((sli) => staticRules(model, path, sli)),
  ];
}

/** The share that went wrong over the whole period; evaluated every 5 minutes, as it adds up every sample of it. */
export function periodRules(model: SignalModel, path: PathSettings): RecordingRule[] {
  const periodSeconds = model.periodDays * 86_400;
  return (['availability', 'latency'] as const).map((sli) => ({
    record: errorRatioName(duration(periodSeconds)),
    expr: spent(model, path, sli, periodSeconds),
    labels: slothLabels(path, sli),
  }));
}

/** What is left of the budget over the whole period, by the last two evaluations of {@link periodRules}. */
export function budgetRules(model: SignalModel, path: PathSettings): RecordingRule[] {
  const name = errorRatioName(duration(model.periodDays * 86_400));
  return (['availability', 'latency'] as const).flatMap((sli) => {
    const labels = slothLabels(path, sli);
    const ratio = `last_over_time(${select(name, { path: path.name, sloth_slo: sli })}[${duration(2 * periodIntervalSeconds)}])`;
    const burn = `${ratio} / ${number(budgetShare(objectivePercent(path, sli)))}`;
    return [
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
function spent(model: SignalModel, path: PathSettings, sli: Sli, windowSeconds: number): string {
  const bad = countWithin(model, path, sli === 'availability' ? recorded.bad : recorded.slow, windowSeconds);
  return `${bad} / ${possible(model, path, sli, windowSeconds)}`;
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
  const failed = `clamp_min(${counter(late)} - ${counter(late + fastSeconds(model))}, 0)`;
  const paged = `${sumBy(['path'], failed)} ${whileDown(model, path)}`;
  return knowsGivenUp(model) ? `(${paged}) or ${sumBy(['path'], onlyGivenUp(failed))}` : paged;
}

/** As `spent`, but failures that somebody is told of otherwise are taken out: a second page says nothing new. */
function unpaged(model: SignalModel, path: PathSettings, windowSeconds: number): string {
  const bad = countWithin(model, path, recorded.bad, windowSeconds);
  const paged = `sum_over_time(${select(recorded.pagedBad, { path: path.name })}[${duration(windowSeconds)}])`;
  const noticed = noticeSeconds(model, path);
  const fresh = `${countWithin(model, path, recorded.bad, noticed)} ${whileDown(model, path)}`;
  const late = increase(select(recorded.bad, { path: path.name }), noticed);
  const latest = knowsGivenUp(model) ? `(${fresh}) or ${sumBy(['path'], onlyGivenUp(late))}` : fresh;
  const less = [sumBy(['path'], paged), latest].map((one) => `((${one}) or ${bad} * 0)`).join(' - ');
  return `clamp_min(${bad} - ${less}, 0) / ${possible(model, path, 'availability', windowSeconds)}`;
}

function whileDown(model: SignalModel, path: PathSettings): string {
  const others = leaders(model, path.name);
  const involved = model.paths.filter(({ name }) => name === path.name || others.includes(name));
  const seconds = Math.max(...involved.map((one) => noticeSeconds(model, one))) + fastSeconds(model);
  // Groups of other paths are evaluated at other moments of the interval.
  const window = duration(others.length === 0 ? seconds : seconds + fastSeconds(model));
  const down = select(recorded.down, { path: others.length === 0 ? path.name : [path.name, ...others] });
  return `and on () max_over_time(${down}[${window}])`;
}

function possible(model: SignalModel, path: PathSettings, sli: Sli, windowSeconds: number): string {
  const counts = sli === 'availability' ? recorded.total : recorded.answered;
  const total = countWithin(model, path, counts, windowSeconds);
  return `clamp_min(${total} > 0, ${number(path.ratePerSecond * windowSeconds)})`;
}

/**
 * Counters {path, instance, …} of a count, of all paths. Where Google evaluates they are the pushed ones: there whatever was recorded is a
 * gauge, and the growth of a gauge is an error.
 */
export function countersOf({ managedRules }: Pick<SignalModel, 'managedRules'>, count: Count): string {
  return managedRules === true ? select(probesTotal, { outcome: outcomesOf[count] }) : count;
}

/** What a count of a path grew by within a window, of the counters that {@link countersOf} names. */
export function countWithin(
  { managedRules }: Pick<SignalModel, 'managedRules'>,
  path: PathSettings,
  count: Count,
  windowSeconds: number,
): string {
  return managedRules === true
    ? probesWithin(path, outcomesOf[count], windowSeconds)
    : sumBy(['path'], increase(select(count, { path: path.name }), windowSeconds));
}

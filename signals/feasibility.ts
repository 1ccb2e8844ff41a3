import { injectorVus } from './injector';
import type { PathSettings, SignalModel } from './model';
import { defaultMaxRatePerSecond } from './model';
import { objectivePercent } from './recording-rules';
import { burnThreshold, burnWindows } from './windows';

/** Something that cannot work as asked. */
export interface Problem {
  /** Where in the model, e.g. `paths.service.ratePerSecond`. */
  readonly field: string;
  /** A sentence with what is wrong and what would be right. */
  readonly message: string;
}

/** So many bad probes must be expected in a long window before its alert can fire (SRE workbook, low-traffic services). */
const leastBadProbes = 5;
/** VUs of one injector, over all paths; each costs a megabyte or more. */
const mostVus = 300;
/** Slowest rate of one path, probes per second: below, *down* takes minutes to see. */
const slowestRatePerSecond = 0.1;

/** Everything in a model that contradicts itself or could never alert; empty when it can be built. */
export function problems(model: SignalModel): Problem[] {
  const found: Problem[] = [];
  const say = (field: string, message: string) => found.push({ field, message });

  if (!Number.isInteger(model.injectors) || model.injectors < 1)
    say('injectors', 'must be a whole number, at least 1');
  if (model.exportIntervalMs < 500 || model.exportIntervalMs > 15_000) {
    say('exportIntervalMs', 'must be 500…15000 ms: the alerts look back over five exports');
  }
  const rateSum = model.paths.reduce((sum, path) => sum + path.ratePerSecond, 0);
  const cap = model.maxRatePerSecond ?? defaultMaxRatePerSecond;
  if (rateSum > cap)
    say('maxRatePerSecond', `all paths together ask for ${rateSum} probes/s, more than the cap of ${cap}`);
  const names = model.paths.map((path) => path.name);
  if (new Set(names).size !== names.length) say('paths', 'a path is listed twice');

  for (const path of model.paths) pathProblems(model, path).forEach((problem) => found.push(problem));
  if (found.length === 0) {
    const vus = injectorVus(model);
    if (vus > mostVus) {
      say(
        'paths',
        `one injector would need ${vus} VUs (rate × timeout + 20 %), more than ${mostVus}: use more injectors`,
      );
    }
  }
  return found;
}

/** Lowest total rate of a path at which each of its alerts can fire with one injector lost, in probes per second. */
export function minimumRatePerSecond(model: SignalModel, path: PathSettings): number {
  const left = Math.max(1, model.injectors - 1) / model.injectors;
  const needs = burnWindows(model, path).flatMap(({ factor, longSeconds }) =>
    (['availability', 'latency'] as const).map(
      (sli) => leastBadProbes / (longSeconds * burnThreshold(factor, objectivePercent(path, sli)) * left),
    ),
  );
  return Math.max(slowestRatePerSecond, ...needs);
}

function pathProblems(model: SignalModel, path: PathSettings): Problem[] {
  const found: Problem[] = [];
  const say = (field: keyof PathSettings, message: string) =>
    found.push({ field: `paths.${path.name}.${field}`, message });

  const positive = (field: 'ratePerSecond' | 'timeoutMs' | 'latencyBoundMs') => {
    if (Number.isFinite(path[field]) && path[field] > 0) return true;
    say(field, 'must be greater than 0');
    return false;
  };
  const timesAreSane = [positive('ratePerSecond'), positive('timeoutMs'), positive('latencyBoundMs')].every(
    Boolean,
  );
  if (path.timeoutMs <= path.latencyBoundMs) {
    say(
      'timeoutMs',
      `${path.timeoutMs} ms is not above the latency bound of ${path.latencyBoundMs} ms: nothing could be slow`,
    );
  }
  let objectivesAreSane = true;
  for (const sli of ['availability', 'latency'] as const) {
    const objective = objectivePercent(path, sli);
    const field = `${sli}Percent` as const;
    if (!(objective > 0 && objective < 100)) {
      objectivesAreSane = false;
      say(field, `${objective} % leaves no budget to count: it must be above 0 and below 100`);
    } else if (burnThreshold(14.4, objective) >= 1) {
      objectivesAreSane = false;
      const least = Math.ceil((1 - 1 / 14.4) * 1000 + 1) / 10;
      say(
        field,
        `${objective} % cannot burn 14.4 times too fast, so no alert could fire: it must be at least ${least}`,
      );
    }
  }
  if (!timesAreSane || !objectivesAreSane || model.injectors < 1) return found;

  const least = minimumRatePerSecond(model, path);
  if (path.ratePerSecond < least) {
    const at = Math.ceil(least * 1000) / 1000;
    say(
      'ratePerSecond',
      `${path.ratePerSecond}/s is too low for these objectives with one injector lost: at least ${at}/s`,
    );
  }
  for (const { factor, longSeconds, shortSeconds } of burnWindows(model, path)) {
    if (shortSeconds * 2 > longSeconds) {
      say(
        'ratePerSecond',
        `at ${path.ratePerSecond}/s the short window of factor ${factor} is no longer short (${shortSeconds} s of ${longSeconds} s)`,
      );
    }
  }
  const { page, ticket } = path.severity;
  for (const [kind, value] of Object.entries({ page, ticket })) {
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(value))
      say('severity', `severity.${kind} ${JSON.stringify(value)} is not a plain word`);
    if (value === 'none') say('severity', `severity.${kind} must not be "none": nobody would be told`);
  }
  if (page === ticket && page !== 'page' && page !== 'ticket') {
    say('severity', `"${page}" cannot mean both page and ticket; use "page" or "ticket" for both`);
  }
  return found;
}

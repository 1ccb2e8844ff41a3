import { trickleMs } from '../scenarios/back-off';
import { pathVus } from './injector';
import { probesTotal, recorded } from './metrics';
import type { PathSettings, SignalModel } from './model';
import { type Outcome, pathRow, wholeWayShare } from './paths';
import { increase, number, select, sumBy } from './promql';
import { downWindowSeconds } from './windows';

/** Outcomes that say something about the path. */
export const counted: readonly Outcome[] = ['ok', 'slow', 'failed'];
/** Outcomes of an answer that was right. */
export const answered: readonly Outcome[] = ['ok', 'slow'];

/** Probes of the given outcomes within a window that ended `offsetSeconds` ago, summed by the given labels. */
export function probesWithin(
  path: PathSettings,
  outcome: Outcome | readonly Outcome[] | undefined,
  windowSeconds: number,
  by: readonly string[] = ['path'],
  offsetSeconds = 0,
): string {
  const matchers = outcome === undefined ? { path: path.name } : { path: path.name, outcome };
  return sumBy(by, increase(select(probesTotal, matchers), windowSeconds, offsetSeconds));
}

/** Good probes within a window, of those that went the whole way: whether a path is down is theirs to say. */
export function wholeWayGood(
  path: PathSettings,
  windowSeconds: number,
  by: readonly string[] = ['path'],
): string {
  const matchers = { path: path.name, outcome: answered };
  const partial = wholeWayShare(pathRow(path)) < 1;
  return sumBy(
    by,
    increase(select(probesTotal, partial ? { ...matchers, hop: '' } : matchers), windowSeconds),
  );
}

/**
 * So many failures within *path down*'s window are an attempt worth the name: a quarter of what is sent the whole way, or half of what one
 * injector sends where there are more than two; and no more than half of what still goes out to a far end that answers everything with
 * `Retry-After`. A first failure right after the start is none.
 */
export function attemptedAtLeast(model: SignalModel, path: PathSettings): number {
  const share = Math.min(0.25, 0.5 / model.injectors);
  const windowSeconds = downWindowSeconds(model, path);
  const sent = path.ratePerSecond * wholeWayShare(pathRow(path)) * windowSeconds;
  const trickle = pathRow(path).stream
    ? Infinity
    : (pathVus(path, model.injectors) * model.injectors * windowSeconds * 1000) / trickleMs;
  return Math.max(1, Math.floor(Math.min(sent * share, trickle / 2)));
}

/**
 * Probes attempted, none good: the value is the number of failed probes in the window. There must have been probes before the
 * window too, so that an injector that starts before its targets are ready pages for nothing.
 */
export function pathDown(model: SignalModel, path: PathSettings): string {
  const window = downWindowSeconds(model, path);
  return (
    `(${probesWithin(path, 'failed', window)} >= ${number(attemptedAtLeast(model, path))}) ` +
    `and on (path) ${select(recorded.pathInfo, { path: path.name })} ` +
    `and on (path) (${probesWithin(path, counted, window, ['path'], window)} > 0) ` +
    `unless on (path) (${wholeWayGood(path, window)} > 0)`
  );
}

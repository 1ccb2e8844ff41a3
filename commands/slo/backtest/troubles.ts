import { recorded } from '../../../signals/metrics';
import { duration, select, sumBy } from '../../../signals/promql';
import type { Told } from './told';
import type { TrueAt } from './firings';

/** A time in which probes of a path failed: what alerts are there for. */
export interface Trouble {
  readonly path: string;
  /** Epoch milliseconds; the first step with a failed probe began then, the last one ended then. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Failed probes, exactly. */
  readonly failed: number;
}

/** How an alert came to a trouble. */
export interface Detection {
  /** `PathDown`, or the one that spoke for it, as `PathDown on dns`. */
  readonly by: string;
  readonly severity: string;
  /** From the first failed probe until somebody would have been told. */
  readonly afterMs: number;
}

/** Failures so far apart are two troubles. */
const apartMs = 120_000;
/** So many failed probes are worth a line of their own; fewer are what every network has now and then. */
const fewestFailed = 5;
/** An alert that begins so long after the last failure was still about it: the short window of the fastest burn. */
const afterwardsMs = 300_000;

/** Failed probes {path} of each step, absent where there were none; exact, as it takes counters from each other. */
export function failedQuery(stepSeconds: number): string {
  const counter = select(recorded.bad);
  const before = `${counter} offset ${duration(stepSeconds)}`;
  return `${sumBy(['path'], `clamp_min(${counter} - ${before}, 0)`)} > 0`;
}

/** Steps with failed probes, by path; `count[i]` failed within the step that ends at `at[i]`. */
export interface FailedSteps extends TrueAt {
  readonly count: readonly number[];
}

/** Failures gathered into troubles, the earliest first, and how many probes failed apart from those. */
export function troubles(
  series: readonly FailedSteps[],
  stepSeconds: number,
): { readonly troubles: Trouble[]; readonly single: number } {
  const all = series.flatMap(({ metric, at, count }) => {
    const found: Trouble[] = [];
    at.forEach((toMs, i) => {
      const last = found.at(-1);
      const failed = count[i] ?? 0;
      const fromMs = toMs - stepSeconds * 1000;
      if (last !== undefined && fromMs - last.toMs <= apartMs)
        found[found.length - 1] = { ...last, toMs, failed: last.failed + failed };
      else found.push({ path: metric['path'] ?? '', fromMs, toMs, failed });
    });
    return found;
  });
  const worth = all.filter(({ failed }) => failed >= fewestFailed);
  const single = all.reduce((sum, { failed }) => sum + (failed < fewestFailed ? failed : 0), 0);
  return { troubles: worth.sort((a, b) => a.fromMs - b.fromMs), single };
}

/** Who was told first of a trouble, or whose page spoke for it; undefined where nobody was. */
export function detection(trouble: Trouble, all: readonly Told[]): Detection | undefined {
  const about = all.filter(
    ({ labels, fromMs, began, toMs }) =>
      labels['path'] === trouble.path &&
      (labels['severity'] ?? 'none') !== 'none' &&
      fromMs <= trouble.toMs + afterwardsMs &&
      (fromMs >= trouble.fromMs || (began === 'earlier' && toMs > trouble.fromMs)),
  );
  const first = about
    .filter((one) => one.toldMs !== undefined)
    .sort((a, b) => (a.toldMs ?? 0) - (b.toldMs ?? 0))[0];
  if (first?.toldMs !== undefined)
    return {
      by: first.alert,
      severity: first.labels['severity'] ?? '',
      afterMs: Math.max(0, first.toldMs - trouble.fromMs),
    };
  const muted = about.find(({ mutedBy }) => mutedBy !== undefined);
  return muted?.mutedBy === undefined
    ? undefined
    : { by: muted.mutedBy, severity: 'muted', afterMs: Math.max(0, muted.fromMs - trouble.fromMs) };
}

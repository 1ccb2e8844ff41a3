/** Labels of a series or of an alert. */
export type Labels = Readonly<Record<string, string>>;

/** One time for which an alert fired. */
export interface Firing {
  readonly alert: string;
  readonly labels: Labels;
  readonly fromMs: number;
  /** The first evaluation at which it fired no more; that of the last one known where nobody knows how it went on. */
  readonly toMs: number;
  /** It fired already at the first evaluation that is known: it began then or earlier. */
  readonly began: 'known' | 'earlier';
  /** `later` where the evaluations end, or break off, before it does. */
  readonly ended: 'known' | 'later';
}

/** What decides when an alert fires, beside its expression. */
export interface AlertTiming {
  readonly alert: string;
  /** Labels that the rule sets. */
  readonly labels: Labels;
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

/** A series of the expression: at these moments, epoch milliseconds, it had a value. */
export interface TrueAt {
  readonly metric: Labels;
  readonly at: readonly number[];
}

/**
 * After so long without an evaluation, in milliseconds, it begins anew: Alertmanager resolves what it has not heard of for four times the delay
 * with which Prometheus repeats itself, a minute (`rules/manager.go`, SendAlerts; `--rules.alert.resend-delay`). After a shorter
 * break the same notification goes on.
 */
const forgottenAfterMs = 240_000;

/**
 * When an alert fired, by the state machine of Prometheus (`rules/alerting.go`, Eval): pending from the first evaluation with a result, firing
 * once it is pending for `for`; without a result a pending one is gone, a firing one is kept for `keep_firing_for` since the first such
 * evaluation.
 * @param evaluations the moments of the group, ascending, epoch milliseconds; results at other moments are left out
 */
export function firings(
  timing: AlertTiming,
  series: readonly TrueAt[],
  evaluations: readonly number[],
): Firing[] {
  return bySet(timing, series).flatMap(({ labels, at }) => ofOne(timing, labels, at, evaluations));
}

function ofOne(
  { alert, forMs, keepFiringForMs }: AlertTiming,
  labels: Labels,
  at: ReadonlySet<number>,
  evaluations: readonly number[],
): Firing[] {
  const found: Firing[] = [];
  let state: 'inactive' | 'pending' | 'firing' = 'inactive';
  let activeAt = 0;
  let firedAt = 0;
  let keptSince: number | undefined;
  let began: Firing['began'] = 'known';
  let first = true;
  let before: number | undefined;
  const end = (toMs: number, ended: Firing['ended']) => {
    if (state === 'firing') found.push({ alert, labels, fromMs: firedAt, toMs, began, ended });
    state = 'inactive';
    keptSince = undefined;
  };
  for (const now of evaluations) {
    if (before !== undefined && now - before > forgottenAfterMs) {
      end(before, 'later');
      first = true;
    }
    const isTrue = at.has(now);
    if (isTrue && state === 'inactive') {
      state = 'pending';
      activeAt = now;
      began = first ? 'earlier' : 'known';
    }
    if (!isTrue && state === 'pending') state = 'inactive';
    if (!isTrue && state === 'firing') {
      keptSince ??= now;
      if (now - keptSince >= keepFiringForMs) end(now, 'known');
    } else {
      keptSince = undefined;
    }
    if (state === 'pending' && now - activeAt >= forMs) {
      state = 'firing';
      firedAt = now;
    }
    first = false;
    before = now;
  }
  if (before !== undefined) end(before, 'later');
  return found;
}

/** Whether two firings have a moment in common. */
export function overlap(a: Firing, b: Firing): boolean {
  return a.fromMs < b.toMs && b.fromMs < a.toMs;
}

/** An alert by its name and labels; how loud it is may be what changes. */
export function keyOf({ alert, labels }: Firing): string {
  return JSON.stringify([alert, entriesOf(labels, ['severity', 'owner'])]);
}

/** A label set in one order, without some labels. */
export function entriesOf(labels: Labels, without: readonly string[] = []): [string, string][] {
  return Object.entries(labels)
    .filter(([label]) => !without.includes(label))
    .sort(([a], [b]) => a.localeCompare(b));
}

/** Results by the labels that their alert has: the rule's labels stand, as in Prometheus. */
function bySet({ labels }: AlertTiming, series: readonly TrueAt[]): { labels: Labels; at: Set<number> }[] {
  const sets = new Map<string, { labels: Labels; at: Set<number> }>();
  for (const { metric, at } of series) {
    const merged = { ...Object.fromEntries(entriesOf(metric, ['__name__'])), ...labels };
    const key = JSON.stringify(entriesOf(merged));
    const set = sets.get(key) ?? { labels: merged, at: new Set<number>() };
    for (const moment of at) set.at.add(moment);
    sets.set(key, set);
  }
  return [...sets.values()];
}

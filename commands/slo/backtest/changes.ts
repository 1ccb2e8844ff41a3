import { seconds } from '../../../policies/lib/promql';
import { type AlertRule, isAlert, type RuleGroup } from '../../../signals/rule-types';
import { Definitions, intervalOf } from './definitions';
import { expand } from './expand';
import type { AlertTiming } from './firings';

/** An alerting rule as it can be asked of what is stored. */
export interface Replayable extends AlertTiming {
  /** Name of its group, whose evaluations are the moments to ask for. */
  readonly group: string;
  readonly intervalSeconds: number;
  /** The expression with all that is not stored put in; or why there is none. */
  readonly query: { readonly expr: string } | { readonly why: string };
}

/** An alert that the change adds, removes, or makes another one. */
export interface ChangedAlert {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly alert: string;
  /** Empty for an alert of no path. */
  readonly path: string;
  readonly present?: Replayable;
  readonly changed?: Replayable;
  /**
   * The present rule, put together from raw counters as far as the changed one is. Where it does not fire as the present one did, the
   * difference is of the method and not of the change; absent where nothing had to be put together.
   */
  readonly control?: Replayable;
}

interface Placed {
  readonly rule: AlertRule;
  readonly group: RuleGroup;
  /** What it comes to, in a text that is another one when anything of it is another. */
  readonly meaning: string;
}

/** Alerts by which two rule sets differ, in the order of the present ones; those that mean the same by the same names are left out. */
export function changedAlerts(present: readonly RuleGroup[], changed: readonly RuleGroup[]): ChangedAlert[] {
  const [before, after] = [new Definitions(present), new Definitions(changed)];
  const [olds, news] = [placed(present, before), placed(changed, after)];
  const keys = [...new Set([...olds.keys(), ...news.keys()])];
  return keys.flatMap((key): ChangedAlert[] => {
    const [old, its] = [olds.get(key), news.get(key)];
    if (old !== undefined && its !== undefined && old.meaning === its.meaning) return [];
    const { rule } = its ?? old ?? {};
    if (rule === undefined) return [];
    return [
      {
        kind: old === undefined ? 'added' : its === undefined ? 'removed' : 'changed',
        alert: rule.alert,
        path: rule.labels['path'] ?? '',
        ...(old === undefined ? {} : { present: replayable(old, before, before) }),
        ...(its === undefined ? {} : { changed: replayable(its, after, before) }),
        ...(old === undefined || its === undefined ? {} : control(old, replayable(old, before, after))),
      },
    ];
  });
}

/** Alerts by name and path, and where there are several alike by their order. */
function placed(groups: readonly RuleGroup[], definitions: Definitions): Map<string, Placed> {
  const found = new Map<string, Placed>();
  for (const group of groups)
    for (const rule of group.rules) {
      if (!isAlert(rule)) continue;
      const name = `${rule.alert}\u0000${rule.labels['path'] ?? ''}`;
      let nth = 0;
      while (found.has(`${name}\u0000${nth}`)) nth++;
      const labels = Object.entries(rule.labels).sort(([a], [b]) => a.localeCompare(b));
      const timing = [rule.for ?? '', rule.keep_firing_for ?? '', intervalOf(group), labels];
      const meaning = JSON.stringify([timing, definitions.meaning(rule.expr)]);
      found.set(`${name}\u0000${nth}`, { rule, group, meaning });
    }
  return found;
}

function replayable({ rule, group }: Placed, of: Definitions, stored: Definitions): Replayable {
  const milliseconds = (text: string | undefined) => (text === undefined ? 0 : (seconds(text) ?? 0) * 1000);
  return {
    alert: rule.alert,
    labels: rule.labels,
    forMs: milliseconds(rule.for),
    keepFiringForMs: milliseconds(rule.keep_firing_for),
    group: group.name,
    intervalSeconds: intervalOf(group),
    query: queryOf(rule.expr, of, stored),
  };
}

function control({ rule }: Placed, its: Replayable): Pick<ChangedAlert, 'control'> {
  return 'expr' in its.query && its.query.expr !== rule.expr ? { control: its } : {};
}

function queryOf(expr: string, of: Definitions, stored: Definitions): Replayable['query'] {
  try {
    return { expr: expand(expr, of, stored) };
  } catch (error) {
    if (error instanceof Error && error.name === 'NotReplayable') return { why: error.message };
    throw error;
  }
}

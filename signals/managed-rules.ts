import { duration, durationSeconds, select } from './promql';
import type { AlertRule, RecordingRule, RuleGroup } from './rule-types';
import { isAlert } from './rule-types';

/** Prefix of the names under which conditions of alerts are recorded that must be remembered. */
const remembered = 'alert:condition';

/**
 * Groups as Google's managed rule evaluation takes them (`Rule` and `RuleGroup` of prometheus-engine, rules_types.go): a group has a rule
 * at least, and a rule has no `keep_firing_for`. What has to keep firing is recorded as a condition, and the alert asks for the last value of
 * it within that time: it fires on the same evaluations, with the value that the condition had last. Throws an Error for an alert
 * that both waits and keeps firing, which cannot be said so.
 */
export function managedGroups(groups: readonly RuleGroup[]): RuleGroup[] {
  return groups
    .filter(({ rules }) => rules.length > 0)
    .map((group) => ({ ...group, rules: rememberedRules(group) }));
}

function rememberedRules({ interval, rules }: RuleGroup): (RecordingRule | AlertRule)[] {
  // Several alerts of a group keep the same condition for different times.
  const names = new Map<string, string>();
  return rules.flatMap((rule) => {
    if (!isAlert(rule) || rule.keep_firing_for === undefined) return [rule];
    const { keep_firing_for: kept, ...alert } = rule;
    if (alert.for !== undefined)
      throw new Error(`alert ${alert.alert} waits and keeps firing: managed rules cannot say both`);
    const known = names.get(alert.expr);
    const record = known ?? `${remembered}_${alert.alert}`;
    names.set(alert.expr, record);
    const { path } = alert.labels;
    const condition = select(record, path === undefined ? {} : { path });
    // It stops when it was false for that long: the last time that it held was an evaluation before.
    const window = duration(durationSeconds(kept) + durationSeconds(interval));
    return [
      ...(known === undefined
        ? [{ record, expr: alert.expr, ...(path === undefined ? {} : { labels: { path } }) }]
        : []),
      { ...alert, expr: `last_over_time(${condition}[${window}])` },
    ];
  });
}

import { absenceAlerts, burnAlerts, proberAlerts } from './alerts';
import { recorded } from './metrics';
import type { SignalModel } from './model';
import { duration } from './promql';
import { countRules, periodRules, sloRules } from './recording-rules';
import type { RuleGroup } from './rule-types';
import { isAlert } from './rule-types';
import { fastIntervalSeconds, periodIntervalSeconds, slowIntervalSeconds } from './windows';

export type { AlertRule, RecordingRule, RuleGroup } from './rule-types';

/**
 * All rule groups of a model, as plain data for a rule file or a PrometheusRule's `spec.groups`. Each path has a fast group (5 s:
 * counts, *down*, *missing*), one for its objectives (30 s) and one for its period (5 min). With the load switched off
 * nothing must exist, so nothing is missing and nothing is alerted.
 */
export function ruleGroups(model: SignalModel): RuleGroup[] {
  const groups = model.paths.flatMap((path): RuleGroup[] => [
    {
      name: `continuous-load.${path.name}.counts`,
      interval: duration(fastIntervalSeconds),
      rules: [...countRules(model, path), ...absenceAlerts(model, path)],
    },
    {
      name: `continuous-load.${path.name}.objectives`,
      interval: duration(slowIntervalSeconds),
      rules: [...sloRules(model, path), ...burnAlerts(model, path), ...proberAlerts(model, path)],
    },
    {
      name: `continuous-load.${path.name}.period`,
      interval: duration(periodIntervalSeconds),
      rules: periodRules(model, path),
    },
  ]);
  return model.enabled === false ? groups.map(withoutAlerts) : groups;
}

function withoutAlerts(group: RuleGroup): RuleGroup {
  return {
    ...group,
    rules: group.rules.filter((rule) => !isAlert(rule) && rule.record !== recorded.pathInfo),
  };
}

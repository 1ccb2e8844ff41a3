import { absenceAlerts, burnAlerts, proberAlerts, streamAlerts } from './alerts';
import { availabilityRules, countsOfPeriodRules, knownRule } from './availability';
import { chaosAlerts, chaosRecords } from './chaos-rules';
import { echoAlerts } from './echo-alerts';
import { gatewayAlerts } from './gateway-alerts';
import { givenUpRule, knowsGivenUp } from './given-up';
import { managedGroups } from './managed-rules';
import { maskedRules } from './masked';
import { sendingGroups } from './long-term';
import { meshAlerts } from './mesh-alerts';
import { meterAlerts } from './meter-alerts';
import { recorded } from './metrics';
import type { PathSettings, SignalModel } from './model';
import { nodeGroups } from './node-rules';
import { duration } from './promql';
import { budgetRules, countRules, periodRules, sloRules } from './recording-rules';
import type { RuleGroup } from './rule-types';
import { isAlert } from './rule-types';
import { dnsAlerts, podinfoAlerts } from './server-alerts';
import {
  fastIntervalSeconds,
  fastSeconds,
  figuresIntervalSeconds,
  periodIntervalSeconds,
  slowIntervalSeconds,
} from './windows';
import { workloadAlerts } from './workload-alerts';

export type { AlertRule, RecordingRule, RuleGroup } from './rule-types';

/** Rule groups that lie in one object: those of a path, or all that are of no single one. */
export interface RuleSet {
  /** `continuous-load-<path>`, or `continuous-load`. */
  readonly name: string;
  readonly groups: readonly RuleGroup[];
}

/**
 * All rules of a model as plain data, a set for each path and one for the rest: together they outgrow the 512 KiB above which Prometheus'
 * operator leaves a PrometheusRule out (`maxConfigMapDataSize` in its pkg/operator/rules.go). Each path has a fast group (5 s: counts,
 * *down*, *missing*), one for its objectives (30 s), one for its period (5 min) and one for figures made of that (1 min). Of the rest one
 * group is of what the control plane says of injectors, one of what the long-term store is sent; three more are about what the paths run on
 * and what measures them, two about the ways between nodes. Rules that Google evaluates are put as it takes them. With the load
 * switched off no probe must exist: then nothing is missing, and no path is alerted.
 */
export function ruleSets(model: SignalModel): RuleSet[] {
  const product = 'continuous-load';
  const rest = [
    ...injectorGroup(model),
    ...sendingGroups(model),
    ...surroundings(model),
    ...nodeGroups(model),
    ...(model.enabled === false ? [] : chaosGroup(model)),
  ];
  const sets = [
    ...model.paths.map((path) => ({ name: `${product}-${path.name}`, groups: pathGroups(model, path) })),
    { name: product, groups: rest },
  ];
  return model.managedRules === true
    ? sets.map(({ name, groups }) => ({ name, groups: managedGroups(groups) }))
    : sets;
}

/** The groups of all {@link ruleSets}, for one rule file. */
export function ruleGroups(model: SignalModel): RuleGroup[] {
  return ruleSets(model).flatMap(({ groups }) => groups);
}

function pathGroups(model: SignalModel, path: PathSettings): RuleGroup[] {
  const groups = [
    {
      name: `continuous-load.${path.name}.counts`,
      interval: duration(fastSeconds(model)),
      rules: [...countRules(model, path), ...absenceAlerts(model, path)],
    },
    {
      name: `continuous-load.${path.name}.objectives`,
      interval: duration(slowIntervalSeconds),
      rules: [
        ...sloRules(model, path),
        ...(model.managedRules === true ? [] : [knownRule(model, path)]),
        ...maskedRules(model, path),
        ...burnAlerts(model, path),
        ...proberAlerts(model, path),
        ...streamAlerts(model, path),
      ],
    },
    {
      name: `continuous-load.${path.name}.period`,
      interval: duration(periodIntervalSeconds),
      rules: [...periodRules(model, path), ...countsOfPeriodRules(model, path)],
    },
    {
      name: `continuous-load.${path.name}.figures`,
      interval: duration(figuresIntervalSeconds),
      rules: [...budgetRules(model, path), ...availabilityRules(model, path)],
    },
  ];
  return model.enabled === false ? groups.map(withoutAlerts) : groups;
}

function injectorGroup(model: SignalModel): RuleGroup[] {
  return knowsGivenUp(model)
    ? [
        {
          name: 'continuous-load.injectors',
          interval: duration(fastIntervalSeconds),
          rules: [givenUpRule()],
        },
      ]
    : [];
}

function surroundings(model: SignalModel): RuleGroup[] {
  const groups = {
    servers: [...podinfoAlerts(model), ...dnsAlerts(model), ...gatewayAlerts(model), ...echoAlerts(model)],
    workloads: workloadAlerts(model),
    meter: meterAlerts(model),
    ...(model.mesh ? { mesh: meshAlerts(model) } : {}),
  };
  const interval = duration(slowIntervalSeconds);
  return Object.entries(groups).map(([name, rules]) => ({
    name: `continuous-load.${name}`,
    interval,
    rules,
  }));
}

/** Without load there is nothing that chaos could be seen by, and none runs. */
function chaosGroup(model: SignalModel): RuleGroup[] {
  const rules = [...chaosRecords(model), ...chaosAlerts(model)];
  return rules.length === 0
    ? []
    : [{ name: 'continuous-load.chaos', interval: duration(slowIntervalSeconds), rules }];
}

function withoutAlerts(group: RuleGroup): RuleGroup {
  return {
    ...group,
    rules: group.rules.filter((rule) => !isAlert(rule) && rule.record !== recorded.pathInfo),
  };
}

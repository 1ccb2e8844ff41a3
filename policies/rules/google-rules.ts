import { at, fields, isMissing, list, text } from '../lib/data';
import type { KubernetesObject } from '../lib/objects';
import { expression, seconds } from '../lib/promql';
import { stackRule } from '../lib/rule';
import type { Stack } from '../lib/stack';
import { googleGroup, ruleName, ruleObjects, rulesOf, type PrometheusRule } from '../lib/rules-of';

/** Functions that want a counter. */
const ofCounters = new Set(['increase', 'rate', 'irate', 'resets']);
/** Labels that the evaluation sets itself, by kind: a rule that names one for itself is refused by Google's operator. */
const scope: Readonly<Record<string, readonly string[]>> = {
  Rules: ['project_id', 'location', 'cluster', 'namespace'],
  ClusterRules: ['project_id', 'location', 'cluster'],
  GlobalRules: [],
};
/** Two points of a series must be so far apart, in seconds (https://cloud.google.com/monitoring/quotas). */
const leastInterval = 5;
/** What Google's operator makes of all rules must fit into one ConfigMap, unless it is told to compress it. */
const mostBytes = 2 ** 20;
/** About what the operator adds to each selector: the matchers of project, location and cluster. */
const scopeBytes = 90;

/**
 * Rules as Google's managed evaluation takes them, and computes them as they are meant: what it knows otherwise than Prometheus
 * is no error at once, and then no alert.
 */
export const googleRules = stackRule({
  name: 'google-rules',
  description: 'Rules for Google Managed Prometheus say only what its evaluation can do.',
  mend: 'Make them with `managedRules` (signals/managed-rules.ts): counters of what is pushed or scraped, one exact name a selector, and no keep_firing_for.',
  level: 'mandatory',
  judgeStack: (stack) => {
    const all = ruleObjects(stack).filter(({ group }) => group === googleGroup);
    const recorded = new Set(all.flatMap(rulesOf).flatMap(({ record }) => record ?? []));
    return all.flatMap((object, index) =>
      [
        ...ofGroups(object),
        ...(isCompressed(stack) || index > 0 ? [] : ofSize(all)),
        ...rulesOf(object).flatMap((rule) =>
          [...ofScope(object, rule), ...ofNames(rule), ...ofCounts(rule, recorded)].map(
            (problem) => `${ruleName(rule)} ${problem}`,
          ),
        ),
      ].map((problem) => ({ object, problem })),
    );
  },
});

function ofGroups({ value }: KubernetesObject): string[] {
  return list(at(value, 'spec', 'groups')).flatMap((group) => {
    const name = `group ${text(at(group, 'name')) ?? ''}`;
    const rules = list(at(group, 'rules'));
    const interval = text(at(group, 'interval'));
    const kept = rules.filter((rule) => !isMissing(at(rule, 'keep_firing_for')));
    return [
      ...(rules.length === 0 ? [`${name} has no rules, of which it wants one`] : []),
      ...(interval !== undefined && (seconds(interval) ?? 0) <= leastInterval
        ? [
            `${name} is evaluated every ${interval}, and points within ${leastInterval}s of each other are refused`,
          ]
        : []),
      ...kept.map((rule) => `alert ${text(at(rule, 'alert')) ?? ''} has keep_firing_for, which is dropped`),
    ];
  });
}

function isCompressed(stack: Stack): boolean {
  return stack
    .of('OperatorConfig')
    .some(({ value }) => at(value, 'features', 'config', 'compression') === 'gzip');
}

function ofSize(all: readonly KubernetesObject[]): string[] {
  const selectors = all.flatMap(rulesOf).flatMap(({ expr }) => expression(expr).selectors).length;
  const specs = all.reduce((sum, { value }) => sum + JSON.stringify(at(value, 'spec')).length, 0);
  const bytes = specs + selectors * scopeBytes;
  return bytes < mostBytes ? [] : [`all rules take about ${bytes} bytes, more than a ConfigMap holds`];
}

function ofScope({ kind }: KubernetesObject, { expr, labels }: PrometheusRule): string[] {
  const own = scope[kind] ?? [];
  const asked = expression(expr)
    .selectors.flatMap(({ matchers }) => matchers)
    .map(({ label }) => label);
  const named = [...asked, ...fields(labels).map(([label]) => label)].filter((label) => own.includes(label));
  return [...new Set(named)].map((label) => `names ${label}, which the evaluation sets`);
}

function ofNames({ expr }: PrometheusRule): string[] {
  return expression(expr)
    .selectors.filter(({ metric }) => metric === '')
    .map(() => 'has a selector without one exact name');
}

function ofCounts({ expr }: PrometheusRule, recorded: ReadonlySet<string>): string[] {
  return expression(expr)
    .calls.filter(({ name }) => ofCounters.has(name))
    .flatMap(({ name, metrics }) =>
      metrics
        .filter((metric) => recorded.has(metric))
        .map((metric) => `takes ${name} of ${metric}, which is recorded and so a gauge`),
    );
}

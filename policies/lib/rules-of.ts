import { at, list, text, texts } from './data';
import type { KubernetesObject } from './objects';
import { expression } from './promql';
import type { Stack } from './stack';

/** API group of Google Managed Prometheus. */
export const googleGroup = 'monitoring.googleapis.com';

/** Kinds that hold rules in groups: of prometheus-operator, and of Google Managed Prometheus. */
const kinds = ['PrometheusRule', 'ClusterRules', 'GlobalRules', 'Rules'] as const;

/** The objects of a stack that hold rules. */
export function ruleObjects(stack: Stack): readonly KubernetesObject[] {
  return stack.of(...kinds).filter(holdsRules);
}

function holdsRules({ kind, group }: KubernetesObject): boolean {
  return kind === 'PrometheusRule' || (group === googleGroup && kinds.some((one) => one === kind));
}

/** A recording or alerting rule. */
export interface PrometheusRule {
  readonly object: KubernetesObject;
  /** Name of the alert; undefined for a recording rule. */
  readonly alert: string | undefined;
  /** Name of what is recorded; undefined for an alert. */
  readonly record: string | undefined;
  readonly expr: string;
  readonly for: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An alerting rule. */
export interface Alert extends PrometheusRule {
  readonly alert: string;
}

const read = new WeakMap<KubernetesObject, readonly PrometheusRule[]>();

/** The rules of an object; none where it holds none. */
export function rulesOf(object: KubernetesObject): readonly PrometheusRule[] {
  const rules = read.get(object) ?? find(object);
  read.set(object, rules);
  return rules;
}

function find(object: KubernetesObject): readonly PrometheusRule[] {
  if (!holdsRules(object)) return [];
  return list(at(object.value, 'spec', 'groups'))
    .flatMap((group) => list(at(group, 'rules')))
    .map((rule) => {
      const expr = at(rule, 'expr');
      return {
        object,
        alert: text(at(rule, 'alert')),
        record: text(at(rule, 'record')),
        expr: typeof expr === 'number' ? String(expr) : (text(expr) ?? ''),
        for: text(at(rule, 'for')),
        labels: texts(at(rule, 'labels')),
        annotations: texts(at(rule, 'annotations')),
      };
    });
}

/** The alerts of an object. */
export function alertsOf(object: KubernetesObject): readonly Alert[] {
  return rulesOf(object).filter((rule): rule is Alert => rule.alert !== undefined);
}

/** An alert as messages name it: with its path, where it has one. */
export function alertName({ alert, labels }: Alert): string {
  return labels['path'] === undefined ? `alert ${alert}` : `alert ${alert} of path ${labels['path']}`;
}

/** A rule as messages name it. */
export function ruleName(rule: PrometheusRule): string {
  return rule.alert === undefined ? `record ${rule.record ?? ''}` : alertName({ ...rule, alert: rule.alert });
}

/** The expression of a rule and those that its annotations ask for (`{{ query "…" }}`). */
export function expressionsOf({ expr, annotations }: PrometheusRule): readonly string[] {
  const asked = Object.values(annotations).flatMap((template) =>
    [...template.matchAll(/query "((?:[^"\\]|\\.)*)"/g)].map(([, query = '']) =>
      query.replaceAll('\\"', '"'),
    ),
  );
  return [expr, ...asked];
}

/** Whether an alert always fires, as a sign of life does: it reads nothing. */
export function isSignOfLife({ expr }: Alert): boolean {
  const { wrongAt, selectors } = expression(expr);
  return wrongAt === undefined && selectors.length === 0;
}

/** The number of `vector(number)`; undefined for any other expression. */
export function constant(expr: string): number | undefined {
  const value = /^vector\(([\d.e+-]+)\)$/.exec(expr)?.[1];
  return value === undefined ? undefined : Number(value);
}

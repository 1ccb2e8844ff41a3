import { at, fields, list, text } from '../../policies/lib/data';
import { ruleObjects } from '../../policies/lib/rules-of';
import type { Stack } from '../../policies/lib/stack';

/** An alerting rule, as far as a reader of a change wants to know it. */
export interface Alert {
  readonly name: string;
  /** Value of its label `path`; empty where it has none. */
  readonly path: string;
  /** What tells it from others of its name and path: `severity` and further labels, `key=value`. */
  readonly labels: string;
  readonly expr: string;
  readonly for: string;
  readonly keepFiringFor: string;
}

/** What a change does to the alerts of a stack. */
export interface AlertChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly name: string;
  readonly path: string;
  /** Of a changed one: each field with what it was and what it is. */
  readonly fields: readonly { readonly field: string; readonly before: string; readonly after: string }[];
}

/** All alerts of a stack. */
export function alertsOf(stack: Stack): readonly Alert[] {
  return ruleObjects(stack).flatMap(({ value }) =>
    list(at(value, 'spec', 'groups'))
      .flatMap((group) => list(at(group, 'rules')))
      .flatMap((rule) => {
        const name = text(at(rule, 'alert'));
        if (name === undefined) return [];
        const labels = fields(at(rule, 'labels')).filter(([key]) => key !== 'path');
        return [
          {
            name,
            path: text(at(rule, 'labels', 'path')) ?? '',
            labels: labels
              .map(([key, item]) => `${key}=${String(item)}`)
              .sort()
              .join(', '),
            expr: squeezed(text(at(rule, 'expr')) ?? ''),
            for: text(at(rule, 'for')) ?? '',
            keepFiringFor: text(at(rule, 'keep_firing_for')) ?? '',
          },
        ];
      }),
  );
}

/**
 * Alerts by which two stacks differ, by name and path. Of several alike in both (fast and slow burn) those that are the same are set aside
 * first, and what is left is compared in its order.
 */
export function compareAlerts(before: readonly Alert[], after: readonly Alert[]): readonly AlertChange[] {
  const keys = [...new Set([...before, ...after].map(keyOf))].sort();
  return keys.flatMap((key) => {
    const [olds, news] = [before, after].map((alerts) => alerts.filter((alert) => keyOf(alert) === key));
    const gone = (olds ?? []).filter((old) => !(news ?? []).some((alert) => isSame(old, alert)));
    const come = (news ?? []).filter((alert) => !(olds ?? []).some((old) => isSame(old, alert)));
    return Array.from({ length: Math.max(gone.length, come.length) }, (_, i) => change(gone[i], come[i]));
  });
}

const compared = ['expr', 'for', 'keepFiringFor', 'labels'] as const;
const words: Readonly<Record<(typeof compared)[number], string>> = {
  expr: 'expr',
  for: 'for',
  keepFiringFor: 'keep_firing_for',
  labels: 'labels',
};

function change(before: Alert | undefined, after: Alert | undefined): AlertChange {
  const { name = '', path = '' } = after ?? before ?? {};
  if (before === undefined || after === undefined)
    return { kind: before === undefined ? 'added' : 'removed', name, path, fields: [] };
  return {
    kind: 'changed',
    name,
    path,
    fields: compared
      .filter((field) => before[field] !== after[field])
      .map((field) => ({ field: words[field], before: before[field], after: after[field] })),
  };
}

function isSame(one: Alert, other: Alert): boolean {
  return compared.every((field) => one[field] === other[field]);
}

function keyOf({ name, path }: Alert): string {
  return `${name}\u0000${path}`;
}

function squeezed(expression: string): string {
  return expression.replace(/\s+/g, ' ').trim();
}

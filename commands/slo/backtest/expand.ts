import { parser } from '@prometheus-io/lezer-promql';
import { expression, type Selector } from '../../../policies/lib/promql';
import { duration } from '../../../signals/promql';
import { type Definition, Definitions } from './definitions';

/** A rule cannot be replayed on what is stored; `message` completes "cannot be replayed: …". */
export class NotReplayable extends Error {
  override readonly name = 'NotReplayable';
}

/** What may stand behind a selector and belongs to it: https://prometheus.io/docs/prometheus/latest/querying/basics/#offset-modifier */
const modifiers = /^(\s*(offset\s+-?\w+|@\s*([\d.]+|start\(\)|end\(\))))+/i;
/** `[5m]` behind a selector; a subquery has a colon in it. */
const range = /^\s*\[([^\]:]+)\]/;

/**
 * An expression of changed rules as it can be asked of a Prometheus that recorded by the present ones. What both record alike is read from
 * what is stored; what they do not is put in place of its name: `name{…}` becomes the rule's expression with the rule's labels, a range
 * over it a subquery with the interval of its group. So the result is what the changed rules would have had, but for subqueries being
 * evaluated at whole multiples of the interval, where a group has a moment of its own.
 * Throws {@link NotReplayable} where a selector asks for labels that the rule's expression alone can tell.
 */
export function expand(expr: string, changed: Definitions, present: Definitions): string {
  return rewrite(expr, changed, present, []);
}

function rewrite(
  expr: string,
  changed: Definitions,
  present: Definitions,
  within: readonly Definition[],
): string {
  let text = '';
  let done = 0;
  for (const [from, to] of selectorsIn(expr)) {
    const [selector] = expression(expr.slice(from, to)).selectors;
    if (selector === undefined || from < done) continue;
    const meant = changed.of(selector);
    if (meant.length === 0 || isStored(selector, changed, present)) continue;
    const replaced = meant.map((definition) => {
      if (within.includes(definition))
        throw new NotReplayable(`the rule ${definition.record} stands on itself`);
      requireToldApart(selector, definition);
      const inner = rewrite(definition.expr, changed, present, [...within, definition]);
      return withLabels(inner, definition);
    });
    const interval = duration(Math.max(...meant.map(({ intervalSeconds }) => intervalSeconds)));
    const inner = replaced.join(' or ');
    const rest = expr.slice(to);
    const [whole, window] = range.exec(rest) ?? [];
    const [modified = ''] = modifiers.exec(rest) ?? [];
    const end = to + (whole ?? modified).length;
    text += expr.slice(done, from);
    if (window !== undefined) text += `(${inner})[${window}:${interval}]`;
    else if (modified === '') text += `(${inner})`;
    else text += `last_over_time((${inner})[${interval}:${interval}]${modified})`;
    done = end;
  }
  return text + expr.slice(done);
}

/** Whether the present rules have recorded the same under this name. */
function isStored(selector: Selector, changed: Definitions, present: Definitions): boolean {
  const meanings = (set: Definitions) =>
    set
      .of(selector)
      .map(({ record, labels, expr, intervalSeconds }) =>
        JSON.stringify([record, labels ?? {}, intervalSeconds, set.meaning(expr)]),
      )
      .sort()
      .join('\n');
  return meanings(changed) === meanings(present);
}

function requireToldApart({ metric, matchers }: Selector, { labels }: Definition): void {
  const unknown = matchers.find(({ label }) => label !== '__name__' && labels?.[label] === undefined);
  if (unknown !== undefined)
    throw new NotReplayable(
      `${metric} is not what is stored under this name, and its label ${unknown.label} is no label of its rule`,
    );
}

function withLabels(expr: string, { labels }: Definition): string {
  return Object.entries(labels ?? {}).reduce(
    (inner, [label, value]) =>
      `label_replace(${inner}, ${JSON.stringify(label)}, ${JSON.stringify(value.replaceAll('$', '$$$$'))}, "", "")`,
    expr,
  );
}

function selectorsIn(expr: string): [from: number, to: number][] {
  const found: [number, number][] = [];
  parser.parse(expr).iterate({
    enter: ({ name, from, to }) => {
      if (name === 'VectorSelector') found.push([from, to]);
    },
  });
  return found;
}

import { parser } from '@prometheus-io/lezer-promql';

/** One condition of a selector on a label. */
export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A metric within an expression, and the conditions on its labels. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/** What rules need to know of an expression. */
export interface Expression {
  /** Position of the first thing that is no PromQL; undefined when all is. */
  readonly wrongAt: number | undefined;
  readonly selectors: readonly Selector[];
  /** Names of the functions that are called, each with the metrics within its call. */
  readonly calls: readonly { readonly name: string; readonly metrics: readonly string[] }[];
  /** Ranges, subqueries and offsets, in seconds. */
  readonly rangesSeconds: readonly number[];
}

const parsed = new Map<string, Expression>();

/** Parses an expression; what is no PromQL has no selectors, calls and ranges. */
export function expression(text: string): Expression {
  const known = parsed.get(text);
  if (known) return known;
  const found = parse(text);
  parsed.set(text, found);
  return found;
}

function parse(text: string): Expression {
  let wrongAt: number | undefined;
  const selectors: Selector[] = [];
  const rangesSeconds: number[] = [];
  const calls: { name: string; metrics: string[] }[] = [];
  if (text.trim() === '') return { wrongAt: 0, selectors, calls, rangesSeconds };
  const open: typeof calls = [];
  parser.parse(text).iterate({
    leave: ({ name }) => {
      if (name === 'FunctionCall') open.pop();
    },
    enter: ({ type, name, from, to }) => {
      if (type.isError) wrongAt ??= from;
      if (name === 'VectorSelector') {
        const found = selector(text.slice(from, to));
        selectors.push(found);
        for (const call of open) call.metrics.push(found.metric);
      }
      if (name === 'FunctionCall') {
        const call = { name: /^\w+/.exec(text.slice(from, to))?.[0] ?? '', metrics: [] };
        calls.push(call);
        open.push(call);
      }
      if (name === 'NumberDurationLiteralInDurationContext')
        rangesSeconds.push(seconds(text.slice(from, to)) ?? 0);
    },
  });
  return wrongAt === undefined
    ? { wrongAt, selectors, calls, rangesSeconds }
    : { wrongAt, selectors: [], calls: [], rangesSeconds: [] };
}

/** A condition on a label; PromQL takes three kinds of quotes. */
const matcher = /(\w+)\s*(=~|!=|!~|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)/g;

function selector(text: string): Selector {
  const matchers = [...text.matchAll(matcher)].map(([, label = '', op = '', quoted = '']): Matcher => ({
    label,
    op: op as Matcher['op'],
    value: quoted.slice(1, -1),
  }));
  const named = matchers.find(({ label, op }) => label === '__name__' && op === '=');
  // Prometheus 3 also takes {"name", label="value"}.
  const quoted = /^\s*\{\s*(["'`])([^"'`]*)\1\s*[,}]/.exec(text)?.[2];
  return { metric: /^[a-zA-Z_:][\w:]*/.exec(text)?.[0] ?? named?.value ?? quoted ?? '', matchers };
}

/** Whether a matcher lets a value through; Prometheus anchors its regular expressions. */
export function matches({ op, value }: Matcher, actual: string): boolean {
  if (op === '=' || op === '!=') return (actual === value) === (op === '=');
  try {
    return new RegExp(`^(?:${value})$`).test(actual) === (op === '=~');
  } catch {
    return false;
  }
}

const unitSeconds: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** A Prometheus duration (`1h30m`) or a number of seconds, in seconds; undefined for anything else. */
export function seconds(duration: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(duration)) return Number(duration);
  if (!/^(\d+(ms|[smhdwy]))+$/.test(duration)) return undefined;
  return [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitSeconds[unit] ?? 0),
    0,
  );
}

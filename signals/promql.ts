/** Label → exact value, or a list of values of which one must match. */
export type Matchers = Readonly<Record<string, string | readonly string[]>>;

/** `metric{label="value",other=~"a|b"}`. Values must be plain words: none of ours needs quoting or escaping. */
export function select(metric: string, matchers: Matchers = {}): string {
  const parts = Object.entries(matchers).map(([label, value]) =>
    typeof value === 'string' ? `${label}="${plain(value)}"` : `${label}=~"${value.map(plain).join('|')}"`,
  );
  return parts.length === 0 ? metric : `${metric}{${parts.join(',')}}`;
}

/** A selector, which must have matchers, of series that have none of these label values besides. */
export function except(selector: string, without: Readonly<Record<string, string>>): string {
  if (!selector.endsWith('}')) throw new RangeError(`${selector} has no matchers`);
  const parts = Object.entries(without).map(([label, value]) => `${label}!="${plain(value)}"`);
  return `${selector.slice(0, -1)},${parts.join(',')}}`;
}

function plain(value: string): string {
  if (!/^[A-Za-z0-9_.-]*$/.test(value))
    throw new RangeError(`label value ${JSON.stringify(value)} is not a plain word`);
  return value;
}

/**
 * Matcher of a histogram's bucket by its upper bound. A whole number is asked for as Prometheus 3 stores it, which is `100.0` whatever the
 * program wrote, and as older ones and others keep it, as it was written.
 */
export function bucketUpTo(bound: number): string {
  return Number.isInteger(bound) ? `le=~"${bound}([.]0)?"` : `le="${number(bound)}"`;
}

/** `sum by (labels) (expr)`. */
export function sumBy(labels: readonly string[], expr: string): string {
  return `sum by (${labels.join(', ')}) (${expr})`;
}

/** `increase(selector[window] offset earlier)`; window and offset in whole seconds, the offset 0 by default. */
export function increase(selector: string, windowSeconds: number, offsetSeconds = 0): string {
  const offset = offsetSeconds > 0 ? ` offset ${duration(offsetSeconds)}` : '';
  return `increase(${selector}[${duration(windowSeconds)}]${offset})`;
}

/**
 * A whole number of seconds as a Prometheus duration in its shortest form, days at most: 300 → `5m`, 280 → `4m40s`. Also used in
 * metric names. Throws a RangeError for what is not a positive whole number.
 */
export function duration(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds <= 0)
    throw new RangeError(`${seconds} is no whole, positive number of seconds`);
  let rest = seconds;
  let text = '';
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

const unitSeconds: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** Seconds of what {@link duration} wrote: `4m40s` → 280. */
export function durationSeconds(text: string): number {
  return [...text.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitSeconds[unit] ?? 0),
    0,
  );
}

/** A number as PromQL wants it, without the dust of binary fractions: 1 − 0.999 → `0.001`. */
export function number(value: number): string {
  return String(Number(value.toPrecision(12)));
}

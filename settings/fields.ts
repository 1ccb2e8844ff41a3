import { z } from 'zod';
import {
  formatDuration,
  formatSize,
  formatCpu,
  parseCpu,
  parseDuration,
  parseNumber,
  parseSize,
} from './units';

/** What a field's issue carries beside its message: how to mend it, and whether the value may be shown. */
export interface IssueParameters {
  readonly mend: string;
  readonly hidden?: boolean;
}

interface Leaf<T> {
  /** Completes the sentence "… must be". */
  readonly allowed: string;
  readonly mend: string;
  /** The value may hold a credential and is never repeated in a message. */
  readonly hidden?: boolean;
  readonly parse: (raw: unknown) => T | undefined;
}

/** A field read by one function; everything it refuses becomes one issue with the same words. */
export function leaf<T>({ allowed, mend, hidden, parse }: Leaf<T>) {
  return z.unknown().transform((raw, context): T => {
    const value = parse(raw);
    if (value !== undefined) return value;
    const params: IssueParameters = { mend, ...(hidden ? { hidden } : {}) };
    context.issues.push({ code: 'custom', message: allowed, input: raw, params: { ...params } });
    return z.NEVER;
  });
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly mend: string;
}

const within = (value: number | undefined, { min, max }: Range) =>
  value !== undefined && value >= min && value <= max ? value : undefined;

/** A duration with its unit, in milliseconds, from `min` to `max`. */
export function duration(range: Range) {
  const allowed = `a duration from ${formatDuration(range.min)} to ${formatDuration(range.max)} with its unit (ms, s, m, h, d, w)`;
  return leaf({ allowed, mend: range.mend, parse: (raw) => within(parseDuration(raw), range) });
}

/** A size with its unit, in bytes, from `min` to `max`. */
export function size(range: Range) {
  const allowed = `a size from ${formatSize(range.min)} to ${formatSize(range.max)} with its unit (KB, MB, GB, TB; powers of 1024)`;
  return leaf({ allowed, mend: range.mend, parse: (raw) => within(parseSize(raw), range) });
}

/** CPU in thousandths, from `min` to `max`. */
export function cpu(range: Range) {
  const allowed = `a number of CPUs from ${formatCpu(range.min)} to ${formatCpu(range.max)} (500m is half a CPU)`;
  return leaf({ allowed, mend: range.mend, parse: (raw) => within(parseCpu(raw), range) });
}

/** A number with an optional name for its unit; `whole` refuses fractions, `below` also refuses `max` itself. */
export function number(
  range: Range & { readonly unit?: string; readonly whole?: boolean; readonly below?: boolean },
) {
  const kind = range.whole ? 'a whole number' : 'a number';
  const bounds = range.below
    ? `from ${range.min} to less than ${range.max}`
    : `from ${range.min} to ${range.max}`;
  return leaf({
    allowed: `${kind} ${bounds}${range.unit ? `, ${range.unit}` : ''}`,
    mend: range.mend,
    parse: (raw) => {
      const value = within(parseNumber(raw), range);
      if (value === undefined || (range.whole && !Number.isInteger(value))) return undefined;
      return range.below && value === range.max ? undefined : value;
    },
  });
}

/** A list or section that has no default; what is in it is for its own schema to refuse. */
export function given<Schema extends z.ZodType>(
  schema: Schema,
  { allowed, mend }: { readonly allowed: string; readonly mend: string },
) {
  return z
    .unknown()
    .transform((raw, context): unknown => {
      if (raw !== undefined) return raw;
      context.issues.push({ code: 'custom', message: allowed, input: raw, params: { mend } });
      return z.NEVER;
    })
    .pipe(schema);
}

/** true or false. */
export function flag(mend: string) {
  return leaf({
    allowed: 'true or false',
    mend,
    parse: (raw) =>
      raw === true || raw === 'true' ? true : raw === false || raw === 'false' ? false : undefined,
  });
}

/** One of a few words. */
export function choice<const Word extends string>(words: readonly Word[], mend: string) {
  return leaf({
    allowed: `one of ${words.join(', ')}`,
    mend,
    parse: (raw) => words.find((word) => word === raw),
  });
}

/** Text that matches a pattern; `allowed` says the pattern in words. */
export function text(field: {
  readonly pattern: RegExp;
  readonly allowed: string;
  readonly mend: string;
  readonly hidden?: boolean;
}) {
  return leaf({
    ...field,
    parse: (raw) => (typeof raw === 'string' && field.pattern.test(raw) ? raw : undefined),
  });
}

/** An http or https URL; never repeated in messages, since webhook URLs carry tokens. */
export function webUrl(mend: string) {
  return leaf({
    allowed: 'an absolute http:// or https:// URL',
    mend,
    hidden: true,
    parse: (raw) => {
      if (typeof raw !== 'string' || !URL.canParse(raw)) return undefined;
      const url = new URL(raw);
      return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? raw : undefined;
    },
  });
}

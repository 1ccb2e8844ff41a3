import { z } from 'zod';
import { factsOf, type FieldFacts, type WrittenAs } from './field-facts';
import { labelKey, labelValue } from './kubernetes-names';
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

/** What a field says of itself; `type` and `written` are worth giving where they are not those of any text. */
type Leaf<T> = Pick<FieldFacts, 'allowed' | 'mend' | 'hidden' | 'unit' | 'range' | 'words'> &
  Partial<Pick<FieldFacts, 'type' | 'written'>> & {
    readonly parse: (raw: unknown) => T | undefined;
  };

/** What Pulumi writes where a value is a secret. */
const encrypted: WrittenAs = {
  type: 'object',
  properties: { secure: { type: 'string' } },
  required: ['secure'],
  additionalProperties: false,
};

/**
 * A field read by one function; everything it refuses becomes one issue with the same words. Where it stands in a schema it gets its
 * `.describe('One sentence.')`, and where leaving it out means more than a value `.meta({ leftOut: 'in words' })`.
 */
export function leaf<T>({ parse, ...field }: Leaf<T>) {
  const { allowed, mend, hidden } = field;
  const schema = z.unknown().transform((raw, context): T => {
    const value = parse(raw);
    if (value !== undefined) return value;
    const params: IssueParameters = { mend, ...(hidden ? { hidden } : {}) };
    context.issues.push({ code: 'custom', message: allowed, input: raw, params: { ...params } });
    return z.NEVER;
  });
  const type = field.type ?? (field.words ? 'word' : 'text');
  const written = field.written ?? (field.words ? { enum: field.words } : {});
  const mayBeSecret = field.written !== undefined && (hidden || type === 'text');
  factsOf.add(schema, {
    ...field,
    type,
    written: mayBeSecret ? { anyOf: [written, encrypted] } : written,
    accepts: (raw) => parse(raw) !== undefined,
  });
  return schema;
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
  return leaf({
    type: 'duration',
    allowed,
    mend: range.mend,
    range,
    written: { type: 'string', pattern: String.raw`^\s*\d+(\.\d+)?\s*(ms|s|m|h|d|w)\s*$` },
    parse: (raw) => within(parseDuration(raw), range),
  });
}

/** A size with its unit, in bytes, from `min` to `max`. */
export function size(range: Range) {
  const allowed = `a size from ${formatSize(range.min)} to ${formatSize(range.max)} with its unit (KB, MB, GB, TB; powers of 1024)`;
  return leaf({
    type: 'size',
    allowed,
    mend: range.mend,
    range,
    written: { type: 'string', pattern: String.raw`^\s*\d+(\.\d+)?\s*[KMGT](i|B|iB)\s*$` },
    parse: (raw) => within(parseSize(raw), range),
  });
}

/** CPU in thousandths, from `min` to `max`. */
export function cpu(range: Range) {
  const allowed = `a number of CPUs from ${formatCpu(range.min)} to ${formatCpu(range.max)} (500m is half a CPU)`;
  return leaf({
    type: 'CPUs',
    allowed,
    mend: range.mend,
    range,
    written: {
      type: ['number', 'string'],
      minimum: range.min / 1000,
      maximum: range.max / 1000,
      pattern: String.raw`^\s*\d+(\.\d+)?m?\s*$`,
    },
    parse: (raw) => within(parseCpu(raw), range),
  });
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
    type: range.whole ? 'whole number' : 'number',
    ...(range.unit === undefined ? {} : { unit: range.unit }),
    range,
    // `pulumi config set --path` writes a fraction as text.
    written: {
      type: [range.whole ? 'integer' : 'number', 'string'],
      minimum: range.min,
      [range.below ? 'exclusiveMaximum' : 'maximum']: range.max,
      pattern: String.raw`^\s*-?\d+(\.\d+)?\s*$`,
    },
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
    type: 'true or false',
    written: { enum: [true, false, 'true', 'false'] },
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
    words,
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
  const { pattern, ...rest } = field;
  return leaf({
    ...rest,
    // JSON Schema knows no flags of patterns.
    written: { type: 'string', ...(pattern.flags === '' ? { pattern: pattern.source } : {}) },
    parse: (raw) => (typeof raw === 'string' && pattern.test(raw) ? raw : undefined),
  });
}

/** An http or https URL without braces, which Alertmanager takes for a template; never repeated in messages, since webhook URLs carry tokens. */
export function webUrl(mend: string) {
  return leaf({
    type: 'URL',
    written: { type: 'string', pattern: '^[A-Za-z]+:' },
    allowed: 'an absolute http:// or https:// URL without blanks and braces',
    mend,
    hidden: true,
    parse: (raw) => {
      if (typeof raw !== 'string' || /[\s{}]/.test(raw) || !URL.canParse(raw)) return undefined;
      const url = new URL(raw);
      return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? raw : undefined;
    },
  });
}

/** Labels of Kubernetes, at least one. */
export function labels(mend: string) {
  return leaf({
    type: 'map of labels',
    written: { type: 'object', minProperties: 1, additionalProperties: { type: 'string' } },
    allowed: 'one label or more of Kubernetes, each a key and a text',
    mend,
    parse: (raw): Readonly<Record<string, string>> | undefined => {
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
      const entries = Object.entries(raw as Record<string, unknown>);
      const right = entries.every(
        ([key, value]) => labelKey.test(key) && typeof value === 'string' && labelValue.test(value),
      );
      return right && entries.length > 0
        ? (Object.fromEntries(entries) as Record<string, string>)
        : undefined;
    },
  });
}

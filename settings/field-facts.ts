import { z } from 'zod';

/** A JSON Schema of what may be written; see https://json-schema.org/draft/2020-12. */
export type WrittenAs = Readonly<Record<string, unknown>>;

/** What one field takes, for messages, docs, `npm run config` and editors. */
export interface FieldFacts {
  /** In a word or two: `duration`, `whole number`, `word`. */
  readonly type: string;
  /** What a plain number counts. */
  readonly unit?: string;
  /** Completes the sentence "… must be". */
  readonly allowed: string;
  /** How to mend a wrong value; often with an example. */
  readonly mend: string;
  /** The value may hold a credential and is never repeated. */
  readonly hidden?: boolean;
  /** Bounds in plain units: milliseconds, bytes, thousandths of a CPU, or the number itself. */
  readonly range?: { readonly min: number; readonly max: number };
  /** Every value there is, where there are few. */
  readonly words?: readonly (string | number)[];
  readonly written: WrittenAs;
  /** Whether a value as written in a config is taken. */
  readonly accepts: (raw: unknown) => boolean;
}

/** The facts of each field by its schema; kept by the helpers in `fields.ts`. */
export const factsOf = z.registry<FieldFacts>();

/** Sections whose other keys depend on the value of one. */
export interface Variants {
  /** The key that decides. */
  readonly by: string;
  readonly schemas: Readonly<Record<string, z.ZodType>>;
}

/** The variants of a section by its schema, the one that stands in `sections`, where it cannot tell them itself. */
export const variantsOf = new WeakMap<z.ZodType, Variants>();

/** What a schema says of itself: its `.describe(…)`, and `.meta({ leftOut })` where leaving it out means more than a value. */
export interface Meaning {
  /** One sentence. */
  readonly description?: string;
  /** What holds where the key is left out, in words: no default says it. */
  readonly leftOut?: string;
}

/** The outermost description of a schema, and words for its default, through its wrappings. */
export function meaningOf(schema: unknown): Meaning {
  if (!(schema instanceof z.ZodType)) return {};
  const { description, leftOut } = z.globalRegistry.get(schema) ?? {};
  const inner = isWrapped(schema) ? meaningOf(schema.unwrap()) : {};
  return {
    ...inner,
    ...(description === undefined ? {} : { description }),
    ...(typeof leftOut === 'string' ? { leftOut } : {}),
  };
}

type Wrapped = z.ZodPrefault | z.ZodOptional | z.ZodDefault;

/** Whether a schema only adds to another that it may be left out. */
export function isWrapped(schema: unknown): schema is Wrapped {
  return schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
}

/** The schema within all wrappings, and within that of `given` in `fields.ts`. */
export function unwrapped(schema: unknown): unknown {
  if (isWrapped(schema)) return unwrapped(schema.unwrap());
  return isGiven(schema) ? unwrapped(schema.out) : schema;
}

/** Whether a schema only adds to another that it must not be left out, as `given` in `fields.ts` does. */
export function isGiven(schema: unknown): schema is z.ZodPipe {
  return schema instanceof z.ZodPipe && !(schema.out instanceof z.ZodTransform);
}

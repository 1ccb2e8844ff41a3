import { z } from 'zod';
import { factsOf, isWrapped, meaningOf, unwrapped, variantsOf, type FieldFacts } from './field-facts';
import { sections, type SectionName } from './schema';

/** One key that a config may hold, as its schema says it. */
export interface ConfigEntry {
  /** Key after `continuous-load:`; any item of a list is `[]`: `monitoring.receivers[].url`. */
  readonly key: string;
  /** `section` holds keys, `list` holds sections; a `field` holds a value, `values` several of one kind. */
  readonly form: 'section' | 'list' | 'field' | 'values';
  /** Values of the section's deciding key with which this key is there (`lab`, `k3d`); empty where it always is. */
  readonly kinds: readonly string[];
  /** One sentence; empty where the schema lacks one, which a test refuses. */
  readonly description: string;
  /** Whether what it is in cannot do without it. */
  readonly required: boolean;
  /** Of a field, or of each item of values. */
  readonly facts?: FieldFacts;
  /** What holds where the key is left out, as one would write it; absent where there is nothing to write. */
  readonly fallback?: unknown;
  /** What holds where the key is left out, in words. */
  readonly leftOut?: string;
}

/**
 * Every key of every section, a section before its keys, in the order of the schemas. Throws when a schema is of a kind that neither says
 * its keys nor its facts.
 */
export function configCatalogue(): readonly ConfigEntry[] {
  return (Object.keys(sections) as SectionName[]).flatMap((name) => joined(entriesOf(name, sections[name])));
}

/** Stands in a key for names that are the user's to choose. */
export const anyName = '<name>';

function entriesOf(key: string, schema: unknown, kinds: readonly string[] = []): ConfigEntry[] {
  const inner = unwrapped(schema);
  const { description = '', leftOut } = meaningOf(schema);
  const fallback = fallbackOf(schema);
  const head = {
    key,
    kinds,
    description,
    required: !isWrapped(schema) && leftOut === undefined,
    ...(fallback === undefined || leftOut !== undefined ? {} : { fallback }),
    ...(leftOut === undefined ? {} : { leftOut }),
  };
  if (inner instanceof z.ZodObject)
    return [
      { ...head, form: 'section' },
      ...Object.entries(inner.shape).flatMap(([name, field]) => entriesOf(`${key}.${name}`, field, kinds)),
    ];
  if (inner instanceof z.ZodArray) {
    const facts = ownFacts(unwrapped(inner.element));
    if (facts) return [{ ...head, form: 'values', facts }];
    const [, ...fields] = entriesOf(`${key}[]`, inner.element, kinds);
    return [{ ...head, form: 'list' }, ...fields];
  }
  if (inner instanceof z.ZodRecord)
    return [{ ...head, form: 'section' }, ...entriesOf(`${key}.${anyName}`, inner.valueType, kinds)];
  if (!(inner instanceof z.ZodType)) throw new Error(`${key} has no schema`);
  const variants = variantsOf.get(inner);
  if (variants)
    return [
      { ...head, form: 'section' },
      ...Object.entries(variants.schemas).flatMap(([kind, variant]) =>
        entriesOf(key, variant, [kind]).slice(1),
      ),
    ];
  const facts = ownFacts(inner);
  if (facts) return [{ ...head, form: 'field', facts }];
  throw new Error(
    `${key} is of a schema that says nothing of what it takes: make it of the helpers in settings/fields.ts, or add its variants`,
  );
}

function ownFacts(schema: unknown): FieldFacts | undefined {
  return schema instanceof z.ZodType ? factsOf.get(schema) : undefined;
}

function fallbackOf(schema: unknown): unknown {
  if (!isWrapped(schema)) return undefined;
  return schema instanceof z.ZodOptional ? fallbackOf(schema.unwrap()) : schema.def.defaultValue;
}

/** One entry for a key that means the same in several variants. */
function joined(entries: readonly ConfigEntry[]): ConfigEntry[] {
  const kept: ConfigEntry[] = [];
  for (const entry of entries) {
    const same = kept.findIndex((other) => other.key === entry.key && sameBut(other, entry));
    const other = kept[same];
    if (other === undefined) kept.push(entry);
    else kept[same] = { ...other, kinds: [...other.kinds, ...entry.kinds], ...widened(other, entry) };
  }
  const all = new Set(kept.flatMap(({ kinds }) => kinds)).size;
  return kept.map((entry) => (entry.kinds.length === all ? { ...entry, kinds: [] } : entry));
}

/** Where a key's own values tell the variants apart, they are told together. */
function widened({ facts: one }: ConfigEntry, { facts: two }: ConfigEntry): Pick<ConfigEntry, 'facts'> {
  if (one?.words === undefined || two?.words === undefined || one.allowed === two.allowed) return {};
  const words = [...one.words, ...two.words];
  const allowed = `one of ${words.join(', ')}`;
  const mend = `write one of ${words.join(', ')}`;
  return { facts: { ...one, words, allowed, mend, accepts: (raw) => one.accepts(raw) || two.accepts(raw) } };
}

function sameBut(one: ConfigEntry, two: ConfigEntry): boolean {
  const told = ({ form, description, fallback, leftOut, facts }: ConfigEntry) =>
    JSON.stringify([form, description, fallback, leftOut, facts?.words ? facts.type : facts?.allowed]);
  return told(one) === told(two);
}

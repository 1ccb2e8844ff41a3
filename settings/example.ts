import type { ConfigEntry } from './catalogue';
import type { FieldFacts } from './field-facts';

/** Has the form of a URL, which most secrets of this program are; some must have a path. */
const secretUrl = 'https://secret.invalid/secret';

/**
 * A value that a key takes and that shows how it is written: what its mending words name, else another than the default, else the default.
 * Undefined for sections, lists, credentials, and where nothing fits.
 */
export function exampleOf({ facts, fallback, form }: ConfigEntry): string | number | boolean | undefined {
  if (facts === undefined || facts.hidden) return undefined;
  const opposite = facts.type === 'true or false' ? [fallback !== true] : [];
  const [first] = form === 'values' && Array.isArray(fallback) ? (fallback as unknown[]) : [fallback];
  return [...opposite, ...namedIn(facts.mend), first, ...(facts.words ?? [])].find(
    (value): value is string | number | boolean =>
      ['string', 'number', 'boolean'].includes(typeof value) && facts.accepts(value),
  );
}

/** A value that stands for a secret where only its form can be judged: one that the key takes, if any is known. */
export function standInFor(entry: ConfigEntry | undefined): unknown {
  if (entry?.form === 'section') return {};
  if (entry?.form === 'list' || entry?.form === 'values') return [];
  const facts: FieldFacts | undefined = entry?.facts;
  if (entry === undefined || facts === undefined) return secretUrl;
  const candidates = [secretUrl, 'a'.repeat(32), 'secret', { secret: 'secret' }, exampleOf(entry)];
  return candidates.find((value) => value !== undefined && facts.accepts(value)) ?? secretUrl;
}

/** `write for example 1h: …` names `1h`; shorter and longer readings of it, as the field will tell which is meant. */
function namedIn(mend: string): string[] {
  const [, words] = /\b(?:write|example) (?:for example )?(.+)$/.exec(mend) ?? [];
  if (words === undefined) return [];
  const [long = ''] = words.split(/, or |[;,:] | in quotes/);
  const [short = ''] = words.split(/[\s,;]/);
  return [long, short].map((text) => text.replace(/^['"]|['":]$/g, ''));
}

/** Reading data of which nothing is known but that it came from JSON, and of which a preview leaves parts open. */

/** Stands where a preview cannot know the value yet: it is neither missing nor equal to anything. */
export const notKnown = Symbol('not known yet');

/** What lies at a path; undefined where nothing does, {@link notKnown} below anything that is not known. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (found === notKnown) return notKnown;
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}

/** Whether there is nothing: a value that is not known is there. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** The items of a list; none of anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The fields of an object; none of anything else. */
export function fields(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** A text; undefined for anything else. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The fields of an object that are texts, e.g. labels. */
export function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields(value).flatMap(([key, item]) => (typeof item === 'string' ? [[key, item]] : [])),
  );
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (value === notKnown) return 'not known yet';
  return value === undefined ? 'missing' : JSON.stringify(value);
}

/** A JSON text; undefined when it is none. */
export function parsedJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Each text within a value, with the path to it (`spec.env.0.value`). */
export function allTexts(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => allTexts(item, path === '' ? key : `${path}.${key}`));
}

/**
 * A plain copy of what Pulumi shows to a policy: an object that throws wherever a value is not known is no data for a rule, since the
 * first throw would end the rule, and its mandatory findings with it.
 */
export function plainCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const read = (key: string | number): unknown => {
    try {
      return plainCopy((value as Record<string | number, unknown>)[key]);
    } catch {
      return notKnown; // nothing else throws when data is read
    }
  };
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(index));
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}

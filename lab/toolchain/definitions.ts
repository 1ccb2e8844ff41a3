import { parseAllDocuments } from 'yaml';

/**
 * The CustomResourceDefinitions in YAML texts as plain objects, in the order in which they stand. Descriptions are left out: they are
 * most of the text, no API server needs them, and they would lie in the stack's state twice. Throws an Error on broken YAML.
 */
export function definitionsOf(texts: readonly string[]): Record<string, unknown>[] {
  return texts
    .flatMap((text) => [...parseAllDocuments(text)])
    .map((document) => {
      const [error] = document.errors;
      if (error) throw new Error(`a definition is no valid YAML: ${error.message}`);
      return document.toJS() as Record<string, unknown> | null;
    })
    .filter((definition) => definition !== null)
    .map((definition) => withoutDescriptions(definition) as Record<string, unknown>);
}

/** Drops the key `description` wherever it holds a text; a property that is called so holds a schema, and stays. */
function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === 'description' && typeof inner === 'string'))
      .map(([key, inner]) => [key, withoutDescriptions(inner)]),
  );
}

import { isMap, parseDocument, type Document } from 'yaml';
import { configCatalogue } from '../../settings/catalogue';
import { standInFor } from '../../settings/example';
import { Failure } from '../terminal/failure';

/** Prefix of this program's keys in a stack's config file. */
const namespace = 'continuous-load';

/** Reads a stack's config file. Throws a Failure that names the file and the place when it is no YAML map. */
export function parseConfig(text: string, file: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new Failure(`${file} is not valid YAML: ${error.message.split('\n')[0] ?? ''}`);
  if (document.contents !== null && !isMap(document.contents)) {
    throw new Failure(`${file} must hold a map with the key \`config\`, as \`pulumi config\` writes it.`);
  }
  return document;
}

/** Keys by which Pulumi remembers how secrets of the stack are encrypted. */
const encryptionKeys = ['secretsprovider', 'encryptedkey', 'encryptionsalt'];

/**
 * The stack's own copy of a config file: everything from the source, but the encryption salt from the copy made before (the source
 * in the checkout has none, and a new salt could not read the secrets in the state).
 */
export function mergeConfig(source: string, copyBefore: string | undefined, file: string): string {
  const merged = parseConfig(source, file);
  const before = copyBefore === undefined ? undefined : parseConfig(copyBefore, 'the copy of the config');
  for (const key of encryptionKeys) {
    const value: unknown = before?.get(key);
    if (value !== undefined && !merged.has(key)) merged.set(key, value);
  }
  return String(merged);
}

/** Sets `path=value` (dots and `[n]` as `pulumi config set --path` has them; the value is YAML) for this program's config. */
export function setInConfig(text: string, assignment: string, file: string): string {
  const equals = assignment.indexOf('=');
  const path = equals < 1 ? [] : splitPath(assignment.slice(0, equals));
  const [first, ...inner] = path;
  if (first === undefined)
    throw new Failure(`--set ${assignment}: write it as path=value, for example --set paths.service.rate=8.`);
  const value = parseDocument(assignment.slice(equals + 1));
  if (value.errors.length > 0) throw new Failure(`--set ${assignment}: the value is not valid YAML.`);
  const document = parseConfig(text, file);
  const key = first.includes(':') ? first : `${namespace}:${first}`;
  try {
    document.setIn(
      ['config', key, ...inner.map((part) => (/^\d+$/.test(part) ? Number(part) : part))],
      value.toJS(),
    );
  } catch {
    throw new Failure(`--set ${assignment}: ${file} has a plain value where the path goes further.`);
  }
  return String(document);
}

/** `a.b[0].c` → a, b, 0, c. */
function splitPath(path: string): string[] {
  return path
    .split(/[.[\]]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** This program's raw config by key without the namespace; the value of an encrypted secret is left as its `secure` map. */
export function ownConfig(text: string, file: string): Record<string, unknown> {
  const { config } = (parseConfig(text, file).toJS() ?? {}) as { config?: Record<string, unknown> };
  const prefix = `${namespace}:`;
  return Object.fromEntries(
    Object.entries(config ?? {}).map(([key, value]) => [
      key.startsWith(prefix) ? key.slice(prefix.length) : key,
      value,
    ]),
  );
}

/**
 * The config as Pulumi hands it to a program: plain values as text, nested ones as JSON, under namespaced keys. A secret, which only Pulumi
 * can read, is replaced by a value that its key takes.
 */
export function programConfig(text: string, file: string): Record<string, string> {
  const own = ownConfig(text, file);
  return Object.fromEntries(
    Object.entries(own).map(([key, raw]) => {
      const value = withoutSecrets(raw, key);
      const name = key.includes(':') ? key : `${namespace}:${key}`;
      return [name, typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)];
    }),
  );
}

function withoutSecrets(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, `${key}[]`));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === 'secure')
    return standInFor(configCatalogue().find((entry) => entry.key === key));
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutSecrets(inner, `${key}.${name}`)]));
}

/**
 * A config file as it can be read without its passphrase: each secret is replaced by a value that its key takes, and what tells how secrets are
 * encrypted is left out.
 */
export function withoutEncryption(text: string, file: string): string {
  const document = parseConfig(text, file);
  for (const key of encryptionKeys) document.delete(key);
  const { config } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
  const prefix = `${namespace}:`;
  for (const [key, value] of Object.entries(config ?? {}))
    if (JSON.stringify(value ?? null).includes('"secure"'))
      document.setIn(
        ['config', key],
        withoutSecrets(value, key.startsWith(prefix) ? key.slice(prefix.length) : key),
      );
  return String(document);
}

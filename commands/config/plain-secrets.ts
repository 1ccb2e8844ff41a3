import type { ConfigEntry } from '../../settings/catalogue';
import { normalKey } from './keys';

/** A credential that everybody can read who has the file, and how to write it instead. */
export interface PlainSecret {
  /** As `pulumi config set --path` takes it, with its namespace. */
  readonly key: string;
  readonly mend: string;
}

/**
 * Credentials that stand in a config file as plain text: keys whose own words are to set them by `pulumi config set --secret`. A path of a
 * kubeconfig is none. The program cannot see this, since Pulumi has decrypted everything by then.
 */
export function plainSecrets(
  raw: Readonly<Record<string, unknown>>,
  catalogue: readonly ConfigEntry[],
): PlainSecret[] {
  const credentials = new Set(
    catalogue.filter(({ facts }) => facts?.hidden && facts.mend.includes('--secret')).map(({ key }) => key),
  );
  return Object.entries(raw)
    .flatMap(([section, value]) => plainTexts(value, section))
    .filter(({ key, text }) => isCredential(key, credentials) && !isPath(key, text))
    .map(({ key }) => {
      const full = `continuous-load:${key}`;
      return { key: full, mend: `pulumi config set --secret --path '${full}' …` };
    });
}

interface Text {
  readonly key: string;
  readonly text: string;
}

function plainTexts(value: unknown, key: string): Text[] {
  if (typeof value === 'string' || typeof value === 'number') return [{ key, text: String(value) }];
  if (Array.isArray(value)) return value.flatMap((item, index) => plainTexts(item, `${key}[${index}]`));
  if (typeof value !== 'object' || value === null || isEncrypted(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => plainTexts(item, `${key}.${name}`));
}

/** As Pulumi writes a secret. */
function isEncrypted(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === 'secure';
}

/** A key of its own, or one within a map of them, such as headers. */
function isCredential(key: string, credentials: ReadonlySet<string>): boolean {
  const normal = normalKey(key);
  return credentials.has(normal) || credentials.has(normal.replace(/\.[^.]*$/, ''));
}

function isPath(key: string, text: string): boolean {
  return key === 'cluster.kubeconfig' && !/[{\n]/.test(text);
}

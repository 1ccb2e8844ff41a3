import type { ConfigEntry } from '../../settings/catalogue';
import { normalKey } from './keys';

/** What stands for a value that may be a secret. */
export const masked = 'a secret, not shown';

/** The value that raw sections hold at a key, secrets masked; undefined where it is not written. `[]` means every item. */
export function presentValue(
  raw: Readonly<Record<string, unknown>>,
  written: string,
  catalogue: readonly ConfigEntry[],
): unknown {
  const parts = written.replace(/^[\w-]+:/, '').match(/[^.[\]]+|\[\d*\]/g) ?? [];
  const hidden = new Set(catalogue.filter(({ facts }) => facts?.hidden).map(({ key }) => key));
  const value = parts.reduce<unknown>(inner, raw);
  return value === undefined ? undefined : withoutSecrets(value, normalKey(written), hidden);
}

function inner(value: unknown, part: string): unknown {
  const index = /^\[(\d*)\]$/.exec(part)?.[1];
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (index !== undefined && index !== '') return items[Number(index)];
    // A key of a list's items, or `[]`: of each item that has it.
    const found =
      index === '' ? items : items.map((item) => inner(item, part)).filter((item) => item !== undefined);
    return found.length === 0 ? undefined : found;
  }
  return typeof value === 'object' && value !== null && Object.hasOwn(value, part)
    ? (value as Record<string, unknown>)[part]
    : undefined;
}

function withoutSecrets(value: unknown, key: string, hidden: ReadonlySet<string>): unknown {
  if (hidden.has(key)) return masked;
  if (Array.isArray(value))
    return value.map((item) =>
      withoutSecrets(item, key.endsWith('[]') || hidden.has(key) ? key : `${key}[]`, hidden),
    );
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === 'secure') return masked;
  return Object.fromEntries(
    entries.map(([name, item]) => [name, withoutSecrets(item, `${key}.${name}`, hidden)]),
  );
}

import type { ConfigEntry } from '../../settings/catalogue';
import { nearest } from '../../settings/nearest';
import { configNamespace } from '../../settings/problem';
import { Failure } from '../terminal/failure';

/** A key as a user may write it, as the catalogue spells it: no namespace, any item of a list `[]`. */
export function normalKey(written: string): string {
  const bare = written.startsWith(`${configNamespace}:`)
    ? written.slice(configNamespace.length + 1)
    : written;
  return bare
    .trim()
    .replace(/\[\d*\]|\.(?:\d+)(?=\.|$)/g, '[]')
    .replace(/\.$/, '');
}

/**
 * The entries of a key: several where it means different things on different kinds of cluster. Throws a Failure that names the key that was
 * probably meant, else what there is.
 */
export function entriesOf(written: string, catalogue: readonly ConfigEntry[]): readonly ConfigEntry[] {
  const key = normalKey(written);
  const found = withKey(key, catalogue);
  if (found.length > 0) return found;
  const values = key.endsWith('[]') ? withKey(key.slice(0, -2), catalogue) : [];
  if (values.length > 0) return values;
  throw new Failure(unknown(written, key, catalogue));
}

/** Entries right under a key; of everything where the key is empty. */
export function childrenOf(key: string, catalogue: readonly ConfigEntry[]): readonly ConfigEntry[] {
  return catalogue.filter((entry) => parentOf(entry.key) === key);
}

function withKey(key: string, catalogue: readonly ConfigEntry[]): readonly ConfigEntry[] {
  return catalogue.filter((entry) => entry.key === key);
}

function parentOf(key: string): string {
  const dot = key.lastIndexOf('.');
  return dot < 0 ? '' : key.slice(0, dot).replace(/\[\]$/, '');
}

function lastOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

function unknown(written: string, key: string, catalogue: readonly ConfigEntry[]): string {
  const start = `There is no key '${written}'`;
  const list = '`npm run config -- explain` lists the sections';
  const { mended, known } = mend(key, catalogue);
  if (mended !== undefined) return `${start}; did you mean ${mended}? ${list}.`;
  const name = lastOf(key).replace(/\[\]$/, '');
  const alike = [
    ...new Set(catalogue.filter((entry) => lastOf(entry.key) === name).map((entry) => entry.key)),
  ];
  if (alike.length > 0 && alike.length <= 12) return `${start}; did you mean ${alike.join(' or ')}? ${list}.`;
  const names = [...new Set(childrenOf(known, catalogue).map((entry) => lastOf(entry.key)))];
  return names.length === 0
    ? `${start}: ${known} has no keys under it. ${list}.`
    : `${start}; known keys ${known === '' ? 'are' : `under ${known} are`} ${names.join(', ')}.`;
}

/** The key with each misspelt word mended, and how far it was known at all. */
function mend(key: string, catalogue: readonly ConfigEntry[]): { mended?: string; known: string } {
  let sofar = '';
  for (const part of key.split('.')) {
    const name = part.replace(/\[\]$/, '');
    const names = childrenOf(sofar, catalogue).map((entry) => lastOf(entry.key));
    const meant = names.includes(name) ? name : nearest(name, names);
    if (meant === undefined) return { known: sofar };
    sofar = sofar === '' ? meant : `${spelled(sofar, catalogue)}.${meant}`;
  }
  return { mended: sofar, known: sofar };
}

/** A list is spelled with its brackets where a key of its items follows. */
function spelled(key: string, catalogue: readonly ConfigEntry[]): string {
  return withKey(key, catalogue).some(({ form }) => form === 'list') ? `${key}[]` : key;
}

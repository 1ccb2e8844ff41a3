import type { ConfigEntry } from '../settings/catalogue';

/** What may be written at one key, over all kinds of its section. */
export interface Key {
  readonly name: string;
  readonly entries: readonly ConfigEntry[];
  readonly children: readonly Key[];
}

/** The keys right under a prefix (`''`, or one that ends in a dot), each with all of its own. */
export function tree(entries: readonly ConfigEntry[], prefix: string): Key[] {
  const names = new Map<string, ConfigEntry[]>();
  for (const entry of entries) {
    const rest = entry.key.slice(prefix.length);
    const name = /^[^.[]+/.exec(rest)?.[0];
    if (!entry.key.startsWith(prefix) || name === undefined) continue;
    names.set(name, [...(names.get(name) ?? []), entry]);
  }
  return [...names].map(([name, found]) => {
    const own = found.filter(({ key }) => key === `${prefix}${name}`);
    const inner = own[0]?.form === 'list' ? `${prefix}${name}[].` : `${prefix}${name}.`;
    return { name, entries: own, children: tree(found, inner) };
  });
}

/** With a full stop where there is none. */
export const sentence = (text: string) => (text === '' || /[.!?]$/.test(text) ? text : `${text}.`);

/** What a key says of itself; where kinds say different things, each its own. */
export function told(entries: readonly ConfigEntry[], say: (entry: ConfigEntry) => string): string {
  const by = new Map<string, string[]>();
  for (const entry of entries) {
    const text = say(entry);
    if (text !== '') by.set(text, [...(by.get(text) ?? []), ...entry.kinds]);
  }
  if (by.size === 1) return [...by.keys()][0] ?? '';
  return [...by].map(([text, kinds]) => `With ${kinds.join(', ')}: ${text}`).join(' ');
}

/** Kinds with which a key is there; none where it always is. */
export const kindsOf = ({ entries }: Key) => [...new Set(entries.flatMap(({ kinds }) => kinds))].sort();

/** Whether a key is there with some of the kinds only that what it is in is there with. */
export function isSpecial(key: Key, outer: readonly string[]): boolean {
  return kindsOf(key).length > 0 && kindsOf(key).join() !== outer.join();
}

/** What a key is for; `outer` are the kinds with which its section is there. */
export function describe(key: Key, outer: readonly string[]): string {
  const { entries } = key;
  const words = told(entries, ({ description }) => sentence(description));
  const where = isSpecial(key, outer) ? `Only with kind ${kindsOf(key).join(', ')}.` : '';
  return [words, where].filter((text) => text !== '').join(' ');
}

/** What may be written; empty for a section. */
export function allowedOf({ entries }: Key): string {
  // The key that decides between kinds has each kind's name from its own schema.
  const words = entries.map(({ facts }) => facts?.words);
  if (words.length > 1 && words.every((some) => some !== undefined))
    return `Must be one of ${words.flat().join(', ')}.`;
  return told(entries, ({ facts }) => (facts ? sentence(`Must be ${facts.allowed}`) : ''));
}

/** What holds where the key is left out; empty where there is nothing to say. */
export function fallbackOf({ entries }: Key): string {
  return told(entries, ({ leftOut, fallback, form }) => {
    if (leftOut !== undefined) return sentence(`Left out: ${leftOut}`);
    if (fallback === undefined || form === 'section' || form === 'list') return '';
    return sentence(`Default ${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}`);
  });
}

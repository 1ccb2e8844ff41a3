/** Makes the files in `args/` from the schemas of a stack's config: `npx tsx plugin/docs.ts` writes them, a test checks them. */
import { configCatalogue } from '../settings/catalogue';
import {
  allowedOf,
  describe,
  fallbackOf,
  isSpecial,
  type Key,
  kindsOf,
  sentence,
  told,
  tree,
} from './config-keys';
import type { PartName } from './part-name';
import { parts } from './parts';

/** A file of the package, from its directory. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

interface Interface {
  readonly name: string;
  readonly description: string;
  readonly properties: readonly Property[];
}

interface Property {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly description: string;
  /** What may be written. */
  readonly allowed: string;
  /** Said last, unless another interface of the same name says something else. */
  readonly fallback: string;
}

/** Sections that look alike wherever they are share one interface. */
const sharedNames: Readonly<Record<string, string>> = {
  latency: 'LatencyArgs',
  resources: 'ResourcesArgs',
  requests: 'RequestsArgs',
  limits: 'LimitsArgs',
  otlp: 'OtlpArgs',
};

/** What an interface is that several sections share. */
const sharedWords: Readonly<Record<string, string>> = {
  PathArgs: 'Load and objectives of a path.',
  ResourcesArgs: 'What one pod is sure of, and what it may take.',
  OtlpArgs: 'An OTLP/HTTP receiver of metrics.',
  ReceiverArgs: 'One who is told of alerts.',
  TargetArgs: 'A URL, a DNS name or a TCP port of your own.',
};

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** `receivers[]` holds receivers: one of them is a `Receiver`. */
const singular = (name: string) => (name.endsWith('[]') ? name.slice(0, -3) : name);

const scalars: Readonly<Record<string, string>> = {
  number: 'number',
  'whole number': 'number',
  'true or false': 'boolean',
  'map of labels': 'Record<string, string>',
  'map of headers': 'Record<string, string>',
};

const scalar = (type: string) => scalars[type] ?? 'string';

/** Interfaces of a section and of all in it, the outermost last. */
function interfacesOf(key: Key, name: string, outer: readonly string[] = allKinds(key)): Interface[] {
  const inner: Interface[] = [];
  const properties = key.children.map((child): Property => {
    const [first] = child.entries;
    if (first === undefined) throw new Error(`${name}.${child.name} is in no catalogue`);
    const isSection = child.children.length > 0;
    const own = innerName(child, name, key.name);
    if (isSection) inner.push(...interfacesOf(child, own, isSpecial(child, outer) ? kindsOf(child) : outer));
    const one = isSection ? own : scalar(first.facts?.type ?? '');
    return {
      name: child.name,
      type: first.form === 'list' || first.form === 'values' ? `${one}[]` : one,
      optional: isSpecial(child, outer) || !child.entries.every(({ required }) => required),
      description: describe(child, outer),
      allowed: allowedOf(child),
      fallback: fallbackOf(child),
    };
  });
  const description = sharedWords[name] ?? told(key.entries, ({ description: words }) => sentence(words));
  return [...inner, { name, description, properties }];
}

/** Every kind that a section knows. */
function allKinds(section: Key): string[] {
  return [...new Set(section.children.flatMap(kindsOf))].sort();
}

function innerName(child: Key, outer: string, section: string): string {
  if (section === 'paths') return 'PathArgs';
  const shared = sharedNames[child.name];
  if (shared !== undefined) return shared;
  const isList = child.entries[0]?.form === 'list';
  return isList
    ? `${capital(singular(`${child.name}[]`))}Args`
    : `${outer.replace(/Args$/, '')}${capital(child.name)}Args`;
}

/** One interface of each name. Where two differ in what a default is, neither tells it; where they differ in shape, it is thrown. */
function joined(interfaces: readonly Interface[]): Interface[] {
  const found = new Map<string, Interface>();
  for (const one of interfaces) {
    const other = found.get(one.name);
    found.set(one.name, other === undefined ? one : same(other, one));
  }
  return [...found.values()];
}

function same(one: Interface, two: Interface): Interface {
  const shape = ({ properties }: Interface) =>
    JSON.stringify(properties.map(({ name, type, optional, allowed }) => [name, type, optional, allowed]));
  if (shape(one) !== shape(two))
    throw new Error(`two interfaces ${one.name} differ: ${shape(one)}, ${shape(two)}`);
  return {
    ...one,
    properties: one.properties.map((property, i) => ({
      ...property,
      fallback: two.properties[i]?.fallback === property.fallback ? property.fallback : '',
    })),
  };
}

/** The interfaces of each section, and those that several share, by the file that they are in. */
function sectionFiles(): Map<string, Interface[]> {
  const files = new Map<string, Interface[]>([[sharedFile, []]]);
  const keys = tree(configCatalogue(), '').filter(({ name }) => publicSections.has(name));
  for (const key of keys.filter(({ children }) => children.length > 0)) {
    const interfaces = interfacesOf(key, sectionType(key));
    files.set(key.name, key.name === 'paths' ? interfaces.slice(0, -1) : interfaces);
  }
  const shared = new Set(Object.values(sharedNames));
  const all = [...files.values()].flat();
  files.set(sharedFile, joined(all.filter(({ name }) => shared.has(name))));
  for (const [file, interfaces] of files)
    if (file !== sharedFile) files.set(file, joined(interfaces.filter(({ name }) => !shared.has(name))));
  return files;
}

const sharedFile = 'shared';
const publicSections = new Set<string>(Object.values(parts).flatMap(({ sections }) => [...sections]));

function sectionType({ name, entries, children }: Key): string {
  // Names of paths have dashes, which properties of other languages cannot have.
  if (name === 'paths') return 'Record<string, PathArgs>';
  if (children.length === 0) return scalar(entries[0]?.facts?.type ?? '');
  return entries[0]?.form === 'list' ? `${capital(singular(`${name}[]`))}Args` : `${capital(name)}Args`;
}

/** What a component takes, as an interface. */
function partInterface(name: PartName): Interface {
  const { sections, own } = parts[name];
  const catalogue = configCatalogue();
  const keys = tree(catalogue, '');
  const properties = sections.map((section): Property => {
    const key = keys.find((each) => each.name === section);
    if (key === undefined) throw new Error(`no section ${section}`);
    const list = key.entries[0]?.form === 'list' ? '[]' : '';
    return {
      name: section,
      type: `${sectionType(key)}${list}`,
      optional: true,
      description: section === 'paths' ? describePaths(key) : describe(key, []),
      allowed: allowedOf(key),
      fallback: fallbackOf(key),
    };
  });
  const others = own.map((argument): Property => ({
    name: argument.name,
    type: argument.type ?? sharedNames[argument.name] ?? 'string',
    optional: argument.required !== true,
    description: argument.description ?? '',
    allowed: '',
    fallback: '',
  }));
  return {
    name: `${name}Args`,
    description: `Arguments of ${name}.`,
    properties: [...others, ...properties],
  };
}

function describePaths(key: Key): string {
  const names = key.children.map(({ name }) => name);
  return `${describe(key, [])} Its keys are names of paths: ${names.join(', ')}.`;
}

/** Files with the interfaces of all arguments, formatted. */
export async function argsSource(): Promise<readonly SourceFile[]> {
  const { format, resolveConfig } = await import('prettier');
  const options = { ...(await resolveConfig(__filename)), parser: 'typescript' };
  const sections = sectionFiles();
  const homes = new Map([...sections].flatMap(([file, all]) => all.map(({ name }) => [name, file] as const)));
  const files = new Map<string, readonly Interface[]>([
    ...sections,
    ...(Object.keys(parts) as PartName[]).map((name) => [fileOf(name), [partInterface(name)]] as const),
  ]);
  const texts = [...files].map(async ([file, interfaces]) => ({
    file: `args/${fileOf(file)}.ts`,
    text: await format(
      [head, importsOf(file, interfaces, homes), ...interfaces.map(source)].join('\n\n'),
      options,
    ),
  }));
  return Promise.all(texts);
}

const head =
  '// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.';

const fileOf = (name: string) => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

function importsOf(
  file: string,
  interfaces: readonly Interface[],
  homes: ReadonlyMap<string, string>,
): string {
  const named = new Map<string, Set<string>>();
  for (const { type } of interfaces.flatMap(({ properties }) => properties)) {
    const name = /[A-Z]\w*Args/.exec(type)?.[0] ?? '';
    const home = homes.get(name);
    if (home !== undefined && home !== file) named.set(home, (named.get(home) ?? new Set()).add(name));
  }
  return [...named]
    .sort()
    .map(([home, names]) => `import type { ${[...names].sort().join(', ')} } from './${fileOf(home)}';`)
    .join('\n');
}

function source({ name, description, properties }: Interface): string {
  const lines = properties.map(({ name: property, type, optional, description: words, allowed, fallback }) =>
    [comment([words, allowed, fallback]), `${property}${optional ? '?' : ''}: ${type};`].join('\n'),
  );
  return `${comment([description])}\nexport interface ${name} {\n${lines.join('\n')}\n}`;
}

/** A doc comment, which becomes the description in every language. */
function comment(sentences: readonly string[]): string {
  return `/** ${sentences
    .filter((text) => text !== '')
    .join(' ')
    .replaceAll('*/', '*\u200b/')} */`;
}

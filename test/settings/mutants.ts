import fc from 'fast-check';
import type { ConfigEntry } from '../../settings/catalogue';
import { configCatalogue } from '../../settings/catalogue';
import { exampleOf } from '../../settings/example';
import { existing, images, lab, type Sections } from './reading';

/** What is done to one key of a right config. */
export type Mutation =
  'wrong type' | 'out of bounds' | 'unknown key' | 'misspelt word' | 'wrong unit' | 'empty';

/** One key of a right config made wrong. */
export interface Mutant {
  readonly mutation: Mutation;
  /** The section, list or field that is touched, as the catalogue spells it. */
  readonly entry: ConfigEntry;
  /** The key as the refusal must spell it. */
  readonly field: string;
  /** Where the wrong value is put. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

const catalogue = configCatalogue();
const targets = [{ name: 'checkout', http: { url: 'https://checkout.example.org/' } }];
const receivers = [{ name: 'pager', url: 'http://pager.example.org/' }];

/** A right config of each kind of cluster. */
export const rightConfigs: Readonly<Record<string, Sections>> = {
  lab: { cluster: { ...lab, nodes: 3 }, paths: { service: { rate: 8 } }, targets, monitoring: { receivers } },
  k3d: { cluster: { kind: 'k3d', agents: 1 }, targets, period: '28d', monitoring: { receivers } },
  existing: { cluster: existing, images, targets, load: { maxRate: 200 }, monitoring: { receivers } },
  eks: {
    cluster: {
      kind: 'eks',
      account: '123456789012',
      region: 'eu-west-1',
      publicCidrs: ['198.51.100.7/32'],
      instanceChaos: { stopAlarm: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:pages' },
    },
    images,
    targets,
    load: { maxRate: 200 },
    monitoring: { receivers },
  },
};

/** Sections and keys that need others beside them, so that alone they are wrong already. */
const needsOthers =
  /^monitoring\.receivers\[\]\.(url|slack|pagerDuty|email|deadManSwitch)|^monitoring\.longTerm\.remoteWrite|^targets\[\]\.(dns|tcp|http\.(body|bodyContains))|^monitoring\.receivers\[\]\.owners/;

/** Every key that may be made wrong in a right config of a kind. */
export function keysOf(kind: string): readonly ConfigEntry[] {
  return catalogue.filter(
    ({ key, kinds }) =>
      (kinds.length === 0 || kinds.includes(key.startsWith('monitoring.') ? 'own' : kind)) &&
      !needsOthers.test(key) &&
      // Maps take keys of the user's own.
      !key.includes('<') &&
      !catalogue.some((inner) => inner.key.startsWith(`${key}.<`)) &&
      key !== 'cluster' &&
      key !== 'cluster.kind' &&
      key !== 'monitoring.kind',
  );
}

/** One mutant of a key; there is one for every key. */
export function mutantOf(entry: ConfigEntry): fc.Arbitrary<Mutant> {
  const path = entry.key
    .split('.')
    .flatMap((part) => (part.endsWith('[]') ? [part.slice(0, -2), 0] : [part]));
  const wrong = (entry.form === 'section' ? ofSection : entry.form === 'field' ? ofField : ofList)(entry);
  // A sort first, so that those with few values come as often as the others.
  const sorts = [...new Set(wrong.map(([mutation]) => mutation))];
  const one = fc
    .constantFrom(...sorts)
    .chain((sort) => fc.constantFrom(...wrong.filter(([mutation]) => mutation === sort)));
  return one.map(([mutation, value, inner]) => {
    const whole = inner === undefined ? path : [...path, inner];
    return { mutation, entry, value, path: whole, field: spelled(whole) };
  });
}

/** A copy of sections with values put where mutants say. */
export function mutated(right: Sections, mutants: readonly Mutant[]): Sections {
  const copy = structuredClone(right) as Record<string | number, unknown>;
  for (const { path, value } of mutants) {
    let at = copy;
    path.slice(0, -1).forEach((part, index) => {
      if (typeof at[part] !== 'object' || at[part] === null)
        at[part] = typeof path[index + 1] === 'number' ? [] : {};
      at = at[part] as Record<string | number, unknown>;
    });
    at[path.at(-1) ?? ''] = value;
  }
  return copy;
}

/** Whether one key lies within the other, so that only one of them can be told. */
export function overlap(one: Mutant, two: Mutant): boolean {
  const [short, long] = [one.path, two.path].sort((a, b) => a.length - b.length);
  return (short ?? []).every((part, index) => part === long?.[index]);
}

type Wrong = readonly [mutation: Mutation, value: unknown, inner?: string | number];

function ofSection(entry: ConfigEntry): Wrong[] {
  const names = catalogue
    .filter(({ key }) => key.startsWith(`${entry.key}.`))
    .map(({ key }) => /^[^.[]+/.exec(key.slice(entry.key.length + 1))?.[0] ?? '');
  const misspelt = `${names[0] ?? 'key'}x`;
  return [
    ['wrong type', 7],
    ['wrong type', ['a']],
    ['wrong type', 'text'],
    ['empty', null],
    ['unknown key', {}, misspelt],
    ['unknown key', 'x', 'noSuchKey'],
  ];
}

/** Of a list: it is none, or its first item is wrong. */
function ofList(entry: ConfigEntry): Wrong[] {
  const whole: Wrong[] = [
    ['wrong type', { a: 1 }],
    ['wrong type', 'text'],
    ['empty', null],
  ];
  if (entry.form === 'list') return [...whole, ['wrong type', 7, 0]];
  const items = entry.facts ? ofField({ ...entry, form: 'field' }) : [];
  return [...whole, ...items.map(([mutation, value]): Wrong => [mutation, value, 0])];
}

function ofField(entry: ConfigEntry): Wrong[] {
  const { facts } = entry;
  if (!facts) return [];
  const example = exampleOf(entry);
  const { range, type } = facts;
  const unit = ({ duration: 'ms', size: 'KB', CPUs: 'm' } as Record<string, string>)[type];
  const step = type === 'size' ? 1024 : 1;
  const spell = (amount: number): unknown =>
    unit === undefined ? amount : `${Math.ceil(amount / step)}${unit}`;
  const candidates: Wrong[] = [
    ['wrong type', { nested: true }],
    ['wrong type', [[]]],
    ['wrong type', type === 'true or false' ? 2 : true],
    ['wrong type', type === 'text' ? 17.5 : '\n'],
    ['empty', null],
    ['empty', ''],
    ...(range
      ? ([
          ['out of bounds', spell(range.max * 2 + 1)],
          ['out of bounds', spell(range.max + 1024)],
          ['out of bounds', unit === undefined || range.min === 0 ? range.min - 1 : spell(range.min - step)],
        ] satisfies Wrong[])
      : []),
    ...(unit === undefined || example === undefined
      ? []
      : ([
          ['wrong unit', `${String(example)}ec`],
          ['wrong unit', `${parseInt(String(example))} fortnights`],
          ['wrong unit', type === 'CPUs' ? '5%' : parseInt(String(example))],
        ] satisfies Wrong[])),
    ...(type === 'true or false' ? ['yes', 'True', 'flase'] : []).map((word): Wrong => [
      'misspelt word',
      word,
    ]),
    ...(facts.words ?? []).flatMap((word): Wrong[] => [
      ['misspelt word', `${String(word)}x`],
      ['misspelt word', String(word).toUpperCase()],
    ]),
  ];
  // A number among the words has no upper case.
  return candidates.filter(([, value]) => !(facts.words ?? []).map(String).includes(String(value)));
}

function spelled(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (sofar, part) =>
      typeof part === 'number' ? `${sofar}[${part}]` : sofar === '' ? part : `${sofar}.${part}`,
    '',
  );
}

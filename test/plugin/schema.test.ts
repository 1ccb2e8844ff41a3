import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnalyzeResult } from '@pulumi/pulumi/provider/experimental/analyzer';
import { parse } from 'yaml';
import { componentsPage, inferred as infer, pageFile, type Property } from '../../plugin/components-page';
import * as components from '../../plugin/index.ts';

const directory = join(__dirname, '..', '..', 'plugin');

/** What Pulumi infers, as its component provider host does for every other language. */
let inferred: AnalyzeResult;
beforeAll(() => {
  inferred = infer();
});

type Properties = Readonly<Record<string, Property>>;
const parts = () => [
  ...Object.entries(inferred.components).flatMap(([name, { inputs, outputs }]) => [
    { name: `${name} takes`, properties: inputs },
    { name: `${name} gives`, properties: outputs },
  ]),
  ...Object.values(inferred.typeDefinitions).map(({ name, properties = {} }) => ({ name, properties })),
];

/** `rate?: number`, `latency?: LatencyArgs`, `targets?: TargetArgs[]`. */
function lines(properties: Properties): string[] {
  const type = ({ type: plain, $ref, items, additionalProperties }: Property): string => {
    if (items) return `${type(items)}[]`;
    if (additionalProperties) return `map of ${type(additionalProperties)}`;
    return plain ?? $ref?.split(':').at(-1) ?? '';
  };
  return Object.entries(properties).map(
    ([name, property]) => `${name}${property.optional ? '?' : ''}: ${type(property)}`,
  );
}

test('Pulumi can infer the schema, and it is the public one', () => {
  expect(Object.keys(inferred.components).sort()).toEqual(Object.keys(components).sort());
  expect(
    Object.fromEntries(parts().map(({ name, properties }) => [name, lines(properties)])),
  ).toMatchSnapshot();
});

test('every component and every property is described', () => {
  const bare = parts().flatMap(({ name, properties }) =>
    Object.entries(properties)
      .filter(([, { description = '' }]) => !/^\S.*\.$/s.test(description))
      .map(([property]) => `${name} ${property}`),
  );
  const bareComponents = Object.values(inferred.components).filter(
    ({ description = '' }) => description === '',
  );
  expect([...bare, ...bareComponents.map(({ name }) => name)]).toEqual([]);
});

test('inputs are plain: they decide what is made', () => {
  const outer = Object.values(inferred.components).flatMap(({ inputs }) => Object.values(inputs));
  expect(outer.filter(({ plain }) => plain !== true)).toEqual([]);
});

test('the page has the tables of the schema; if not: npx tsx plugin/docs.ts', async () => {
  const page = readFileSync(join(directory, '..', pageFile), 'utf8');
  expect(page).toBe(await componentsPage(page, inferred));
});

describe('the YAML example', () => {
  const example = parse(readFileSync(join(directory, '..', 'examples', 'yaml', 'Pulumi.yaml'), 'utf8'));

  /** What is wrong with a value by the schema: unknown and missing properties, at any depth. */
  function wrong(properties: Properties, value: any, at: string): string[] {
    const unknown = Object.keys(value).filter((key) => !(key in properties));
    const missing = Object.keys(properties).filter((key) => !properties[key]!.optional && !(key in value));
    const inner = Object.entries(value).flatMap(([key, one]) =>
      properties[key] ? wrongOf(properties[key], one, `${at}.${key}`) : [],
    );
    return [
      ...unknown.map((key) => `${at}.${key} is unknown`),
      ...missing.map((key) => `${at}.${key} is missing`),
      ...inner,
    ];
  }

  function wrongOf({ type, $ref, items, additionalProperties }: Property, value: any, at: string): string[] {
    if (items) return value.flatMap((one: unknown, i: number) => wrongOf(items, one, `${at}[${i}]`));
    if (additionalProperties)
      return Object.entries(value).flatMap(([key, one]) =>
        wrongOf(additionalProperties, one, `${at}.${key}`),
      );
    if ($ref) return wrong(inferred.typeDefinitions[$ref.split(':').at(-1)!]!.properties!, value, at);
    return typeof value === type ? [] : [`${at} is no ${type}`];
  }

  const component = (type: string) => inferred.components[type.replace('continuous-load:', '')]!;

  it('gives each component what its schema has, and nothing else', () => {
    const ours = Object.entries<any>(example.resources).filter(([, { type }]) =>
      type.startsWith('continuous-load:'),
    );
    expect(ours.length).toBeGreaterThan(0);
    for (const [name, { type, properties, options }] of ours) {
      expect(wrong(component(type).inputs, properties, name)).toEqual([]);
      expect(options.provider).toBe('${cluster}');
    }
  });

  it('would not pass with a wrong key, a missing one or a wrong type', () => {
    const { inputs } = component('continuous-load:LoadInjector');
    const targets = [{ name: 'shop', htttp: {}, rate: '4' }];
    expect(wrong(inputs, { targets }, 'load')).toEqual([
      'load.otlp is missing',
      'load.targets[0].htttp is unknown',
      'load.targets[0].rate is no number',
    ]);
  });

  it('takes from components only what they give', () => {
    const used = [...JSON.stringify(example).matchAll(/\$\{load\.(\w+)/g)].map(([, output]) => output!);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((output) => !(output in component(example.resources.load.type).outputs))).toEqual([]);
  });
});

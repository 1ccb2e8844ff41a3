import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Analyzer, type AnalyzeResult } from '@pulumi/pulumi/provider/experimental/analyzer';
import * as components from '../../plugin/index.ts';

const directory = join(__dirname, '..', '..', 'plugin');
const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));

/** What Pulumi infers, as its component provider host does for every other language. */
let inferred: AnalyzeResult;
beforeAll(() => {
  const names = new Set(Object.keys(components));
  inferred = new Analyzer(directory, manifest.name, manifest, names).analyze();
});

type Properties = AnalyzeResult['components'][string]['inputs'];
const parts = () => [
  ...Object.entries(inferred.components).flatMap(([name, { inputs, outputs }]) => [
    { name: `${name} takes`, properties: inputs },
    { name: `${name} gives`, properties: outputs },
  ]),
  ...Object.values(inferred.typeDefinitions).map(({ name, properties = {} }) => ({ name, properties })),
];

/** `rate?: number`, `latency?: LatencyArgs`, `targets?: TargetArgs[]`. */
function lines(properties: Properties): string[] {
  const type = ({ type: plain, $ref, items, additionalProperties }: Properties[string]): string => {
    if (items) return `${type(items)}[]`;
    if (additionalProperties) return `map of ${type(additionalProperties)}`;
    return plain ?? $ref?.split(':').at(-1) ?? '';
  };
  return Object.entries(properties).map(
    ([name, property]) => `${name}${property.optional ? '?' : ''}: ${type(property)}`,
  );
}

test('Pulumi can infer the schema, and it is the public one', () => {
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

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { changedAlerts } from '../../../commands/slo/backtest/changes';
import { Definitions } from '../../../commands/slo/backtest/definitions';
import { expand } from '../../../commands/slo/backtest/expand';
import { readRulesFile } from '../../../commands/slo/backtest/rules-file';
import { expression } from '../../../policies/lib/promql';
import { defaultModel } from '../../../signals/model';
import { isAlert, type RuleGroup } from '../../../signals/rule-types';
import { ruleGroups } from '../../../signals/rules';

const group = (rules: RuleGroup['rules'], interval = '30s'): RuleGroup => ({ name: 'g', interval, rules });
const present = new Definitions([
  group([
    { record: 'a', expr: 'raw', labels: { path: 'x' } },
    { record: 'b', expr: 'sum(a{path="x"})' },
  ]),
]);
const changed = new Definitions([
  group([
    { record: 'a', expr: 'raw > 1', labels: { path: 'x' } },
    { record: 'b', expr: 'sum(a{path="x"})' },
  ]),
]);
const a = 'label_replace(raw > 1, "path", "x", "", "")';

test.each([
  ['raw + 1', 'raw + 1'],
  ['a > 2', `(${a}) > 2`],
  ['a{path="x"}[5m]', `(${a})[5m:30s]`],
  ['rate(a[5m] offset 1m)', `rate((${a})[5m:30s] offset 1m)`],
  ['raw - a offset 1m', `raw - last_over_time((${a})[30s:30s] offset 1m)`],
  ['max_over_time(a[1h:1m])', `max_over_time((${a})[1h:1m])`],
  ['a{path="y"}', 'a{path="y"}'],
  // b has the same text, and stands on another a
  ['b', `(sum((${a})))`],
])('%s is asked as %s', (expr, asked) => {
  expect(expand(expr, changed, present)).toBe(asked);
  expect(expand(expr, present, present)).toBe(expr);
});

test('what cannot be told apart, or stands on itself, is not replayed', () => {
  expect(() => expand('b{instance="i"}', changed, present)).toThrow(
    /its label instance is no label of its rule/,
  );
  const itself = new Definitions([group([{ record: 'c', expr: 'c + 1' }])]);
  expect(() => expand('c', itself, present)).toThrow(/stands on itself/);
});

test('every rule about a path can be put together from raw counters, as PromQL', () => {
  const groups = ruleGroups(defaultModel());
  const definitions = new Definitions(groups);
  const ofPaths = groups.filter(({ name }) => /\.(counts|objectives|period)$/.test(name));
  expect(ofPaths.length).toBeGreaterThan(20);
  for (const rule of ofPaths.flatMap(({ rules }) => rules)) {
    const asked = expand(rule.expr, definitions, new Definitions([]));
    expect([asked.slice(0, 200), expression(asked).wrongAt]).toEqual([asked.slice(0, 200), undefined]);
    for (const { metric } of expression(asked).selectors)
      expect(definitions.of({ metric, matchers: [] })).toEqual([]);
  }
});

test('only the alerts that a change is about are replayed', () => {
  const model = defaultModel();
  const of = (changes: Partial<(typeof model.paths)[number]>) =>
    changedAlerts(
      ruleGroups(model),
      ruleGroups({
        ...model,
        paths: model.paths.map((path) => (path.name === 'udp' ? { ...path, ...changes } : path)),
      }),
    ).map(({ kind, alert, path }) => `${kind} ${alert} ${path}`);
  expect(of({})).toEqual([]);
  // What mutes a page is replayed with it.
  expect(of({ availabilityPercent: 99.9 })).toEqual([
    'changed ExplainedBurn udp',
    'changed SloFastBurn udp',
    'changed SloSlowBurn udp',
  ]);
  expect(of({ latencyPercent: 99.5 })).toEqual(['changed LatencyBurn udp']);
  const without = { ...model, paths: model.paths.filter(({ name }) => name !== 'udp') };
  const removed = changedAlerts(ruleGroups(model), ruleGroups(without)).filter(
    ({ kind }) => kind === 'removed',
  );
  expect(removed.map(({ path }) => path)).toEqual(removed.map(() => 'udp'));
  expect(removed.length).toBeGreaterThan(5);
});

describe('a file of rules', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rules-'));
  const file = join(directory, 'rules.yaml');
  afterAll(() => rmSync(directory, { recursive: true }));

  test('is read as `npm run rules` writes it', () => {
    const groups = ruleGroups(defaultModel());
    writeFileSync(file, stringify({ groups }));
    const read = readRulesFile(file);
    expect(read.flatMap(({ rules }) => rules).filter(isAlert)).toEqual(
      groups.flatMap(({ rules }) => rules).filter(isAlert),
    );
    expect(changedAlerts(groups, read)).toEqual([]);
  });

  test('with mistakes is refused with all of them', () => {
    writeFileSync(
      file,
      stringify({
        groups: [
          {
            name: 'g',
            interval: 'often',
            rules: [
              { alert: 'A', expr: 'sum(' },
              { record: 'r', expr: 'x', for: '1m' },
              { alert: 'B', expr: 'x', for: 'long' },
            ],
          },
        ],
      }),
    );
    const read = () => readRulesFile(file);
    for (const mistake of [
      /interval: is no duration/,
      /rules\.0\.expr: is no PromQL/,
      /rules\.1.*for/,
      /rules\.2\.for: is no duration/,
    ])
      expect(read).toThrow(mistake);
    expect(() => readRulesFile(join(directory, 'none.yaml'))).toThrow(/--rules: .*none\.yaml cannot be read/);
  });
});

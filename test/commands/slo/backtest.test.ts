import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { slo } from '../../../commands/slo';
import { findStack } from '../../../commands/stack/stack';
import { stackModel } from '../../../commands/stack/stack-model';
import { Interruption } from '../../../commands/terminal/interruption';
import { silentProgress } from '../../../lab/progress';
import { pathNames, pathRow } from '../../../signals/paths';
import { ruleFiles } from '../../../signals/rule-files';
import { expand } from '../../../commands/slo/backtest/expand';
import { backtest, type Backtest } from '../../../commands/slo/backtest/backtest';
import { renderBacktest } from '../../../commands/slo/backtest/backtest-text';
import { Definitions } from '../../../commands/slo/backtest/definitions';
import { entriesOf } from '../../../commands/slo/backtest/firings';
import { Stored } from '../../../commands/slo/backtest/stored';
import { PrometheusApi } from '../../../commands/signal/prometheus-api';
import { pathSettings, type PathSettings, type SignalModel } from '../../../signals/model';
import { select } from '../../../signals/promql';
import { isAlert } from '../../../signals/rule-types';
import { ruleGroups, type RuleGroup } from '../../../signals/rules';
import { runPromtool, testRules, promtoolPatienceMs, type RuleTest } from '../../signals/promtool';
import { both, type Stretch } from '../../signals/scenes';
import { StoringPrometheus, type StoredSeries } from './prometheus';

const stepSeconds = 5;
/** Every group as often, as promtool's tests know one interval only. */
const evenly = (groups: readonly RuleGroup[]): RuleGroup[] =>
  groups.map((group) => ({ ...group, interval: `${stepSeconds}s` }));

/** A stack with one path, and nothing else; a period of a week has the shortest windows that are allowed. */
function modelWith(changes: Partial<PathSettings> = {}): SignalModel {
  return {
    stack: 'lab',
    periodDays: 7,
    injectors: 2,
    exportIntervalMs: 2000,
    runbookBase: 'docs',
    paths: [pathSettings('service', changes)],
  };
}

/** What the watched alerts stand on, and nothing else: promtool evaluates every rule at every moment. */
const watched = ['PathDown', 'PathRecentlyDown', 'ProbesMissing', 'SloFastBurn', 'SloSlowBurn'] as const;
const standsOn =
  /^(path_info|path:(probe_rate:asked|down:bool|probes_bad_paged:delta)|path_instance:probes_(bad|total):sum|slo:(unpaged_error|objective):.*)$/;
const groupsOf = (model: SignalModel): RuleGroup[] =>
  evenly(ruleGroups(model))
    .filter(({ name }) => /\.service\.(counts|objectives)$/.test(name))
    .map((group) => ({
      ...group,
      rules: group.rules.filter((rule) =>
        isAlert(rule) ? watched.some((alert) => alert === rule.alert) : standsOn.test(rule.record),
      ),
    }));

/** A constant that nobody recorded. */
const never: RuleGroup['rules'][number] = { record: 'never:recorded:bool', expr: 'vector(1)' };
const minutes = (count: number) => count * 60;
/** Good, a minute of outage, good, one in ten failed for four minutes, good. */
const known = { outage: minutes(4), partial: minutes(12) };
/** When PathDown fires for it, by Prometheus’ own rule engine, which the first test asks. */
const down = { from: minutes(4) + 10, to: minutes(5) + 35 };
const stretches: Stretch[] = [
  { seconds: known.outage, ok: 2 },
  { seconds: 60, failed: 2 },
  { seconds: known.partial - known.outage - 60, ok: 2 },
  { seconds: minutes(4), ok: 1.8, failed: 0.2 },
  { seconds: minutes(6), ok: 2 },
];
const lengthSeconds = stretches.reduce((sum, { seconds }) => sum + seconds, 0);
const input = both(stepSeconds, stretches);
const present = modelWith();

/** A group that is evaluated at moments of its own, and was not at one of them. */
const evaluated = [2.345, 7.345, 12.345, 22.345, 27.345];
let prometheus: StoringPrometheus;
/** Beginning of the stretches, epoch seconds. */
let base: number;

beforeAll(async () => {
  await runPromtool('--version');
  prometheus = new StoringPrometheus();
  base = Math.floor(Date.now() / 300_000) * 300 - lengthSeconds;
  await prometheus.store(
    input.map(({ series, values }) => ({
      series,
      samples: values.split(' ').map((value, i) => [base + i * stepSeconds, Number(value)] as const),
    })),
  );
  await prometheus.store([
    // From before the first step of whoever counts by steps, whenever the test runs: that step only says where a count begins.
    ...(await recordedBy(groupsOf(present))).map((one) =>
      one.series.startsWith('path_instance:')
        ? { ...one, samples: [[base - 300, 0] as const, ...one.samples] }
        : one,
    ),
    {
      series: 'path:probe_rate:asked{path="udp"}',
      samples: evaluated.map((at) => [base + at, 4] as const),
    },
    {
      series:
        'ALERTS{alertname="PathDown",alertstate="firing",path="service",severity="page",owner="platform"}',
      samples: Array.from(
        { length: (down.to - down.from) / stepSeconds },
        (_, i) => [base + down.from + i * stepSeconds, 1] as const,
      ),
    },
  ]);
}, promtoolPatienceMs);
afterAll(() => prometheus.stop());

/** What recording rules would have recorded, asked of the raw counters. */
async function recordedBy(groups: RuleGroup[]): Promise<StoredSeries[]> {
  const api = new PrometheusApi(prometheus.url, undefined, 60_000);
  const definitions = new Definitions(groups);
  const found: StoredSeries[] = [];
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    if (isAlert(rule)) continue;
    const expr = expand(rule.expr, definitions, new Definitions([]));
    const series = await api.range(expr, { from: base, to: base + lengthSeconds, stepSeconds });
    for (const { metric, values } of series) {
      const labels = Object.fromEntries(entriesOf({ ...metric, ...rule.labels }, ['__name__']));
      found.push({ series: select(rule.record, labels), samples: values.map(([at, v]) => [at, Number(v)]) });
    }
  }
  return found;
}

async function backtested(changed: SignalModel, groups = groupsOf(changed)): Promise<Backtest> {
  const stored = new Stored(new PrometheusApi(prometheus.url, undefined, 60_000));
  const span = { fromMs: base * 1000, toMs: (base + lengthSeconds) * 1000 };
  return backtest(stored, span, { groups: groupsOf(present), model: present }, { groups, model: changed });
}

/** Seconds after the beginning at which an alert began and ceased to fire, by a backtest. */
function times(result: Backtest, under: 'present' | 'changed', alert: string): [number, number][] {
  return result.firings
    .filter((pair) => pair.alert === alert)
    .flatMap((pair) => pair[under] ?? [])
    .map(({ fromMs, toMs }) => [fromMs / 1000 - base, toMs / 1000 - base]);
}

/** Asserts by Prometheus' own rule engine that alerts fire at exactly these times, and at no other ones. */
async function firesExactly(
  groups: RuleGroup[],
  expected: Readonly<Record<string, readonly [number, number][]>>,
): Promise<void> {
  const edges = Object.values(expected).flat(2);
  const moments = [...new Set([...edges.flatMap((at) => [at - stepSeconds, at]), minutes(3), minutes(10)])]
    .filter((at) => at >= 0 && at < lengthSeconds)
    .sort((a, b) => a - b);
  const test: RuleTest = {
    name: 'as replayed',
    interval: `${stepSeconds}s`,
    input_series: input,
    promql_expr_test: moments.map((at) => ({
      expr: `count by (alertname) (ALERTS{alertstate="firing",alertname=~"${Object.keys(expected).join('|')}"})`,
      eval_time: `${at}s`,
      exp_samples: Object.entries(expected)
        .filter(([, spans]) => spans.some(([from, to]) => from <= at && at < to))
        .map(([alertname]) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
    })),
  };
  expect(await testRules(groups, [test])).toContain('SUCCESS');
}

/** Times of the watched alerts that are replayed, as the change is about them. */
function timesOf(result: Backtest, under: 'present' | 'changed'): Record<string, [number, number][]> {
  const replayed = watched.filter((alert) => result.changes.some((change) => change.alert === alert));
  return Object.fromEntries(replayed.map((alert) => [alert, times(result, under, alert)]));
}

/** What a backtest says of a change, and what Prometheus' own rule engine says of the same counters. */
async function compared(
  changed: SignalModel,
): Promise<{ result: Backtest; after: ReturnType<typeof timesOf> }> {
  const result = await backtested(changed);
  const after = timesOf(result, 'changed');
  await firesExactly(groupsOf(changed), after);
  return { result, after };
}

test('the present rules fire when Prometheus itself would have', async () => {
  const { result, after } = await compared(modelWith({ severity: { page: 'critical', ticket: 'ticket' } }));
  expect(after['PathDown']).toEqual([[down.from, down.to]]);
  // how it ended is no matter: the blocks of a test have no markers of staleness
  expect(result.check).toMatchObject({ replayed: 2, recorded: 1, inBoth: 1, worstBeginMs: 0 });
  expect(after['SloFastBurn']).toHaveLength(1);
  expect(after['SloFastBurn']![0]![0]).toBeGreaterThan(known.partial);
  expect(after['ProbesMissing']).toEqual([]);
  // nobody is told of it, so the severity of a page is not its own
  expect(after).not.toHaveProperty('PathRecentlyDown');
}, 300_000);

test('a looser objective pages for less, and says what never fires', async () => {
  const { result, after } = await compared(modelWith({ availabilityPercent: 97 }));
  expect(after['SloFastBurn']).toEqual([]);
  expect(times(result, 'present', 'SloFastBurn')).toHaveLength(1);
  expect(result.changes).toContainEqual({
    kind: 'changed',
    alert: 'SloFastBurn',
    path: 'service',
    presentFirings: 1,
    changedFirings: 0,
  });
}, 300_000);

test('what was not evaluated then is not said to never fire', async () => {
  const others = groupsOf(present).map((group) =>
    group.name.endsWith('objectives')
      ? { ...group, name: 'elsewhere', rules: [never, ...group.rules.filter(isAlert)] }
      : group,
  );
  const stored = new Stored(new PrometheusApi(prometheus.url, undefined, 60_000));
  const span = { fromMs: base * 1000, toMs: (base + lengthSeconds) * 1000 };
  const loud = others.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => ({ ...rule, labels: { ...rule.labels, loud: 'yes' } })),
  }));
  const result = await backtest(
    stored,
    span,
    { groups: others, model: present },
    { groups: loud, model: present },
  );
  expect(result.changes.find(({ alert }) => alert === 'SloFastBurn')).toMatchObject({
    presentFirings: null,
    why: 'Prometheus recorded nothing of the group elsewhere in this time',
  });
}, 120_000);

test('a group’s own moments are found, without those at which it was not evaluated', async () => {
  const stored = new Stored(new PrometheusApi(prometheus.url, undefined, 60_000));
  const group: RuleGroup = {
    name: 'g',
    interval: '5s',
    rules: [{ record: 'path:probe_rate:asked', expr: 'vector(4)', labels: { path: 'udp' } }],
  };
  const span = { fromMs: base * 1000, toMs: (base + 30) * 1000 };
  expect(await stored.evaluations({ group: 'g', intervalSeconds: 5 }, [group], span)).toEqual({
    at: evaluated.map((at) => base * 1000 + Math.round(at * 1000)),
    missed: 1,
  });
});

test('what only the method makes fire is marked as doubtful', async () => {
  // as if no sample had come in time: the present rule recorded nothing of what is stored now
  const rules = (factor: number): RuleGroup[] => [
    {
      name: 'continuous-load.service.counts',
      interval: '5s',
      rules: [
        { record: 'path:probe_rate:asked', expr: 'vector(4)', labels: { path: 'service' } },
        { record: 'late:bad:sum', expr: `sum(k6_probes_total{outcome="failed"}) * ${factor}` },
        { alert: 'Late', expr: 'late:bad:sum > 100', labels: { severity: 'page' }, annotations: {} },
      ],
    },
  ];
  const stored = new Stored(new PrometheusApi(prometheus.url, undefined, 60_000));
  const span = { fromMs: base * 1000, toMs: (base + lengthSeconds) * 1000 };
  const of = (factor: number) => ({ groups: rules(factor), model: present });
  const result = await backtest(stored, span, of(1), of(2));
  expect(result.changes).toEqual([
    { kind: 'changed', alert: 'Late', path: '', presentFirings: 0, changedFirings: 1 },
  ]);
  expect(result.firings.map(({ alert, doubtful }) => [alert, doubtful])).toEqual([
    ['PathDown', false],
    ['Late', true],
  ]);
  expect(renderBacktest('lab', result, [])).toMatch(/\(\?\) The present rule, put together/);
}, 120_000);

test('another rate has other windows, which are put together from what is stored', async () => {
  const { result, after } = await compared(modelWith({ ratePerSecond: 0.5 }));
  expect(Object.keys(after)).toEqual(['PathDown', 'PathRecentlyDown', 'SloFastBurn', 'SloSlowBurn']);
  const [[from, to]] = times(result, 'present', 'PathDown') as [[number, number]];
  expect(from).toBeGreaterThan(known.outage);
  expect(to).toBeGreaterThan(known.outage + 60);
  expect(after['PathDown']).not.toEqual([[from, to]]);
  expect(result.troubles.map(({ failed, path }) => [path, failed])).toEqual([
    ['service', 240],
    ['service', expect.any(Number)],
  ]);
}, 300_000);

describe('the command', () => {
  const directory = mkdtempSync(join(tmpdir(), 'slo-'));
  const config = join(directory, 'Pulumi.lab.yaml');
  const others = pathNames.filter((name) => name !== 'service' && !pathRow(name).mesh);
  const stateHome = process.env['XDG_STATE_HOME'];
  beforeAll(() => {
    process.env['XDG_STATE_HOME'] = directory;
    const paths = Object.fromEntries(others.map((name) => [name, { enabled: false }]));
    writeFileSync(
      config,
      stringify({
        config: {
          'continuous-load:cluster': { kind: 'lab', name: 'slo-test', nodes: 2 },
          'continuous-load:period': '7d',
          'continuous-load:paths': paths,
        },
      }),
    );
  });
  afterAll(() => {
    if (stateHome === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = stateHome;
    rmSync(directory, { recursive: true });
  });

  async function said(...args: string[]): Promise<string> {
    const lines: string[] = [];
    await slo(args, {
      progress: silentProgress,
      interruption: new Interruption(),
      stage: () => undefined,
      print: (text) => lines.push(text),
    });
    return lines.join('\n');
  }

  test('backtests what is set, and says what comes next', async () => {
    const asked = ['backtest', 'lab', '--present', config, '--since', '1h', '--prometheus', prometheus.url];
    const set = ['--set', 'paths.service.availability=97'];
    const table = await said(...asked, ...set);
    expect(table).toMatch(/SloFastBurn │ service │ changed │ +1 × │ +never/);
    expect(table).toMatch(/service +│ [\d: -]+│ +1m 00s │ +240 │ PathDown \(page\) after/);
    expect(table).toContain('npm run up -- --set paths.service.availability=97');
    const { stack, firings, notifications } = JSON.parse(await said(...asked, ...set, '--json'));
    expect([stack, notifications.present.pages, notifications.changed.pages]).toEqual(['lab', 2, 1]);
    expect(firings.some(({ alert }: { alert: string }) => alert === 'SloFastBurn')).toBe(true);
  }, 120_000);

  test('backtests a file of rules', async () => {
    const model = stackModel(findStack('lab', { configFile: config }), readFileSync(config, 'utf8'));
    const file = join(directory, 'rules.yaml');
    writeFileSync(
      file,
      ruleFiles(model)[0]!.yaml.replace(/(alert: PathDown\n[^]*?keep_firing_for: )30s/, '$110m'),
    );
    const found = JSON.parse(
      await said(
        'backtest',
        'lab',
        '--present',
        config,
        '--rules',
        file,
        '--since',
        '1h',
        '--prometheus',
        prometheus.url,
        '--json',
      ),
    ) as Backtest;
    expect(found.changes).toEqual([
      { kind: 'changed', alert: 'PathDown', path: 'service', presentFirings: 1, changedFirings: 1 },
    ]);
    const [{ present: before, changed: after } = {}] = found.firings;
    expect(after!.fromMs).toBe(before!.fromMs);
    expect(after!.toMs - before!.toMs).toBe(570_000);
  }, 120_000);

  test('suggests from what is stored, or says how much is missing', async () => {
    const asked = [
      'suggest',
      'lab',
      '--config-file',
      config,
      '--since',
      '1h',
      '--prometheus',
      prometheus.url,
    ];
    // the test has no histograms, no rules of latency and none of what is known
    const { paths, assignments } = JSON.parse(await said(...asked, '--at-least', '30m', '--json'));
    expect(assignments).toEqual([]);
    expect(paths).toHaveLength(1);
    expect(paths[0].availability.bad).toBe(240 + 96);
    expect(paths[0].availability.total).toBeGreaterThan(3000);
    expect(paths[0].missingMs).toBe(30 * 60_000);
    expect(await said(...asked, '--at-least', '30m')).toContain('service: 30m more must be measured');
  }, 120_000);

  test('refuses all that is wrong at once', async () => {
    const wrong = said(
      'backtest',
      'lab',
      '--present',
      config,
      '--since',
      '2y',
      '--prometheus',
      'here',
      '--set',
      'paths.service.rate=0',
      '--set',
      'paths.service.availability=100',
    );
    for (const mistake of [
      /--since 2y: write a duration from 10m to 35d/,
      /--prometheus here: write its whole address/,
      /paths\.service\.rate is 0/,
      /paths\.service\.availability is 100/,
    ])
      await expect(wrong).rejects.toThrow(mistake);
    await expect(
      said('backtest', 'lab', '--present', config, '--rules', 'a', '--set', 'b=1'),
    ).rejects.toThrow(/not from both/);
    const suggest = said(
      'suggest',
      'lab',
      '--config-file',
      config,
      '--since',
      '1h',
      '--at-least',
      '2h',
      '--confidence',
      '100',
    );
    for (const mistake of [/--at-least 2h: no more than --since 1h/, /--confidence 100: write percent/])
      await expect(suggest).rejects.toThrow(mistake);
    const nobody = said(
      'backtest',
      'lab',
      '--present',
      config,
      '--set',
      'paths.service.rate=5',
      '--prometheus',
      'http://127.0.0.1:9',
    );
    await expect(nobody).rejects.toThrow(/Prometheus does not answer at http:\/\/127\.0\.0\.1:9/);
  }, 60_000);
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertName } from '../../signals/alert-catalogue';
import { chaosCommand, chaosEnvironment, chaosFiles, guardQuery } from '../../signals/chaos';
import { injectorCommand } from '../../signals/injector';
import { chaosChecksTotal, chaosKillsTotal, errorRatioName, recorded } from '../../signals/metrics';
import { defaultChaos, defaultModel, pathSettings } from '../../signals/model';
import { ruleGroups } from '../../signals/rules';
import type { InputSeries, RuleTest } from './promtool';
import { checkExpressions, promtool, promtoolPatienceMs, testRules } from './promtool';
import { scene } from './scenes';

const model = defaultModel({ paths: [pathSettings('service')] });
const directory = join(__dirname, '..', '..', 'scenarios');

beforeAll(promtool, promtoolPatienceMs);

test('everything that the script imports is shipped beside it', () => {
  const shipped = new Set<string>(chaosFiles);
  expect(
    readdirSync(directory)
      .filter((file) => /^chaos.*\.ts$/.test(file))
      .sort(),
  ).toEqual([...shipped].sort());
  for (const file of chaosFiles)
    for (const [, wanted] of readFileSync(join(directory, file), 'utf8').matchAll(/from '\.\/(.*)'/g))
      expect([file, shipped.has(wanted!)]).toEqual([file, true]);
});

test('the reaper runs as an injector does, under a job of its own', () => {
  expect(chaosCommand('/s')).toEqual([...injectorCommand(model, '/s').slice(0, -1), '/s/chaos.ts']);
  const env = chaosEnvironment(model, {
    otlpEndpoint: '10.0.0.1:9090',
    prometheusUrl: 'http://10.0.0.1:9090',
    memoryLimitBytes: 200 * 2 ** 20,
  });
  const values = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  expect(values).toMatchObject({
    CONFIG: './config.json',
    K6_OTEL_SERVICE_NAME: 'continuous-load-chaos',
    K6_OTEL_HTTP_EXPORTER_ENDPOINT: '10.0.0.1:9090',
    GOMEMLIMIT: '160MiB',
    PROMETHEUS: 'http://10.0.0.1:9090',
  });
});

test('the page severity of a path’s own words holds the reaper back too', () => {
  const paths = [pathSettings('service', { severity: { page: 'critical', ticket: 'warning' } })];
  expect(guardQuery(defaultModel({ paths }))).toContain('severity=~"page|critical"');
});

const groups = ruleGroups(model).filter(({ name }) => name === 'continuous-load.chaos');
const names: AlertName[] = ['ChaosHalted', 'ChaosLostProbes'];
const hour = 3600;
const step = 15;

/** A counter that grows at `perSecond` but between the two times, where it grows at `then`. */
function counter(
  series: string,
  seconds: number,
  perSecond: number,
  [from, to, then]: [number, number, number],
): InputSeries {
  let value = 0;
  const values: string[] = [];
  for (let at = 0; at <= seconds; at += step) {
    values.push(String(Math.floor(value + 1e-9)));
    value += (at >= from && at < to ? then : perSecond) * step;
  }
  return { series, values: values.join(' ') };
}

const never: [number, number, number] = [0, 0, 0];
const looks = (guard: string, seconds: number, perSecond: number, change = never) =>
  counter(`${chaosChecksTotal}{guard="${guard}",instance="r"}`, seconds, perSecond, change);
/** So many kills at a moment. */
const kills = (mode: string, at: number, count: number) =>
  counter(`${chaosKillsTotal}{kind="pod",mode="${mode}",workload="w",instance="r"}`, hour, 0, [
    at,
    at + step,
    count / step,
  ]);
const longOnes = (at: number, kind: string, mode: string) =>
  counter(`${chaosKillsTotal}{kind="${kind}",mode="${mode}",workload="w",instance="r"}`, hour, 0, [
    at,
    at + step,
    1 / step,
  ]);
const lost = (at: number, count: number) =>
  counter(`${recorded.bad}{path="service",instance="a"}`, hour, 0, [at, at + step, count / step]);

test('chaos that is held back is told, and so is what it costs', async () => {
  const long = 8 * hour;
  const scenes: RuleTest[] = [
    // free at first, then the switch
    scene(
      names,
      'forgotten switch',
      [looks('none', long, 0.5, [hour, long, 0]), looks('switch', long, 0, [hour, long, 0.5])],
      {
        [6 * hour + 1800]: [],
        [7 * hour + 1200]: ['ChaosHalted'],
      },
      '15s',
    ),
    scene(names, 'no reaper at all', [], { [5 * hour]: [], [6 * hour + 1200]: ['ChaosHalted'] }, '15s'),
    scene(names, 'quiet hours', [looks('quiet', long, 0.5)], { [7 * hour]: [] }, '15s'),
    scene(names, 'at its cap', [looks('cap', long, 0.5)], { [7 * hour]: [] }, '15s'),
    scene(
      names,
      'an eviction that costs a probe',
      [kills('evict', 600, 1), kills('kill', 0, 0), lost(630, 1)],
      {
        615: [],
        690: ['ChaosLostProbes'],
        900: ['ChaosLostProbes'],
        1200: [],
      },
      '15s',
    ),
    scene(
      names,
      'a lost probe long after',
      [kills('evict', 600, 1), lost(900, 3)],
      { 930: [], 990: [] },
      '15s',
    ),
    scene(
      names,
      'lost probes without a kill',
      [kills('evict', 0, 0), lost(600, 3)],
      { 630: [], 690: [] },
      '15s',
    ),
    scene(
      names,
      'a deletion within what it may cost',
      [kills('kill', 600, 1), lost(615, 3)],
      { 645: [], 690: [] },
      '15s',
    ),
    scene(
      names,
      'a deletion that costs more',
      [kills('kill', 600, 1), lost(615, 20)],
      { 690: ['ChaosLostProbes'] },
      '15s',
    ),
  ];
  await testRules(groups, scenes, '30s');
  const churning = defaultModel({
    paths: [pathSettings('service')],
    chaos: defaultChaos({
      churn: { percent: 50, modes: ['restart', 'services'], deployments: ['continuous-load/target'] },
      drainPercent: 10,
    }),
  });
  await testRules(
    ruleGroups(churning).filter(({ name }) => name === 'continuous-load.chaos'),
    [
      scene(
        names,
        'a restart that costs a probe after two minutes',
        [longOnes(600, 'workload', 'restart'), lost(720, 1)],
        { 690: [], 780: ['ChaosLostProbes'] },
        '15s',
      ),
      scene(
        names,
        'a lost probe long after a restart',
        [longOnes(600, 'workload', 'restart'), lost(1200, 1)],
        { 1230: [], 1260: [] },
        '15s',
      ),
      scene(
        names,
        'a drain of a node that costs a probe after two minutes',
        [longOnes(600, 'node', 'drain'), lost(720, 1)],
        { 690: [], 780: ['ChaosLostProbes'] },
        '15s',
      ),
      scene(
        names,
        'Services made and removed that cost a probe after two minutes',
        [longOnes(600, 'object', 'services'), lost(720, 1)],
        { 690: [], 780: ['ChaosLostProbes'] },
        '15s',
      ),
    ],
    '30s',
  );
  const wrong = scene(names, 'wrong', [kills('evict', 600, 1), lost(630, 1)], { 690: [] }, '15s');
  await expect(testRules(groups, [wrong], '30s')).rejects.toThrow(/ChaosLostProbes/);
});

test('a short patience is not made longer by the time that the alert waits', () => {
  const waits = (haltedSeconds: number) =>
    ruleGroups(defaultModel({ chaos: defaultChaos({ haltedSeconds }) }))
      .flatMap(({ rules }) => rules)
      .flatMap((rule) => ('alert' in rule && rule.alert === 'ChaosHalted' ? [rule.for] : []));
  expect([120, 600, 21_600].map(waits)).toEqual([['2m'], ['10m'], ['10m']]);
});

test('a budget is known though what it is made of is late: that is recorded as seldom as an instant query looks back', async () => {
  const figures = ruleGroups(model).filter(({ name }) => name === 'continuous-load.service.figures');
  const late: RuleTest = {
    name: 'a late rule',
    interval: '30s',
    input_series: [
      { series: `${recorded.pathInfo}{path="service"}`, values: '1x50' },
      // half a minute later than five minutes, and then no more; of a budget of 0.001
      {
        series: `${errorRatioName('30d')}{path="service",sloth_slo="availability"}`,
        values: '0.0001 _x10 0.0002 _x40',
      },
    ],
    promql_expr_test: [320, 600, 920, 990].map((at) => ({
      expr: `round(${guardQuery(model)}, 0.01)`,
      eval_time: `${at}s`,
      exp_samples: at > 930 ? [] : [{ labels: '{guard="budget"}', value: at < 330 ? 0.9 : 0.8 }],
    })),
  };
  await testRules(figures, [late], '30s');
}, 60_000);

test('a budget that a fault has just spent is spent for the guard at once, not when its figure says so', async () => {
  const of = (name: string, value: string) => ({ series: `${name}{path="service"}`, values: value });
  const fault: RuleTest = {
    name: 'a fault of half a minute',
    interval: '15s',
    input_series: [
      of(recorded.pathInfo, '1x80'),
      of(recorded.rateAsked, '4x80'),
      { series: 'slo:error_budget:ratio{path="service",sloth_slo="availability"}', values: '0.001x80' },
      {
        series: 'slo:period_error_budget_remaining:ratio{path="service",sloth_slo="availability"}',
        values: '0.9x80',
      },
      // a tenth of the 10 368 that may fail in 30 days
      { series: `${recorded.bad}{path="service",instance="a"}`, values: '0x20 518 1037x60' },
    ],
    promql_expr_test: (
      [
        [290, 0.9],
        [345, 0.8],
        [600, 0.8],
        [780, 0.9],
      ] as const
    ).map(([at, value]) => ({
      expr: `round(${guardQuery(model)}, 0.01) and on (guard) label_replace(vector(1), "guard", "budget", "", "")`,
      eval_time: `${at}s`,
      exp_samples: [{ labels: '{guard="budget"}', value }],
    })),
  };
  await testRules([], [fault], '15s');
}, 60_000);

test("only the stack's own alert that always fires says that its rules are evaluated", async () => {
  const others = 'ALERTS{alertname="Watchdog",alertstate="firing",severity="none"}';
  const ours = ruleGroups(model).flatMap((group) =>
    group.rules.filter((rule) => 'alert' in rule && rule.alert === 'Watchdog'),
  );
  const scene = (rules: number): RuleTest => ({
    name: 'a Watchdog of somebody else',
    interval: '15s',
    input_series: [{ series: others, values: '1x20' }],
    promql_expr_test: [
      {
        expr: guardQuery(model),
        eval_time: '1m',
        exp_samples: rules === 0 ? [] : [{ labels: '{guard="rules"}', value: rules }],
      },
    ],
  });
  await testRules([], [scene(0)], '15s');
  await testRules([{ name: 'meter', interval: '15s', rules: ours }], [scene(1)], '15s');
}, 60_000);

test('promtool takes what the guards ask', async () => {
  expect(await checkExpressions([guardQuery(model)])).toMatch(/SUCCESS/);
});

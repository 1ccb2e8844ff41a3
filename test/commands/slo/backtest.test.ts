import { expand } from '../../../commands/slo/backtest/expand';
import { backtest, type Backtest } from '../../../commands/slo/backtest/backtest';
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
  /^(path_info|path:(probe_rate:asked|down:bool|probes_bad_paged:delta)|path_instance:probes_(bad|total):sum|slo:unpaged_error:.*)$/;
const groupsOf = (model: SignalModel): RuleGroup[] =>
  evenly(ruleGroups(model))
    .filter(({ name }) => /\.service\.(counts|objectives)$/.test(name))
    .map((group) => ({
      ...group,
      rules: group.rules.filter((rule) =>
        isAlert(rule) ? watched.some((alert) => alert === rule.alert) : standsOn.test(rule.record),
      ),
    }));

const minutes = (count: number) => count * 60;
/** Good, a minute of outage, good, one in ten failed for four minutes, good. */
const known = { outage: minutes(4), partial: minutes(12) };
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
  await prometheus.store(await recordedBy(groupsOf(present)));
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
  const { after } = await compared(modelWith({ severity: { page: 'critical', ticket: 'ticket' } }));
  expect(after['PathDown']).toHaveLength(1);
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

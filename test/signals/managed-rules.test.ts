import { expression } from '../../policies/lib/promql';
import { managedGroups } from '../../signals/managed-rules';
import { defaultModel, pathSettings, type SignalModel } from '../../signals/model';
import { durationSeconds } from '../../signals/promql';
import { isAlert, type RuleGroup } from '../../signals/rule-types';
import { ruleGroups } from '../../signals/rules';
import { zeroLeadMs } from '../../signals/windows';
import { checkRules, type InputSeries, promtool, promtoolPatienceMs, testRules } from './promtool';
import { alertNames, both, type Firing, scene, type Stretch } from './scenes';

const everything = defaultModel();
/** What Google evaluates, as far as the settings allow it: no chaos, no pairs of nodes, no store of the stack's own. */
const notThere = ['chaos', 'nodeProber', 'longTerm'];
const kept = Object.fromEntries(
  Object.entries(everything).filter(([name]) => !notThere.includes(name)),
) as unknown as SignalModel;
const managed: SignalModel = {
  ...kept,
  managedRules: true,
  sharedPrometheus: true,
  gatewayScraped: false,
  retentionDays: 42,
  exportIntervalMs: 10_000,
};
const rulesOf = (model: SignalModel) => ruleGroups(model).flatMap(({ rules }) => rules);
const rules = rulesOf(managed);
const step = 10;

beforeAll(promtool, promtoolPatienceMs);

test('a rule has only what the kind Rule has, and a group has rules', () => {
  const known = new Set(['record', 'alert', 'expr', 'for', 'labels', 'annotations']);
  expect(rules.flatMap((rule) => Object.keys(rule)).filter((key) => !known.has(key))).toEqual([]);
  expect(managedGroups([{ name: 'empty', interval: '30s', rules: [] }])).toEqual([]);
});

test('nothing that was recorded is taken for a counter', () => {
  const recorded = new Set(rules.flatMap((rule) => (isAlert(rule) ? [] : rule.record)));
  const counters = (model: SignalModel) =>
    rulesOf(model)
      .flatMap(({ expr }) => expression(expr).calls)
      .filter(({ name }) => ['increase', 'rate', 'irate'].includes(name))
      .flatMap(({ metrics }) => metrics)
      .filter((metric) => recorded.has(metric));
  expect(counters({ ...managed, paths: managed.paths.slice(0, 2) })).toEqual([]);
  expect(counters({ ...everything, paths: [pathSettings('service')] })).not.toEqual([]);
});

test('no group writes a series as often as every 5 s, and probes begin only when the rules have seen the zeros', () => {
  const intervals = ruleGroups(managed).map(({ interval }) => durationSeconds(interval));
  expect(Math.min(...intervals)).toBe(10);
  expect(zeroLeadMs(managed) - zeroLeadMs({ ...managed, managedRules: false })).toBe(5000);
});

test('every alert is there, but those on a Prometheus that is not there', () => {
  const shared = { ...kept, sharedPrometheus: true, gatewayScraped: false };
  const here = alertNames(ruleGroups(managed));
  const gone = alertNames(ruleGroups(shared)).filter((name) => !here.includes(name));
  expect(gone).toEqual(['IngestFailing', 'RuleEvaluationFailing', 'RulesLate']);
});

test('a condition is recorded once for all alerts that keep it', () => {
  const records = ruleGroups(managed)
    .filter(({ name }) => name === 'continuous-load.service.counts')
    .flatMap((group) => group.rules)
    .flatMap((rule) => (isAlert(rule) ? [] : rule.record))
    .filter((record) => record.startsWith('alert:'));
  expect(records).toEqual(['alert:condition_PathDown']);
});

test('an alert that waits and keeps firing is refused: it cannot be said', () => {
  const alert = { alert: 'A', expr: 'up', for: '5s', keep_firing_for: '1m', labels: {}, annotations: {} };
  const group: RuleGroup = { name: 'g', interval: '30s', rules: [alert] };
  expect(() => managedGroups([group])).toThrow(/A waits and keeps firing/);
});

test('promtool finds nothing to say about them', async () => {
  expect(await checkRules(ruleGroups(managed))).toMatch(/SUCCESS/);
});

test('outages page, keep paging and end, and a burn is seen by the pushed counters', async () => {
  const model = { ...managed, paths: [pathSettings('service')] };
  const groups = ruleGroups(model).filter(({ name }) => /service\.(counts|objectives)$/.test(name));
  const names = alertNames(groups);
  const told = (name: string, series: InputSeries[], firing: Firing) =>
    scene(names, name, series, firing, `${step}s`);
  const well = (seconds: number): Stretch => ({ seconds, ok: 2 });
  const down = ['PathDown', 'PathRecentlyDown'] as const;
  const scenes = [
    told('well: nothing', both(step, [well(900)]), { 60: [], 300: [], 890: [] }),
    told('target gone for two minutes', both(step, [well(300), { seconds: 120, failed: 2 }, well(900)]), {
      330: [],
      380: down,
      // It held last at 420: 30 s and an evaluation are kept, and the shadow 5 min 30 s.
      450: down,
      470: ['PathRecentlyDown'],
      740: ['PathRecentlyDown'],
      800: [],
    }),
    told('three in ten fail', both(step, [well(300), { seconds: 900, ok: 1.4, failed: 0.6 }]), {
      420: [],
      600: ['SloFastBurn'],
    }),
    told('nothing is pushed', [], { 55: [], 120: ['ProbesMissing'] }),
  ];
  await testRules(groups, scenes, '10s');
  const wrong = told('wrong', both(step, [well(300)]), { 250: ['PathDown'] });
  await expect(testRules(groups, [wrong], '10s')).rejects.toThrow(/PathDown/);
});

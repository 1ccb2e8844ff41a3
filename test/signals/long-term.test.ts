import { expression } from '../../policies/lib/promql';
import {
  availabilityName,
  availabilityWindows,
  coverageName,
  windowsOfTheStore,
} from '../../signals/availability';
import { ofAnyStore, sendingGroups, sentSeries, storeGroups, storeResults } from '../../signals/long-term';
import { recorded } from '../../signals/metrics';
import { defaultModel, pathSettings } from '../../signals/model';
import { ruleGroups } from '../../signals/rules';
import type { InputSeries, RuleTest } from './promtool';
import { checkExpressions, checkRules, promtool, promtoolPatienceMs, testRules } from './promtool';

const day = 86_400;
const model = defaultModel({ paths: [pathSettings('service')] });

beforeAll(promtool, promtoolPatienceMs);

describe('windows', () => {
  test('beyond the retention are the store’s, and only where there is one', () => {
    expect(windowsOfTheStore(model)).toEqual([90 * day, 365 * day]);
    expect(availabilityWindows(model)).toHaveLength(6);
    expect(windowsOfTheStore({ retentionDays: 100, longTerm: { ownStoreDays: 400 } })).toEqual([365 * day]);
    expect(windowsOfTheStore({ retentionDays: 35, longTerm: { ownStoreDays: 364 } })).toEqual([90 * day]);
    expect(windowsOfTheStore({ longTerm: {} })).toEqual([]);
    expect(windowsOfTheStore({})).toEqual([]);
  });

  test('are recorded by one of the two, never by both', () => {
    const names = [...ruleGroups(model), ...storeGroups(model)]
      .flatMap(({ rules }) => rules)
      .flatMap((rule) => ('record' in rule && /^slo:availability/.test(rule.record) ? [rule.record] : []));
    expect(new Set(names).size).toBe(names.length);
    expect(names.sort()).toEqual(
      availabilityWindows(model)
        .flatMap((seconds) => [availabilityName(seconds), coverageName(seconds)])
        .sort(),
    );
  });
});

describe('what goes round', () => {
  test('is nothing: what is sent, and what the store reads and gives back, are apart', () => {
    const back = storeResults(model);
    expect(back).toHaveLength(4);
    expect(sentSeries.filter((name) => back.includes(name))).toEqual([]);
    const rules = storeGroups(model).flatMap(({ rules: each }) => each);
    expect(new Set(rules.map((rule) => ('record' in rule ? rule.record : '')))).toEqual(new Set(back));
    expect(new Set(rules.flatMap(({ expr }) => metricsOf(expr)))).toEqual(new Set(sentSeries));
    expect(
      sendingGroups(model)
        .flatMap(({ rules: each }) => each)
        .map((rule) => ('record' in rule ? rule.record : '')),
    ).toEqual([...sentSeries]);
  });

  test('without a long-term store nothing is recorded for it, and no alert asks for it', () => {
    const groups = ruleGroups({ ...model, longTerm: undefined } as unknown as typeof model);
    expect(JSON.stringify(groups)).not.toMatch(/LongTerm|slo:probes/);
    // a store of the user's has the counts and the alerts, and no rules of ours
    expect(JSON.stringify(ruleGroups({ ...model, longTerm: {} }))).toMatch(/LongTermStoreBehind/);
    expect(storeGroups({ ...model, longTerm: {} })).toEqual([]);
  });

  test('promtool takes the store’s rules, and the expressions for a store of the user’s', async () => {
    await checkRules(storeGroups(model));
    await checkExpressions(Object.values(ofAnyStore(90 * day)));
  });
});

/** Counters of one injector as the fast group records them, every 5 s; `_` while it has none. */
function injector(instance: string, total: string, bad: string): InputSeries[] {
  const of = `{path="service",instance="${instance}"}`;
  return [
    { series: `${recorded.total}${of}`, values: total },
    { series: `${recorded.bad}${of}`, values: bad },
  ];
}

test(
  'every process begins with 0 in what is sent, and ends with its last count',
  async () => {
    const at = (eval_time: string, instance: string, total?: number, bad?: number) =>
      [[recorded.sentTotal, total] as const, [recorded.sentBad, bad] as const].map(([record, value]) => ({
        expr: `${record}{instance="${instance}"}`,
        eval_time,
        exp_samples:
          value === undefined ? [] : [{ labels: `${record}{path="service",instance="${instance}"}`, value }],
      }));
    const scenes: RuleTest[] = [
      {
        name: 'a new injector, which fails from its first probe on, and ends',
        interval: '5s',
        // from 1m 20s: zeros for 10 s, then 4/s of which one fails; from 5m on it says nothing, and lingers
        input_series: injector('a', '_x16 0 0 0+20x41 820x60', '_x16 0 0 0+5x41 205x60'),
        promql_expr_test: [
          ...at('1m', 'a'),
          ...at('2m', 'a'),
          ...at('3m', 'a', 0, 0),
          ...at('4m', 'a', 600, 150),
          ...at('6m', 'a', 820, 205),
          ...at('9m', 'a', 820, 205),
          ...at('12m', 'a'),
        ],
      },
      {
        name: 'a process that ends and begins again in its pod',
        interval: '5s',
        // 9 min at 4/s, 30 s silent, then from 0
        input_series: injector('a', '0+20x108 2160x5 0 0 0+20x60', '0x108 0x5 0 0 0+20x60'),
        promql_expr_test: [
          ...at('9m', 'a', 2160, 0),
          ...at('10m', 'a'),
          ...at('11m', 'a', 0, 0),
          ...at('12m', 'a', 540, 540),
        ],
      },
      {
        name: 'Prometheus away for ten minutes: the counters of those that live on are not begun anew',
        interval: '5s',
        input_series: injector('a', '0+20x60 _x120 3620+20x60', '0x60 _x120 7x60'),
        promql_expr_test: [
          ...at('5m', 'a', 1200, 0),
          ...at('12m', 'a'),
          ...at('16m', 'a', 3620 + 20 * 11, 7),
        ],
      },
    ];
    expect(await testRules(sendingGroups(model), scenes, '1m')).toMatch(/SUCCESS/);
  },
  promtoolPatienceMs,
);

test(
  'the store adds up exactly over injectors, restarts and gaps, and says how much it knows',
  async () => {
    const labels =
      '{path="service",sloth_id="service-availability",sloth_service="service",sloth_slo="availability"}';
    const figure = (name: string, value: number) => ({
      expr: `round(${name}, 0.000001)`,
      eval_time: '10d',
      exp_samples: [{ labels, value }],
    });
    const quarter = availabilityName(90 * day);
    const known = coverageName(90 * day);
    /** What is sent comes every two hours here: what is added up does not depend on the step. */
    const sent = (instance: string, total: string, bad: string): InputSeries[] => [
      { series: `${recorded.sentTotal}{path="service",instance="${instance}"}`, values: total },
      { series: `${recorded.sentBad}{path="service",instance="${instance}"}`, values: bad },
    ];
    const scenes: RuleTest[] = [
      {
        name: 'one injector, one in a hundred bad',
        interval: '2h',
        input_series: [
          ...sent('a', '0+100x120', '0+1x120'),
          { series: `${recorded.sentKnown}{path="service"}`, values: '1x120' },
        ],
        promql_expr_test: [figure(quarter, 0.99), figure(known, 0.000934)],
      },
      {
        name: 'the store away for days: cumulative counts bridge the gap, the coverage does not',
        interval: '2h',
        input_series: [
          // a day at 100 per step, eight days nothing arrives, a day more up to 11900: the 1000 bad ones of the time between are counted
          ...sent('a', '0+100x12 _x96 10800+100x12', '0x12 _x96 1000x13'),
          { series: `${recorded.sentKnown}{path="service"}`, values: '1x12 _x96 1x12' },
        ],
        promql_expr_test: [figure(quarter, Number((1 - 1000 / 11900).toFixed(6))), figure(known, 0.000193)],
      },
      {
        name: 'injectors that follow each other, one of them twice in its pod, are all counted',
        interval: '2h',
        input_series: [
          ...sent('a', '0+100x60 _x60', '0+0x60 _x60'),
          // 3000, then from 0 again to 3000
          ...sent('b', '_x60 0+100x29 0+100x30', '_x60 0+50x29 0+50x30'),
          { series: `${recorded.sentKnown}{path="service"}`, values: '1x120' },
        ],
        promql_expr_test: [
          {
            // 6000 well and 5900 of which half are bad; what increase adds at their borders is under two steps of either
            expr: `abs(${quarter} - ${1 - 2950 / 11900}) < bool 0.005`,
            eval_time: '10d',
            exp_samples: [{ labels, value: 1 }],
          },
        ],
      },
      {
        name: 'without probes there is no figure',
        interval: '2h',
        input_series: sent('a', '0x120', '0x120'),
        promql_expr_test: [
          { expr: quarter, eval_time: '10d', exp_samples: [] },
          { expr: known, eval_time: '10d', exp_samples: [] },
        ],
      },
    ];
    expect(await testRules(storeGroups(model), scenes, '1d')).toMatch(/SUCCESS/);
  },
  promtoolPatienceMs,
);

function metricsOf(expr: string): string[] {
  return expression(expr).selectors.map(({ metric }) => metric);
}

import {
  availabilityName,
  availabilityReading,
  availabilityWindows,
  coverageName,
} from '../../signals/availability';
import { recorded } from '../../signals/metrics';
import { defaultModel, pathSettings } from '../../signals/model';
import { isAlert } from '../../signals/rule-types';
import { ruleGroups } from '../../signals/rules';
import type { InputSeries } from './promtool';
import { promtool, promtoolPatienceMs, testRules } from './promtool';
import { both } from './scenes';

const day = 86_400;
const model = defaultModel({ paths: [pathSettings('service')] });
const step = 30;
const rules = ruleGroups(model)
  .flatMap((group) => group.rules)
  .flatMap((rule) => (isAlert(rule) ? [] : [rule]));
/** What is evaluated every five minutes, as it is; what it reads is given. */
const groups = [
  {
    name: 'long',
    interval: '5m',
    rules: rules.filter(({ record }) => /increase5m|added_up|availability/.test(record)),
  },
];

/** Counts of one injector, each stretch at its rates per second, as the fast group records them; none are known while it is silent. */
function counts(
  stretches: readonly { seconds: number; good?: number; bad?: number; silent?: true }[],
): InputSeries[] {
  const of = '{path="service",instance="a"}';
  const values = { bad: [] as number[], total: [] as number[], known: [] as string[] };
  let bad = 0;
  let total = 0;
  for (const stretch of stretches)
    for (let at = 0; at < stretch.seconds; at += step) {
      values.bad.push(bad);
      values.total.push(total);
      bad += (stretch.bad ?? 0) * step;
      total += ((stretch.bad ?? 0) + (stretch.good ?? 0)) * step;
      values.known.push(stretch.silent ? '_' : '1');
    }
  return [
    { series: `${recorded.bad}${of}`, values: values.bad.join(' ') },
    { series: `${recorded.total}${of}`, values: values.total.join(' ') },
    { series: `${recorded.known}{path="service"}`, values: values.known.join(' ') },
  ];
}

beforeAll(promtool, promtoolPatienceMs);

test('windows are those that the samples reach back to', () => {
  expect(availabilityWindows({})).toEqual([3600, day, 7 * day, 30 * day]);
  expect(availabilityWindows({ retentionDays: 7 })).toEqual([3600, day, 7 * day]);
  expect(availabilityWindows({ retentionDays: 400 }).at(-1)).toBe(365 * day);
  expect([availabilityName(3600), coverageName(30 * day)]).toEqual([
    'slo:availability:ratio_1h',
    'slo:availability_coverage:ratio_30d',
  ]);
});

test('readers are told what is known where that is under nine tenths, and no number without probes', () => {
  expect(availabilityReading(0.999, 0.95)).toEqual({ availability: 0.999 });
  expect(availabilityReading(0.999, 0.4)).toEqual({ known: 0.4 });
  expect(availabilityReading(undefined, 1)).toEqual({ known: 1 });
  expect(availabilityReading(undefined, undefined)).toEqual({ known: 0 });
});

test('weighed by count, with coverage beside it; without probes no number', async () => {
  const sample = (at: string, record: string, value?: number) => ({
    expr: `round(${record}{path="service"}, 0.001)`,
    eval_time: at,
    exp_samples:
      value === undefined
        ? []
        : [
            {
              labels:
                '{path="service",sloth_id="service-availability",sloth_service="service",sloth_slo="availability"}',
              value,
            },
          ],
  });
  const hour = availabilityName(3600);
  const known = coverageName(3600);
  const scene = (
    name: string,
    input_series: InputSeries[],
    promql_expr_test: ReturnType<typeof sample>[],
  ) => ({
    name,
    interval: `${step}s`,
    input_series,
    promql_expr_test,
  });
  const scenes = [
    scene('no data', [], [sample('1h', hour), sample('1h', known)]),
    // a quarter of an hour at 4/s well, a quarter at 1/s failing: by count a fifth is lost, by time a half
    scene(
      'count',
      counts([
        { seconds: 900, good: 4 },
        { seconds: 960, bad: 1 },
      ]),
      [sample('30m', hour, 0.8)],
    ),
    // half an hour of four without probes
    scene(
      'gap',
      counts([
        { seconds: 1830, good: 4 },
        { seconds: 1800, silent: true },
      ]),
      [sample('1h', hour, 1), sample('1h', known, 0.5), sample('1h', coverageName(day), 0.021)],
    ),
    scene(
      'nothing counted for more than the window',
      counts([
        { seconds: 600, good: 4 },
        { seconds: 4800, silent: true },
      ]),
      [sample('85m', hour), sample('85m', known), sample('85m', availabilityName(day), 1)],
    ),
  ];
  expect(await testRules(groups, scenes, '5m')).toMatch(/SUCCESS/);
});

test('what an injector counted while it was cut off is added up once it is back, whatever its peers counted', async () => {
  const half = step * 2;
  const steps = (count: number, from: number, by: number) =>
    Array.from({ length: count }, (_, index) => String(from + index * by));
  const away = steps(40, 0, 0).map(() => '_');
  const injector = (instance: string, bad: readonly string[], total: readonly string[]): InputSeries[] => [
    { series: `${recorded.bad}{path="service",instance="${instance}"}`, values: bad.join(' ') },
    { series: `${recorded.total}{path="service",instance="${instance}"}`, values: total.join(' ') },
  ];
  // Two probes a second each. One is away from 30 to 50 minutes, in which all of its probes fail.
  const input_series = [
    ...injector('a', steps(200, 0, 0), steps(200, 0, half)),
    ...injector(
      'b',
      [...steps(60, 0, 0), ...away, ...steps(100, 2400, 0)],
      [...steps(60, 0, half), ...away, ...steps(100, 60 * half + 2400, half)],
    ),
  ];
  const at = (expr: string, value: number) => ({
    expr,
    eval_time: '75m',
    exp_samples: [{ labels: '{}', value }],
  });
  const scene = {
    name: 'cut off',
    interval: `${step}s`,
    input_series,
    promql_expr_test: [
      at(`sum(sum_over_time(${recorded.bad5m}[75m]))`, 2400),
      at(`round(sum(${availabilityName(3600)}), 0.001)`, 0.833),
    ],
  };
  expect(await testRules(groups, [scene], '5m')).toMatch(/SUCCESS/);
});

test('half a minute is known when probes were counted in it', async () => {
  const known = rules.filter(({ record }) => /^path_instance:|:known:/.test(record));
  const at = (eval_time: string, value?: number) => ({
    expr: recorded.known,
    eval_time,
    exp_samples: value === undefined ? [] : [{ labels: `${recorded.known}{path="service"}`, value }],
  });
  const scene = {
    name: 'known',
    interval: '5s',
    input_series: both(5, [{ seconds: 120, ok: 2 }, { seconds: 120 }, { seconds: 60, failed: 2 }]),
    promql_expr_test: [at('0s'), at('100s', 1), at('200s'), at('290s', 1)],
  };
  expect(await testRules([{ name: 'known', interval: '5s', rules: known }], [scene])).toMatch(/SUCCESS/);
});

import fc from 'fast-check';
import { probesTotal } from '../../signals/metrics';
import { defaultModel, pathSettings } from '../../signals/model';
import { exactCounts, firstGoodQuery, growth, reasonsQuery, statusQueries } from '../../signals/status';
import { checkExpressions, promtool, promtoolPatienceMs } from './promtool';

const series = (outcome: string, ...values: number[]) => ({
  metric: { __name__: probesTotal, path: 'service', outcome },
  values: values.map((value, index) => [index * 2, String(value)] as [number, string]),
});

beforeAll(promtool, promtoolPatienceMs);

test('counts are last minus first, resets and vanished series included', () => {
  const counts = exactCounts(
    [
      series('ok', 10, 12, 15),
      series('ok', 0, 4),
      series('failed', 3, 1, 2),
      series('slow', 5),
      series('error', 0, 1),
    ],
    defaultModel(),
  );
  expect(counts['service']).toEqual({ ok: 9, slow: 0, failed: 2, error: 1, success: 9 / 11 });
});

test('no probes, no number', () => {
  expect(exactCounts([], defaultModel())['service']).toEqual({
    ok: 0,
    slow: 0,
    failed: 0,
    error: 0,
    success: null,
  });
});

test('growth of a counter is what was added to it, however often it restarts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ add: fc.integer({ min: 1, max: 50 }), restart: fc.boolean() }), { maxLength: 50 }),
      (steps) => {
        let value = 0;
        const values = [0];
        for (const { add, restart } of steps) {
          // A restarted counter that has already passed its old value cannot be told from a running one.
          value = restart && value > 50 ? add : value + add;
          values.push(value);
        }
        const added = steps.reduce((sum, { add }) => sum + add, 0);
        expect(growth(series('ok', ...values))).toBe(added);
      },
    ),
  );
});

test('promtool reads every query of the status table', async () => {
  const { counters, ...instant } = statusQueries(300);
  const path = pathSettings('service');
  const expressions = [
    ...Object.values(instant),
    firstGoodQuery(path),
    reasonsQuery(path, 120),
    `count_over_time(${counters})`,
  ];
  expect(await checkExpressions(expressions)).toMatch(/SUCCESS/);
  await expect(checkExpressions(['sum by (path'])).rejects.toThrow(/parse error/);
});

import fc from 'fast-check';
import { countsByStep, stepEnds, valuesByStep, type Span } from '../../signals/dashboards/history';
import { growth, type MatrixSeries } from '../../signals/status';

const span: Span = { windowSeconds: 600, stepSeconds: 60 };
const ends = stepEnds(10_030, span);
/** One counter: a value per step beginning with the step before the first, null where there is no sample. */
const counter = (values: (number | null)[], labels: Record<string, string> = {}): MatrixSeries => ({
  metric: { path: 'service', outcome: 'ok', reason: '', instance: 'a', ...labels },
  values: values.flatMap((value, index) =>
    value === null ? [] : [[ends[0]! - 60 + index * 60, String(value)] as const],
  ),
});
const ok = (...series: MatrixSeries[]) => countsByStep(series, 'service', ends, span).outcomes.ok;
const beside = counter([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { instance: 'b' });

test('steps end at whole multiples, the newest that is over last', () => {
  expect(ends).toHaveLength(10);
  expect(ends.at(-1)).toBe(10_020);
  expect(ends.every((end) => end % 60 === 0)).toBe(true);
});

test('a step counts what grew within it', () => {
  expect(ok(counter([0, 5, 10, 10, 15, 15, 15, 20, 21, 22, 30])).slice(0, 4)).toEqual([5, 5, null, 5]);
});

test('a new counter began at 0', () => {
  expect(ok(beside, counter([null, null, null, 40, 41])).slice(0, 4)).toEqual([1, 1, 41, 2]);
});

test('a counter that began anew counts what it has since', () => {
  expect(ok(counter([100, 110, 4, 9])).slice(0, 3)).toEqual([10, 4, 5]);
});

test('what grew across a gap is in no step, and the gap is no zero', () => {
  expect(ok(counter([0, 5, null, null, 500, 505])).slice(0, 5)).toEqual([5, null, null, null, 5]);
  expect(ok(beside, counter([0, 5, null, null, 500, 505])).slice(0, 5)).toEqual([6, 1, 1, 1, 6]);
});

test('reasons that never came up are left out; others have a 0 where there were other probes', () => {
  const { failed } = countsByStep(
    [
      beside,
      counter([0, 0, 2, 2], { outcome: 'failed', reason: 'connect' }),
      counter([0, 0, 0, 0], { outcome: 'failed', reason: 'dns' }),
      counter([0, 9, 9, 9], { outcome: 'failed', reason: 'timeout', path: 'dns' }),
    ],
    'service',
    ends,
    span,
  );
  expect(Object.keys(failed)).toEqual(['connect']);
  expect(failed['connect']!.slice(0, 3)).toEqual([0, 2, 0]);
});

test('the steps add up to what the exact count of the status is', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 11, maxLength: 11 }), (grown) => {
      let sum = 0;
      const series = counter(grown.map((value) => (sum += value)));
      const total = ok(series).reduce<number>((all, value) => all + (value ?? 0), 0);
      expect(total).toBe(growth(series));
    }),
  );
});

test('a quantile without answers is no value', () => {
  const series = { ...counter([1, 2, NaN, 4]), metric: { path: 'service' } };
  expect(valuesByStep([series], 'service', ends).slice(0, 4)).toEqual([2, null, 4, null]);
  expect(valuesByStep([series], 'udp', ends)).toEqual(ends.map(() => null));
});

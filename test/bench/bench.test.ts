import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, minutesOr, rateOr, repeatsOr, slope, spread } from '../../bench/bench';
import { cases } from '../../bench/previews';
import { setInConfig } from '../../commands/stack/stack-config';
import { judgeConfig } from '../../commands/stack/stack-model';
import { checkout, findStack } from '../../commands/stack/stack';

test('the median is the middle value, or the mean of the two middle ones', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 2, 100])).toBe(3);
  expect(median([])).toBeNaN();
});

test('a spread is p50 and maximum, in seconds', () => {
  expect(spread('wait', [1_000, 9_000, 2_000])).toEqual([
    { what: 'wait, p50', value: 2, unit: 's' },
    { what: 'wait, max', value: 9, unit: 's' },
  ]);
});

test('repeats are the usual ones unless given', () => {
  expect(repeatsOr(5, undefined)).toBe(5);
  expect(repeatsOr(5, '2')).toBe(2);
  expect(() => repeatsOr(5, '0')).toThrow(/BENCH_REPEATS is 0/);
  expect(() => repeatsOr(5, 'x')).toThrow(/whole number/);
});

test('minutes are the usual ones unless given', () => {
  expect(minutesOr(10, undefined)).toBe(10);
  expect(minutesOr(10, '0.5')).toBe(0.5);
  expect(() => minutesOr(10, '0')).toThrow(/BENCH_MINUTES is 0/);
  expect(() => minutesOr(10, 'x')).toThrow(/above 0/);
});

test('the rate is the usual one unless given', () => {
  expect(rateOr(1_000, undefined)).toBe(1_000);
  expect(rateOr(1_000, '300')).toBe(300);
  for (const wrong of ['99', '5001', 'x']) expect(() => rateOr(1_000, wrong)).toThrow(/BENCH_RATE is/);
});

test('the slope is that of the least-squares line', () => {
  expect(
    slope([
      [0, 10],
      [1, 12],
      [2, 14],
    ]),
  ).toBeCloseTo(2);
  // by hand: means 1 and 4/3, Σ(x−1)(y−4/3) = 1, Σ(x−1)² = 2
  expect(
    slope([
      [0, 1],
      [1, 1],
      [2, 2],
    ]),
  ).toBeCloseTo(0.5);
});

test.each(cases.map((one) => [one.what, one] as const))(
  '%s is of a config that is right',
  (_what, { stack, set }) => {
    const file = join(checkout, `Pulumi.${stack}.yaml`);
    const config = set.reduce((text, one) => setInConfig(text, one, file), readFileSync(file, 'utf8'));
    expect(judgeConfig(findStack(stack, {}), config)).toEqual([]);
  },
);

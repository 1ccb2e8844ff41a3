import { Estimate } from '../../../lab/toolchain/estimate';

test('before anything is measured it is the table', () => {
  expect(new Estimate(100_000).remainingMs(10_000, 0)).toBe(100_000);
  expect(new Estimate(100_000).remainingMs(10_000, 4_000)).toBe(96_000);
});

test('a job over its time makes the rest longer instead of standing still', () => {
  const estimate = new Estimate(100_000);
  const at = [9_000, 20_000, 60_000, 120_000].map((elapsedMs) => estimate.remainingMs(10_000, elapsedMs));
  expect(at[0]).toBe(91_000);
  expect(at).toEqual([...at].sort((a, b) => a - b));
  expect(at[3]).toBeGreaterThan(300_000);
});

test('follows the measured pace', () => {
  const estimate = new Estimate(700_000);
  estimate.finished(600_000, 6_000);
  expect(estimate.remainingMs(100_000, 0)).toBeLessThan(10_000);
  const slow = new Estimate(700_000);
  slow.finished(600_000, 1_200_000);
  expect(slow.remainingMs(100_000, 0)).toBeGreaterThan(190_000);
});

test('one tiny first job does not set the pace', () => {
  const estimate = new Estimate(606_000);
  estimate.finished(6_000, 600);
  expect(estimate.remainingMs(300_000, 0)).toBeGreaterThan(500_000);
});

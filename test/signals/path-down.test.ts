import { attemptedAtLeast } from '../../signals/expressions';
import { defaultModel, pathSettings } from '../../signals/model';
import { pathRow, wholeWayShare } from '../../signals/paths';
import { downWindowSeconds } from '../../signals/windows';

const model = defaultModel();
const settings = (ratePerSecond: number, timeoutMs: number) => ({
  ...pathSettings('ingress-external'),
  ratePerSecond,
  timeoutMs,
});

test('a first failure is no attempt, a quarter of what is sent in the window is', () => {
  const path = pathSettings('service');
  const whole = path.ratePerSecond * wholeWayShare(pathRow(path));
  expect(attemptedAtLeast(model, path)).toBe(Math.floor((whole * downWindowSeconds(model, path)) / 4));
  expect(attemptedAtLeast(model, { ...path, ratePerSecond: 0.2 })).toBe(1);
});

// Two injectors with 12, 6 and 12 virtual users for each of two kinds of connection, each of which sends a probe every 5 s of the 15.
test.each([
  [20, 1000, 72],
  [20, 500, 36],
  [40, 500, 72],
])('at %d/s with %d ms a far end that holds back all but %d probes is down', (rate, timeoutMs, sent) => {
  const path = settings(rate, timeoutMs);
  expect(downWindowSeconds(model, path)).toBe(15);
  expect(attemptedAtLeast(model, path)).toBeLessThanOrEqual(sent / 2);
  expect(attemptedAtLeast(model, path)).toBeGreaterThanOrEqual(sent / 4);
});

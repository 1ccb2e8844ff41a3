import { isOfSlowMachine } from '../e2e/support/slow-machine';

const minute = 60_000;
const now = 100 * minute;
/** A tenth more than is excused was stolen up to so many minutes ago, for ten minutes. */
const burst = (endedMinutesAgo: number) => (fromMs: number, toMs: number) => {
  const end = now - endedMinutesAgo * minute;
  return fromMs < end && toMs > end - 10 * minute ? 0.2 : 0;
};
const never = () => 0;

test('a slow server or a late scrape is excused by a burst, and by nothing else', () => {
  for (const words of ['ServerSlow - ticket firing', 'ScrapeTargetDown - ticket firing']) {
    expect(isOfSlowMachine(words, now, burst(1))).toBe(true);
    expect(isOfSlowMachine(words, now, burst(15))).toBe(false);
    expect(isOfSlowMachine(words, now, never)).toBe(false);
  }
});

test('its end may come later', () => {
  expect(isOfSlowMachine('ServerSlow - ticket resolved', now, burst(30))).toBe(true);
  expect(isOfSlowMachine('ServerSlow - ticket resolved', now, burst(50))).toBe(false);
});

test('a burst of minutes counts for a late end too, although it is little of all the time before', () => {
  const [endMs, lastsMs] = [now - 25 * minute, 6 * minute];
  const average = (fromMs: number, toMs: number) =>
    (0.3 * Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, endMs - lastsMs))) / (toMs - fromMs);
  expect(average(now - 40 * minute, now)).toBeLessThan(0.1);
  expect(isOfSlowMachine('ServerSlow - ticket resolved', now, average)).toBe(true);
});

test('a page is never excused, nor what says that something is broken', () => {
  for (const words of [
    'PathDown service page firing',
    'LatencyBurn service page firing',
    'ServerErrors - ticket firing',
    'NodePairDown - ticket firing',
    'ChaosLostProbes service ticket firing',
  ])
    expect(isOfSlowMachine(words, now, burst(1))).toBe(false);
});

test('what injectors say of their own lag needs no burst: others than a host load a machine too', () => {
  expect(isOfSlowMachine('ProberErrors service ticket firing', now, never)).toBe(true);
});

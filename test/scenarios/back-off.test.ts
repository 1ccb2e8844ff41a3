import { BackOff } from '../../scenarios/back-off';

/** Milliseconds since k6 began, and what the calendar says then. */
const at = 7_000;
const epoch = 1_800_000_000_000;

function allowedWithin(backOff: BackOff, fromMs: number, toMs: number): number {
  let count = 0;
  for (let now = fromMs; now < toMs; now += 500) if (backOff.allows(now)) count += 1;
  return count;
}

test.each([429, 503])('%i with Retry-After holds all but a trickle back', (status) => {
  const backOff = new BackOff();
  expect(backOff.allows(at)).toBe(true);
  backOff.note(status, '30', at, epoch);
  expect(allowedWithin(backOff, at + 500, at + 30_000)).toBe(5);
  expect(allowedWithin(backOff, at + 30_000, at + 40_000)).toBe(20);
});

test('a date is understood, an endless wait is cut to a minute', () => {
  const dated = new BackOff();
  dated.note(503, new Date(epoch + 10_000).toUTCString(), at, epoch);
  expect(allowedWithin(dated, at, at + 10_000)).toBeLessThanOrEqual(2);
  const endless = new BackOff();
  endless.note(503, '86400', at, epoch);
  expect(allowedWithin(endless, at + 60_000, at + 65_000)).toBe(10);
});

test.each([
  [503, undefined],
  [503, 'soon'],
  [500, '30'],
  [200, '30'],
])('%i with Retry-After %s holds nothing back', (status, header) => {
  const backOff = new BackOff();
  backOff.note(status, header, at, epoch);
  expect(allowedWithin(backOff, at, at + 5000)).toBe(10);
});

import { BackOff } from '../../scenarios/back-off';
import { configOf } from './support/processes';

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

test('a calendar that is set back by an hour silences no probe', async () => {
  let ranMs = at;
  jest.doMock(
    'k6/execution',
    () => ({
      instance: {
        get currentTestRunDuration() {
          return ranMs;
        },
      },
    }),
    { virtual: true },
  );
  const counted = class {
    add(): void {}
  };
  jest.doMock('k6/metrics', () => ({ Counter: counted, Trend: counted }), { virtual: true });
  jest.doMock('k6/timers', () => ({ setTimeout: () => 0, clearTimeout: () => undefined }), { virtual: true });
  const answer = {
    status: 503,
    headers: { 'Retry-After': '30' },
    timings: { blocked: 0, connecting: 0, duration: 1 },
    body: '',
    error: '',
    error_code: 1503,
  };
  jest.doMock('k6/http', () => ({ asyncRequest: () => Promise.resolve(answer) }), { virtual: true });
  const calendar = jest.spyOn(Date, 'now').mockReturnValue(epoch);
  try {
    const { request } = await import('../../scenarios/http-request.ts');
    const [path] = configOf(['service'], {}).paths;
    const probe = () => request('GET', 'http://far/', null, {}, path!, path!.probes[0]!);
    expect(await probe()).toMatchObject({ status: 503 });
    calendar.mockReturnValue(epoch - 3_600_000);
    let sent = 0;
    for (ranMs += 1000; ranMs < at + 60_000; ranMs += 1000) if (await probe()) sent += 1;
    expect(sent).toBeGreaterThanOrEqual(9);
  } finally {
    calendar.mockRestore();
  }
});

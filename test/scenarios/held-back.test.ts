import { request } from '../../scenarios/http-request';
import { configOf } from './support/processes';

let mockRanMs = 7_000;
jest.mock(
  'k6/execution',
  () => ({
    instance: {
      get currentTestRunDuration() {
        return mockRanMs;
      },
    },
  }),
  { virtual: true },
);
jest.mock(
  'k6/metrics',
  () => {
    const counted = class {
      add(): void {}
    };
    return { Counter: counted, Trend: counted };
  },
  { virtual: true },
);
jest.mock('k6/timers', () => ({ setTimeout: () => 0, clearTimeout: () => undefined }), { virtual: true });
jest.mock(
  'k6/http',
  () => ({
    asyncRequest: () =>
      Promise.resolve({
        status: 503,
        headers: { 'Retry-After': '30' },
        timings: { blocked: 0, connecting: 0, duration: 1 },
        body: '',
        error: '',
        error_code: 1503,
      }),
  }),
  { virtual: true },
);

test('a calendar that is set back by an hour silences no probe', async () => {
  const epoch = 1_800_000_000_000;
  const calendar = jest.spyOn(Date, 'now').mockReturnValue(epoch);
  try {
    const [path] = configOf(['service'], {}).paths;
    const probe = () => request('GET', 'http://far/', null, {}, path!, path!.probes[0]!);
    expect(await probe()).toMatchObject({ status: 503 });
    calendar.mockReturnValue(epoch - 3_600_000);
    let sent = 0;
    for (let second = 0; second < 60; second += 1) {
      mockRanMs += 1000;
      if (await probe()) sent += 1;
    }
    expect(sent).toBeGreaterThanOrEqual(9);
  } finally {
    calendar.mockRestore();
  }
});

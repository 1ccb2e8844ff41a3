import fc from 'fast-check';
import { defaultModel, pathSettings, periodsDays } from '../../signals/model';
import { duration, number } from '../../signals/promql';
import {
  burnThreshold,
  burnWindows,
  downWindowSeconds,
  missingForSeconds,
  missingWindowSeconds,
  noticeSeconds,
  zeroLeadMs,
} from '../../signals/windows';

const rate = fc.double({ min: 0.1, max: 50, noNaN: true });
const period = fc.constantFrom(...periodsDays);

test('the workbook of 30 days comes out as printed', () => {
  const model = defaultModel();
  expect(
    burnWindows(model, model.paths[0]!).map((w) => [
      w.factor,
      w.kind,
      duration(w.longSeconds),
      duration(w.shortSeconds),
    ]),
  ).toEqual([
    [14.4, 'page', '1h', '5m'],
    [6, 'page', '6h', '30m'],
    [3, 'ticket', '1d', '2h'],
    [1, 'ticket', '3d', '6h'],
  ]);
});

test('each factor spends the same share of the budget in any period', () => {
  fc.assert(
    fc.property(period, rate, (periodDays, ratePerSecond) => {
      const model = defaultModel({ periodDays });
      const shares = burnWindows(model, pathSettings('service', { ratePerSecond })).map(
        (w) => (w.factor * w.longSeconds) / (periodDays * 86_400),
      );
      [0.02, 0.05, 0.1, 0.1].forEach((share, index) => expect(shares[index]).toBeCloseTo(share, 3));
    }),
  );
});

test('short windows hold 20 probes and two minutes, and are short', () => {
  fc.assert(
    fc.property(period, rate, (periodDays, ratePerSecond) => {
      for (const w of burnWindows(defaultModel({ periodDays }), pathSettings('service', { ratePerSecond }))) {
        expect(w.shortSeconds).toBeGreaterThanOrEqual(120);
        expect(w.shortSeconds * ratePerSecond).toBeGreaterThanOrEqual(20 - 1e-6);
        expect(w.shortSeconds).toBeLessThan(w.longSeconds);
        expect(Number.isInteger(w.shortSeconds) && Number.isInteger(w.longSeconds)).toBe(true);
      }
    }),
  );
});

test('a time scale divides burn windows and leaves down and missing alone', () => {
  const model = defaultModel({ timeScale: 60 });
  const path = model.paths[0]!;
  expect(burnWindows(model, path)[0]).toMatchObject({ longSeconds: 60, shortSeconds: 5 });
  expect(downWindowSeconds(model, path)).toBe(15);
});

test('down looks back over ten probes and five exports at any rate', () => {
  fc.assert(
    fc.property(rate, fc.integer({ min: 500, max: 15_000 }), (ratePerSecond, exportIntervalMs) => {
      const model = defaultModel({ exportIntervalMs });
      const path = pathSettings('service', { ratePerSecond });
      const window = downWindowSeconds(model, path);
      expect(window).toBeGreaterThanOrEqual(15);
      expect(window * ratePerSecond).toBeGreaterThanOrEqual(10 - 1e-6);
      expect(window * 1000).toBeGreaterThanOrEqual(5 * exportIntervalMs);
      expect(noticeSeconds(model, path)).toBeGreaterThan(window);
      expect(zeroLeadMs(model)).toBeGreaterThan(exportIntervalMs + 5000);
    }),
  );
});

test('missing is noticed within two minutes at the default rate', () => {
  const model = defaultModel();
  expect(missingWindowSeconds(model, model.paths[0]!) + missingForSeconds + 10).toBeLessThanOrEqual(120);
});

test('durations are what Prometheus reads, numbers have no dust', () => {
  expect([300, 280, 3600, 86_400 * 3, 90, 1].map(duration)).toEqual([
    '5m',
    '4m40s',
    '1h',
    '3d',
    '1m30s',
    '1s',
  ]);
  expect(() => duration(0)).toThrow(RangeError);
  expect(() => duration(1.5)).toThrow(RangeError);
  expect(number(1 - 0.999)).toBe('0.001');
  expect(number(burnThreshold(14.4, 99.9))).toBe('0.0144');
});

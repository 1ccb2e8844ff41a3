import fc from 'fast-check';
import { minimumRatePerSecond, problems } from '../../signals/feasibility';
import type { PathSettings, SignalModel } from '../../signals/model';
import { defaultModel, pathSettings, periodsDays } from '../../signals/model';
import { objectivePercent } from '../../signals/recording-rules';
import { burnThreshold, burnWindows } from '../../signals/windows';

const fields = (model: SignalModel) => problems(model).map((problem) => problem.field);
const withPath = (changes: Partial<PathSettings>, model: Partial<SignalModel> = {}) =>
  defaultModel({ ...model, paths: [pathSettings('service', changes)] });

test('the defaults are feasible in every period', () => {
  for (const periodDays of periodsDays) expect(problems(defaultModel({ periodDays }))).toEqual([]);
});

test.each<[string, SignalModel, string]>([
  ['objective 100 %', withPath({ availabilityPercent: 100 }), 'paths.service.availabilityPercent'],
  ['objective 0 %', withPath({ availabilityPercent: 0 }), 'paths.service.availabilityPercent'],
  ['factor × budget ≥ 1', withPath({ availabilityPercent: 93 }), 'paths.service.availabilityPercent'],
  ['latency factor × budget ≥ 1', withPath({ latencyPercent: 90 }), 'paths.service.latencyPercent'],
  ['latency 100 %', withPath({ latencyPercent: 100 }), 'paths.service.latencyPercent'],
  ['rate 0', withPath({ ratePerSecond: 0 }), 'paths.service.ratePerSecond'],
  [
    'rate too low for its objective',
    withPath({ ratePerSecond: 1, availabilityPercent: 99.99 }),
    'paths.service.ratePerSecond',
  ],
  [
    'rate too low at all',
    withPath({ ratePerSecond: 0.01, availabilityPercent: 95, latencyPercent: 95 }),
    'paths.service.ratePerSecond',
  ],
  ['timeout ≤ bound', withPath({ timeoutMs: 25 }), 'paths.service.timeoutMs'],
  ['timeout 0', withPath({ timeoutMs: 0 }), 'paths.service.timeoutMs'],
  ['bound 0', withPath({ latencyBoundMs: 0 }), 'paths.service.latencyBoundMs'],
  ['too many VUs', withPath({ ratePerSecond: 90, timeoutMs: 20_000 }), 'paths'],
  ['over the cap', withPath({ ratePerSecond: 101 }), 'maxRatePerSecond'],
  ['no injector', defaultModel({ injectors: 0 }), 'injectors'],
  ['half an injector', defaultModel({ injectors: 1.5 }), 'injectors'],
  ['slow export', defaultModel({ exportIntervalMs: 60_000 }), 'exportIntervalMs'],
  ['a path twice', defaultModel({ paths: [pathSettings('service'), pathSettings('service')] }), 'paths'],
  [
    'severity with a space',
    withPath({ severity: { page: 'wake up', ticket: 'ticket' } }),
    'paths.service.severity',
  ],
  ['severity none', withPath({ severity: { page: 'none', ticket: 'ticket' } }), 'paths.service.severity'],
  ['one word for both', withPath({ severity: { page: 'loud', ticket: 'loud' } }), 'paths.service.severity'],
])('%s is refused', (_, model, field) => expect(fields(model)).toContain(field));

test('every problem is told at once, with a sentence', () => {
  const found = problems(
    withPath(
      { availabilityPercent: 100, timeoutMs: 5, severity: { page: 'none', ticket: 'ticket' } },
      { exportIntervalMs: 1 },
    ),
  );
  expect(found.length).toBeGreaterThanOrEqual(3);
  for (const { message } of found) expect(message.length).toBeGreaterThan(10);
});

test('what is accepted can fire: threshold below 1, five bad probes in each long window with one injector lost', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...periodsDays),
      fc.integer({ min: 1, max: 5 }),
      fc.double({ min: 0.05, max: 20, noNaN: true }),
      fc.double({ min: 90, max: 99.999, noNaN: true }),
      fc.double({ min: 90, max: 99.999, noNaN: true }),
      (periodDays, injectors, ratePerSecond, availabilityPercent, latencyPercent) => {
        const model = withPath(
          { ratePerSecond, availabilityPercent, latencyPercent },
          { periodDays, injectors },
        );
        const path = model.paths[0]!;
        if (problems(model).length > 0) return;
        expect(ratePerSecond).toBeGreaterThanOrEqual(minimumRatePerSecond(model, path));
        for (const { factor, longSeconds } of burnWindows(model, path)) {
          for (const sli of ['availability', 'latency'] as const) {
            const threshold = burnThreshold(factor, objectivePercent(path, sli));
            expect(threshold).toBeLessThan(1);
            const left = injectors === 1 ? 1 : (injectors - 1) / injectors;
            expect(ratePerSecond * left * longSeconds * threshold).toBeGreaterThanOrEqual(5 - 1e-6);
          }
        }
      },
    ),
  );
});

test('the minimum rate that is printed is accepted', () => {
  const low = withPath({ ratePerSecond: 0.5, availabilityPercent: 99.99 });
  const printed = /at least ([\d.]+)\/s/.exec(problems(low)[0]?.message ?? '')?.[1];
  expect(problems(withPath({ ratePerSecond: Number(printed), availabilityPercent: 99.99 }))).toEqual([]);
});

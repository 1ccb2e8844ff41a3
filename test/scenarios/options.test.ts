import { scenariosOf } from '../../scenarios/options';
import { injectorConfig } from '../../signals/injector';
import { defaultModel, pathSettings } from '../../signals/model';
import { pathNames } from '../../signals/paths';
import { injectorTargets } from '../../signals/targets';

const targets = injectorTargets('here');

test('each probe is a scenario with a constant rate and no VU to be made later', () => {
  const model = defaultModel({ paths: [pathSettings('service')] });
  const scenarios = scenariosOf(injectorConfig(model, targets));
  expect(Object.keys(scenarios)).toEqual(['zero', 'service-kept', 'service-fresh', 'service-direct']);
  expect(scenarios['zero']).toMatchObject({ executor: 'per-vu-iterations', iterations: 1 });
  const periods = ['service-kept', 'service-fresh', 'service-direct'].map((name) => {
    const scenario = scenarios[name]!;
    expect(scenario.preAllocatedVUs).toBe(scenario.maxVUs);
    expect(scenario).toMatchObject({ executor: 'constant-arrival-rate', rate: 1, tags: { path: 'service' } });
    return Number(/^(\d+)us$/.exec(scenario.timeUnit!)![1]);
  });
  // Two injectors: 4/s in total.
  expect(periods.reduce((sum, period) => sum + 2 * (1e6 / period), 0)).toBeCloseTo(4, 5);
});

test('a stream is one VU for ever, whatever its rate', () => {
  const model = defaultModel({ paths: [pathSettings('websocket', { ratePerSecond: 50 })] });
  expect(scenariosOf(injectorConfig(model, targets))['websocket-stream']).toEqual({
    executor: 'constant-vus',
    exec: 'probe',
    vus: 1,
    duration: '87600h',
    startTime: expect.stringMatching(/^\d+ms$/),
    gracefulStop: '3000ms',
    tags: { path: 'websocket' },
  });
});

test('nothing starts before all series were exported with 0, and every path has its scenarios', () => {
  const config = injectorConfig(
    defaultModel({ paths: pathNames.map((name) => pathSettings(name)) }),
    targets,
  );
  const { zero, ...others } = scenariosOf(config);
  expect(zero!.startTime).toBeUndefined();
  expect(new Set(Object.values(others).map(({ tags }) => tags!['path']))).toEqual(new Set(pathNames));
  for (const { startTime } of Object.values(others)) expect(parseInt(startTime!)).toBeGreaterThan(2000);
});

test('the switch stops every probe', () => {
  const scenarios = scenariosOf(injectorConfig(defaultModel({ enabled: false }), targets));
  expect(Object.values(scenarios).map((scenario) => scenario.exec)).toEqual(['idle']);
});

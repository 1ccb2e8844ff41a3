import { scenariosOf } from '../../scenarios/options';
import { injectorConfig } from '../../signals/injector';
import { defaultModel } from '../../signals/model';

const targets = { source: 'http://source:9898', target: 'http://target:9898' };

test('each probe is a scenario with a constant rate and no VU to be made later', () => {
  const scenarios = scenariosOf(injectorConfig(defaultModel(), targets));
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

test('the switch stops every probe', () => {
  const scenarios = scenariosOf(injectorConfig(defaultModel({ enabled: false }), targets));
  expect(Object.values(scenarios).map((scenario) => scenario.exec)).toEqual(['idle']);
});

import { readSettings } from '../../settings';
import { encodeConfig, stackConfig } from '../deploy';

function read(stack: string, dashboards: unknown) {
  return readSettings(stack, {
    ...stackConfig(stack),
    ...encodeConfig({ 'continuous-load:dashboards': dashboards }),
  }).dashboards;
}

test('dashboards lie in ConfigMaps unless the config says otherwise', () => {
  expect(read('lab', {})).toEqual({ delivery: 'configmap' });
  expect(read('dev', { sidecarLabels: { dashboards: 'yes' } })).toEqual({
    delivery: 'configmap',
    sidecarLabels: { dashboards: 'yes' },
  });
  expect(read('dev', { delivery: 'files' })).toEqual({ delivery: 'files' });
});

test('grafana-operator gets them by the labels of a Grafana', () => {
  const grafanaLabels = { dashboards: 'grafana', 'example.org/team': 'a' };
  expect(read('dev', { delivery: 'grafana-operator', grafanaLabels })).toEqual({
    delivery: 'grafana-operator',
    grafanaLabels,
  });
});

const labels = { a: 'b' };
test.each([
  ['an unknown way', 'dev', { delivery: 'sidecar' }, 'dashboards.delivery'],
  ['an operator without a Grafana', 'dev', { delivery: 'grafana-operator' }, 'dashboards.grafanaLabels'],
  ['a Grafana without the operator', 'dev', { grafanaLabels: labels }, 'dashboards.grafanaLabels'],
  [
    'labels for a sidecar that is not asked',
    'dev',
    { delivery: 'files', sidecarLabels: labels },
    'dashboards.sidecarLabels',
  ],
  [
    'the operator on the lab',
    'lab',
    { delivery: 'grafana-operator', grafanaLabels: labels },
    'dashboards.delivery',
  ],
  ['no label at all', 'dev', { sidecarLabels: {} }, 'dashboards.sidecarLabels'],
  ['a label that is none', 'dev', { sidecarLabels: { a: 1 } }, 'dashboards.sidecarLabels'],
])('refuses %s', (_what, stack, dashboards, field) => {
  expect(() => read(stack, dashboards)).toThrow(new RegExp(`^1 mistake[^]*${field.replace('.', '\\.')}`));
});

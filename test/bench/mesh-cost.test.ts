import { meshFigures } from '../../bench/mesh-cost';

const figures = meshFigures(
  {
    probes: { mesh: 2400, service: 2400 },
    called: 6000,
    latency: {
      mesh: { p50: 8, p99: 40 },
      service: { p50: 4, p99: 16 },
      serviceKept: { p50: 3, p99: 12 },
    },
    cpu: { source: 1.8, meshSource: 3.6, sourceProxy: 4.8, target: 3, targetProxy: 6 },
  },
  0.75,
);
const of = (what: string) => figures.find((figure) => figure.what === what)?.value;

test('source is charged for what goes over it, target for every request that comes to it', () => {
  expect(of('CPU per 1 000 probes: source')).toBeCloseTo(1000);
  expect(of('CPU per 1 000 probes: mesh-source')).toBeCloseTo(1500);
  expect(of('CPU per 1 000 probes: the proxy beside it')).toBeCloseTo(2000);
  expect(of('CPU per 1 000 requests: the proxy beside mesh-target')).toBeCloseTo(1000);
});

test('ratios compare what was measured in the same minutes', () => {
  expect(of('mesh ÷ service fresh, p50')).toBeCloseTo(2);
  expect(of('mesh ÷ service fresh, p99')).toBeCloseTo(2.5);
  expect(of('mesh-source and its proxy ÷ source')).toBeCloseTo(3.5);
  expect(of('both proxies ÷ source')).toBeCloseTo(3);
});

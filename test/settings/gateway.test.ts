import {
  existing,
  lab,
  read as readSections,
  refusal as refusalOf,
  stockPaths,
  type Sections,
} from './reading';

const address = 'gateway-istio.continuous-load.svc.cluster.local.';
const on = (...paths: string[]) => ({
  ...stockPaths,
  ...Object.fromEntries(paths.map((path) => [path, { enabled: true }])),
});
const nobody = { monitoring: { receivers: [] } };
const read = (sections: Sections) => readSections({ ...nobody, ...sections }, 'dev');
const refusal = (sections: Sections) => refusalOf({ ...nobody, ...sections }, 'dev');

test('paths through a gateway are off unless they are asked for', () => {
  const { model, gateway } = read({ cluster: existing, paths: on() });
  expect(model.paths.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['ingress']));
  expect(model.paths.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['ingress-external']));
  expect(gateway).toBeUndefined();
});

test('the lab has a class and an address of its own', () => {
  const { gateway, model } = read({ cluster: lab, paths: on('ingress') });
  expect(gateway).toEqual({ class: 'istio', retries: 0 });
  expect(model.gatewayScraped).toBe(true);
  expect(read({ cluster: lab, paths: on('ingress'), gateway: { retries: 2 } }).gateway?.retries).toBe(2);
});

test('elsewhere the class and the addresses are the user’s', () => {
  const paths = on('ingress', 'ingress-external');
  const gateway = { class: 'eg', address, externalAddress: '203.0.113.7:8080' };
  expect(read({ cluster: existing, paths, gateway }).model.gatewayScraped).toBe(false);
  expect(read({ cluster: existing, paths, gateway }).gateway).toEqual({
    class: 'eg',
    addresses: { inside: address, outside: '203.0.113.7:8080' },
  });
});

test.each([
  ['a class', existing, on('ingress'), { address }, 'gateway.class'],
  [
    'a class, for the outer path alone',
    existing,
    on('ingress-external'),
    { externalAddress: 'a.example' },
    'gateway.class',
  ],
  ['an address', existing, on('ingress'), { class: 'eg' }, 'gateway.address'],
  ['an outer address', existing, on('ingress-external'), { class: 'eg' }, 'gateway.externalAddress'],
  [
    'retries left to the class',
    existing,
    on('ingress'),
    { class: 'eg', address, retries: 2 },
    'gateway.retries',
  ],
  ['a whole number of retries', lab, on('ingress'), { retries: 1.5 }, 'gateway.retries'],
  ['nothing on the lab', lab, on('ingress'), { class: 'eg' }, 'gateway.class'],
  [
    'an address that is no URL',
    existing,
    on('ingress'),
    { class: 'eg', address: 'http://x/' },
    'gateway.address',
  ],
])('is refused without %s', (_what, cluster, paths, gateway, field) => {
  const message = refusal({ cluster, paths, gateway });
  expect(message).toContain(field);
  expect(message.split(field)).toHaveLength(2);
});

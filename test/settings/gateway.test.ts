import * as pulumi from '@pulumi/pulumi';
import { readSettings } from '../../settings';
import { encodeConfig } from '../deploy';

const lab = { kind: 'lab' };
const existing = { kind: 'existing', context: 'k3d-dev' };
const address = 'gateway-istio.continuous-load.svc.cluster.local.';
/** Off, because they need images of the user's own elsewhere. */
const off = Object.fromEntries(
  ['grpc-stream', 'websocket', 'dns', 'tcp', 'udp', 'api-server'].map((path) => [path, { enabled: false }]),
);
const on = (...paths: string[]) => ({
  ...off,
  ...Object.fromEntries(paths.map((path) => [path, { enabled: true }])),
});

function read(sections: Record<string, unknown>) {
  const all = { monitoring: { receivers: [] }, ...sections };
  return readSettings(
    'dev',
    encodeConfig(
      Object.fromEntries(Object.entries(all).map(([key, value]) => [`continuous-load:${key}`, value])),
    ),
  );
}

function refusal(sections: Record<string, unknown>): string {
  try {
    read(sections);
  } catch (error) {
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    return (error as Error).message;
  }
  return 'accepted';
}

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

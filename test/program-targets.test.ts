import * as pulumi from '@pulumi/pulumi';
import { program } from '../program';
import { crdFixture } from './components/crd-fixture';
import { deploy, encodeConfig, isSecret, plain, type Registered } from './deploy';
import { authority } from './settings/authority';

const mockFixture = crdFixture();
jest.mock('../lab/toolchain/crds', () => ({
  operatorCrds: () => mockFixture,
  gatewayCrds: () => mockFixture,
  meshCrds: () => mockFixture,
}));

const http = { url: 'https://checkout.shop.svc/healthz', headers: { Authorization: 'Bearer t0ken' } };

async function deployWith(sections: Record<string, unknown>): Promise<Registered[]> {
  const keyed = Object.entries({ cluster: { kind: 'lab' }, ...sections }).map(([key, value]) => [
    `continuous-load:${key}`,
    value,
  ]);
  pulumi.runtime.setAllConfig(encodeConfig(Object.fromEntries(keyed)));
  return (await deploy(program)).resources;
}

const called = (resources: Registered[], name: string) => resources.filter((one) => one.name === name);
const deployment = (resources: Registered[]) =>
  plain(resources.find(({ name, type }) => name === 'injector' && type.endsWith(':Deployment'))!.inputs).spec;

test('credentials lie in a Secret that the injectors mount, and nowhere else', async () => {
  const resources = await deployWith({
    targets: [{ name: 'checkout', owner: 'shop', http }],
    injector: { authorities: [authority] },
  });
  const [secret] = called(resources, 'target-requests');
  expect(isSecret(secret?.inputs.stringData)).toBe(true);
  expect(JSON.parse(plain(secret?.inputs).stringData['requests.json'])).toEqual({
    checkout: { headers: http.headers, body: null },
  });
  const others = resources.filter((one) => one !== secret);
  expect(others.filter(({ inputs }) => JSON.stringify(plain(inputs)).includes('t0ken'))).toEqual([]);

  const { spec } = deployment(resources).template;
  const secretName = plain(secret?.inputs).metadata.name as string;
  expect(spec.volumes).toContainEqual({ name: 'requests', secret: { secretName } });
  const [{ env, volumeMounts }] = spec.containers;
  expect(env).toContainEqual({ name: 'TARGET_REQUESTS', value: '/requests/requests.json' });
  expect(env).toContainEqual({ name: 'SSL_CERT_DIR', value: '/authorities:/etc/ssl/certs' });
  for (const mountPath of ['/requests', '/authorities'])
    expect(volumeMounts).toContainEqual(expect.objectContaining({ mountPath, readOnly: true }));
  const [authorities] = called(resources, 'authorities');
  expect(plain(authorities?.inputs).data['authorities.pem']).toBe(authority);
});

test('another token is another Secret, and so a rollout', async () => {
  const nameWith = async (token: string) => {
    const targets = [{ name: 'checkout', http: { ...http, headers: { Authorization: token } } }];
    const [secret] = called(await deployWith({ targets }), 'target-requests');
    return plain(secret?.inputs).metadata.name as string;
  };
  expect(await nameWith('Bearer a')).not.toBe(await nameWith('Bearer b'));
});

test('without targets nothing is there for them', async () => {
  const resources = await deployWith({});
  expect([...called(resources, 'target-requests'), ...called(resources, 'authorities')]).toEqual([]);
  const { spec } = deployment(resources).template;
  expect(JSON.stringify(spec)).not.toMatch(/TARGET_REQUESTS|SSL_CERT_DIR/);
});

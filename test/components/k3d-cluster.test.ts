import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { contentKey, goImage } from '../../components/built-images';
import { program } from '../../program';
import { deploy, encodeConfig, isSecret, plain, stackConfig, valueOf, type Registered } from '../deploy';
import { crdFixture } from './crd-fixture';

let mockPlace = crdFixture();
const fixture = mockPlace;
jest.mock('../../lab/toolchain/published-definitions', () => ({
  publishedOperatorCrds: () => mockPlace,
  publishedGatewayCrds: () => mockPlace,
}));
beforeEach(() => (mockPlace = fixture));

/** Deploys stack dev with sections merged into its config. */
async function dev(sections: Record<string, object> = {}) {
  const config = stackConfig('dev');
  const merged = Object.entries(sections).map(([name, section]) => {
    const key = `continuous-load:${name}`;
    return [key, { ...JSON.parse(config[key] ?? '{}'), ...section }];
  });
  pulumi.runtime.setAllConfig({ ...config, ...encodeConfig(Object.fromEntries(merged)) });
  return deploy(program, { stack: 'dev' });
}

const ofType = (resources: Registered[], type: RegExp) => resources.filter((one) => type.test(one.type));
const cluster = (resources: Registered[]) => ofType(resources, /^k3d:index:Cluster$/)[0]!;
const provider = (resources: Registered[]) => ofType(resources, /^pulumi:providers:kubernetes$/)[0]!.inputs;
const imageOf = (resources: Registered[], name: string): string =>
  resources.find((one) => one.type === 'kubernetes:apps/v1:Deployment' && one.name === name)?.inputs.spec
    .template.spec.containers[0].image;

describe('stack dev', () => {
  let resources: Registered[];
  let outputs: Awaited<ReturnType<typeof dev>>['outputs'];
  beforeAll(async () => ({ resources, outputs } = await dev()));

  test('is one k3d cluster with a pinned k3s and ports of this machine', () => {
    expect(ofType(resources, /^(lab|k3d):/)).toHaveLength(1);
    expect(cluster(resources).inputs).toEqual({
      ...{ name: 'dev', image: 'docker.io/rancher/k3s:v1.34.9-k3s1', servers: 1, agents: 2 },
      ...{ apiPort: 16443, registryPort: 15000, disable: ['traefik', 'servicelb'], builder: true },
      ports: {
        prometheus: { hostPort: 19090, nodePort: 30090 },
        alertmanager: { hostPort: 19093, nodePort: 30093 },
        podinfo: { hostPort: 19898, nodePort: 30898 },
        gateway: { hostPort: 18080, nodePort: 30080 },
      },
    });
    expect(cluster(resources).secretOutputs).toEqual(['kubeconfig']);
  });

  test('keeps the kubeconfig secret, and gives what commands read', async () => {
    expect(isSecret(provider(resources).kubeconfig)).toBe(true);
    expect(await pulumi.isSecret(outputs.kubeconfig)).toBe(true);
    expect(outputs.cluster).toEqual({ kind: 'k3d', name: 'dev' });
    expect(Object.keys(await valueOf(outputs.urls)).sort()).toEqual([
      'alertmanager',
      'podinfo',
      'prometheus',
    ]);
  });

  test('takes everything inside along when it is deleted, images too', () => {
    const inside = ofType(resources, /^(kubernetes|docker-build):/);
    expect(inside.length).toBeGreaterThan(35);
    expect(
      inside.filter(({ deletedWith }) => deletedWith !== cluster(resources).urn).map(({ urn }) => urn),
    ).toEqual([]);
  });

  test('builds what nobody publishes, once the registry is there, and refers to it by digest', () => {
    const built = ofType(resources, /^docker-build:index:Image$/);
    expect(built.map(({ name }) => name).sort()).toEqual(['echo', 'k6']);
    for (const { name, inputs, dependencies } of built) {
      expect(inputs).toMatchObject({
        ...{ context: { location: './extension' }, target: name, push: true, buildOnPreview: false },
        buildArgs: { GO_IMAGE: goImage },
        builder: { name: 'k3d-dev-builder' },
        tags: [
          expect.stringMatching(
            new RegExp(`^127\\.0\\.0\\.1:15000/continuous-load/${name}:[0-9a-f]{12}-[0-9a-f]{8}$`),
          ),
        ],
      });
      expect(dependencies).toContain(cluster(resources).urn);
    }
    expect(imageOf(resources, 'injector')).toMatch(/^127\.0\.0\.1:15000\/continuous-load\/k6:.+@sha256:/);
    expect(imageOf(resources, 'echo')).toMatch(/^127\.0\.0\.1:15000\/continuous-load\/echo:.+@sha256:/);
    expect(imageOf(resources, 'target')).toMatch(/^ghcr\.io\//);
  });

  test('exposes by NodePorts, keeps its data in k3s’ own class, and binds no pod to a node', () => {
    const ports = ofType(resources, /:Service$/).filter(({ inputs }) => inputs.spec.type === 'NodePort');
    expect(ports.map(({ inputs }) => inputs.spec.ports[0].nodePort).sort()).toEqual([30090, 30093, 30898]);
    const [prometheus] = ofType(resources, /^kubernetes:.*:Prometheus$/);
    expect(JSON.stringify(prometheus?.inputs)).toContain('"storageClassName":"local-path"');
    expect(prometheus?.inputs.spec.nodeSelector ?? {}).toEqual({});
  });

  test('brings the operator’s definitions along', () =>
    expect(ofType(resources, /:CustomResourceDefinition$/)).toHaveLength(7));
});

describe('another cluster', () => {
  const identifier = async (change: object) =>
    provider((await dev({ cluster: change })).resources).clusterIdentifier;

  test('is one with another image or port, and everything in it is another then; not one with more agents', async () => {
    const before = await identifier({});
    expect(before).toMatch(/^dev:[0-9a-f]{8}$/);
    expect(await identifier({ agents: 5 })).toBe(before);
    for (const change of [{ version: '1.35' }, { servers: 3 }, { disable: [] }, { ports: { api: 16444 } }])
      expect(await identifier(change)).not.toBe(before);
  });

  test('has an empty registry, so that its images are pushed again', async () => {
    const tags = async (change: object) =>
      ofType((await dev({ cluster: change })).resources, /Image$/).map(({ inputs }) => inputs.tags[0]);
    expect(await tags({ agents: 5 })).toEqual(await tags({}));
    expect(await tags({ version: '1.35' })).not.toEqual(await tags({}));
  });
});

describe('images', () => {
  test('of the user’s own win, and then nothing is built', async () => {
    const images = { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' };
    const { resources } = await dev({ images });
    expect(ofType(resources, /^docker-build:/)).toEqual([]);
    expect(cluster(resources).inputs.builder).toBe(false);
    expect([imageOf(resources, 'injector'), imageOf(resources, 'echo')]).toEqual([images.k6, images.echo]);
  });

  test('of which one is the user’s own leave the other to be built', async () => {
    const { resources } = await dev({ images: { k6: 'registry.example.org/k6:1' } });
    expect(ofType(resources, /^docker-build:index/).map(({ name }) => name)).toEqual(['echo']);
  });

  test('are not built for paths that a stock k6 can probe', async () => {
    const names = ['grpc-stream', 'websocket', 'dns', 'tcp', 'udp', 'api-server'];
    const paths = Object.fromEntries(names.map((name) => [name, { enabled: false }]));
    const { resources } = await dev({ paths });
    expect(ofType(resources, /^docker-build:/)).toEqual([]);
    expect(imageOf(resources, 'injector')).toMatch(/^docker\.io\/grafana\/k6:/);
  });

  test('are others when a source or the base is, and not when a test is', () => {
    const directory = mkdtempSync(join(tmpdir(), 'context-'));
    try {
      mkdirSync(join(directory, 'echo'));
      writeFileSync(join(directory, 'go.mod'), 'module m');
      writeFileSync(join(directory, 'echo', 'a.go'), 'package echo');
      const before = contentKey(directory, 'golang:1');
      writeFileSync(join(directory, 'echo', 'a_test.go'), 'package echo');
      expect(contentKey(directory, 'golang:1')).toBe(before);
      expect(contentKey(directory, 'golang:2')).not.toBe(before);
      writeFileSync(join(directory, 'echo', 'a.go'), 'package  echo');
      expect(contentKey(directory, 'golang:1')).not.toBe(before);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

test('a gateway runs on the public images of Istio, and clients outside reach it by the load balancer', async () => {
  const enabled = { enabled: true };
  const { resources } = await dev({ paths: { ingress: enabled, 'ingress-external': enabled } });
  expect(imageOf(resources, 'istiod')).toMatch(/^docker\.io\/istio\/pilot:1\.31\.\d+$/);
  const service = resources.find(
    ({ type, inputs }) => type.endsWith(':Service') && inputs.spec.ports?.[0]?.nodePort === 30080,
  );
  expect(service).toBeDefined();
  const config = resources.find(({ type, name }) => type.endsWith(':ConfigMap') && name === 'injector');
  expect(plain(config?.inputs).data['config.json']).toContain('http://k3d-dev-serverlb:30080/api/echo');
  const left = ofType(resources, /^kubernetes:/).filter(
    ({ deletedWith }) => deletedWith !== cluster(resources).urn,
  );
  expect(left.map(({ urn }) => urn)).toEqual([]);
});

test('without the definitions nothing is registered, and how to get them is said', async () => {
  mockPlace = '/nowhere/operator.json';
  pulumi.runtime.setAllConfig(stackConfig('dev'));
  let message = '';
  const { resources } = await deploy(() => {
    try {
      program();
    } catch (error) {
      message = (error as Error).message;
      expect(pulumi.RunError.isInstance(error)).toBe(true);
    }
  });
  expect(message).toMatch(/\/nowhere\/operator\.json is not there.*`npm run up`/);
  expect(resources).toEqual([]);
});

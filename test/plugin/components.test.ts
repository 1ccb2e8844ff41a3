import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { ContinuousLoad, Dashboard, LoadInjector, PodinfoPair } from '../../plugin/index.ts';
import { program } from '../../program';
import { deploy, encodeConfig, plain, valueOf, type Registered } from '../deploy';

const images = { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' };
const receivers = [{ name: 'on-call', url: 'https://pager.example.org/hook?token=s3cret' }];
const otlp = { url: 'https://otlp.example.org/v1/metrics', headers: { Authorization: 'Bearer s3cret' } };

const within = () => ({ provider: new k8s.Provider('cluster', { context: 'cluster-1' }) });

/** Objects of a cluster by what they are, without where they stand in the program. */
function objects(resources: readonly Registered[]): Record<string, unknown> {
  const inCluster = resources.filter(({ type }) => /^kubernetes:.+:.+/.test(type));
  return Object.fromEntries(
    inCluster.map(({ type, inputs }) => [
      `${type} ${inputs.metadata?.namespace ?? ''}/${inputs.metadata?.name}`,
      plain(inputs),
    ]),
  );
}

const names = (resources: readonly Registered[]) => Object.keys(objects(resources)).sort();

describe('ContinuousLoad', () => {
  const settings = { images, monitoring: { receivers }, paths: { udp: { enabled: false } } };
  let resources: Registered[];
  let outputs: ContinuousLoad;
  beforeAll(async () => {
    ({ resources, outputs } = await deploy(
      () => new ContinuousLoad('load', { ...settings, clusterName: 'cluster-1' }, within()),
      { stack: 'tenant' },
    ));
  });

  it('makes what a stack on an existing cluster has', async () => {
    const cluster = { kind: 'existing', name: 'cluster-1', context: 'cluster-1' };
    const sections = Object.entries({ ...settings, cluster });
    pulumi.runtime.setAllConfig(
      encodeConfig(Object.fromEntries(sections.map(([name, value]) => [`continuous-load:${name}`, value]))),
    );
    const stack = await deploy(program, { stack: 'tenant' });
    expect(names(resources).length).toBeGreaterThan(40);
    expect(objects(resources)).toEqual(objects(stack.resources));
  });

  it('has all of it under itself, by its provider', () => {
    const [root] = resources.filter(({ type }) => type === 'continuous-load:index:ContinuousLoad');
    const roots = resources.filter(({ parent }) => !resources.some(({ urn }) => urn === parent));
    expect(roots.map(({ type }) => type).sort()).toEqual([root?.type, 'pulumi:providers:kubernetes'].sort());
    const inCluster = resources.filter(({ type }) => /^kubernetes:.+:.+/.test(type));
    expect(inCluster.filter(({ provider }) => !provider.includes('::cluster::'))).toEqual([]);
  });

  it('says where it is and what it probes', async () => {
    expect(await valueOf(outputs.namespace)).toBe('continuous-load');
    expect(await valueOf(outputs.paths)).toEqual(expect.arrayContaining(['service', 'dns']));
    expect(await valueOf(outputs.paths)).not.toContain('udp');
    expect(await valueOf(outputs.otlpEndpoint)).toBe('10.96.0.7:9090');
    expect(await valueOf(outputs.prometheusUrl!)).toBe('http://10.96.0.7:9090');
  });
});

describe('LoadInjector', () => {
  it('probes targets of one’s own with nothing else in the cluster', async () => {
    const targets = [{ name: 'shop', http: { url: 'https://shop.example.org/health' } }];
    const { resources, outputs } = await deploy(() => new LoadInjector('load', { targets, otlp }, within()));
    expect(await valueOf(outputs.paths)).toEqual(['shop']);
    const made = names(resources).map((name) => name.replace(/-[0-9a-f]{10}$/, '-HASH'));
    expect(made).toMatchInlineSnapshot(`
     [
       "kubernetes:apps/v1:Deployment continuous-load/injector",
       "kubernetes:core/v1:ConfigMap continuous-load/injector-HASH",
       "kubernetes:core/v1:Namespace /continuous-load",
       "kubernetes:core/v1:Secret continuous-load/otlp-headers-HASH",
       "kubernetes:policy/v1:PodDisruptionBudget continuous-load/injector",
     ]
    `);
  });

  it('brings along what the paths end at that are named, and probes no other', async () => {
    const { resources, outputs } = await deploy(
      () => new LoadInjector('load', { paths: { service: { rate: 2 }, tcp: {} }, images, otlp }, within()),
    );
    expect(await valueOf(outputs.paths)).toEqual(['service', 'tcp']);
    const deployments = names(resources).filter((name) => name.includes(':Deployment '));
    expect(deployments.map((name) => name.split('/').at(-1))).toEqual([
      'echo',
      'injector',
      'source',
      'target',
    ]);
  });
});

test('PodinfoPair makes two hops in a namespace of their own, and says where they are', async () => {
  const { resources, outputs } = await deploy(
    () => new PodinfoPair('pair', { podinfo: { replicas: 3 } }, within()),
  );
  const deployments = resources.filter(({ type }) => type.endsWith(':Deployment'));
  expect(deployments.map(({ inputs }) => [inputs.metadata.name, inputs.spec.replicas])).toEqual([
    ['target', 3],
    ['source', 3],
  ]);
  expect(names(resources).filter((name) => name.includes(':Namespace '))).toHaveLength(1);
  expect(await valueOf(outputs.sourceUrl)).toBe(
    'http://source.continuous-load.svc.cluster.local.:9898/api/echo',
  );
});

test('Dashboard makes ConfigMaps in a namespace that is there, and no namespace', async () => {
  const { resources, outputs } = await deploy(
    () => new Dashboard('boards', { namespace: 'grafana', paths: { service: {} } }, within()),
  );
  const made = names(resources).filter((name) => !name.endsWith(':Namespace /undefined'));
  expect(made.every((name) => name.startsWith('kubernetes:core/v1:ConfigMap grafana/'))).toBe(true);
  expect(made).toHaveLength(4);
  expect(Object.keys(await valueOf(outputs.pages))).toHaveLength(4);
});

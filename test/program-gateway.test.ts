import * as pulumi from '@pulumi/pulumi';
import { program } from '../program';
import { crdFixture } from './components/crd-fixture';
import { deploy, encodeConfig, plain, type Registered } from './deploy';

const mockFixture = crdFixture();
jest.mock('../lab/toolchain/crds', () => ({
  operatorCrds: () => mockFixture,
  gatewayCrds: () => mockFixture,
  meshCrds: () => mockFixture,
}));

const off = { enabled: false };
const paths = {
  ...Object.fromEntries(
    ['grpc', 'grpc-stream', 'websocket', 'dns', 'tcp', 'udp', 'api-server'].map((name) => [name, off]),
  ),
  ingress: { enabled: true },
  'ingress-external': { enabled: true },
};

async function deployWith(sections: Record<string, unknown>): Promise<Registered[]> {
  const keyed = Object.entries({ paths, ...sections }).map(([key, value]) => [
    `continuous-load:${key}`,
    value,
  ]);
  pulumi.runtime.setAllConfig(encodeConfig(Object.fromEntries(keyed)));
  const { resources } = await deploy(program);
  return resources.map((resource) => ({ ...resource, inputs: plain(resource.inputs) }));
}

const named = (resources: Registered[], type: string, name: string): Registered => {
  const found = resources.filter((resource) => resource.type === type && resource.name === name);
  expect([`${type} ${name}`, found.length]).toEqual([`${type} ${name}`, 1]);
  return found[0]!;
};

/** Path → addresses that the injectors call. */
function called(resources: Registered[]): Record<string, string[]> {
  const { data } = named(resources, 'kubernetes:core/v1:ConfigMap', 'injector').inputs;
  const config = JSON.parse(data['config.json']);
  return Object.fromEntries(
    config.paths.map(({ path, probes }: any) => [path, probes.map(({ address }: any) => address)]),
  );
}

const inLab = 'http://gateway.continuous-load.svc.cluster.local./api/echo';
const sourceIngress = 'http://source-ingress.continuous-load.svc.cluster.local.:9898/api/echo';

test('in the lab the injectors wait for the gateway, and call it by its Service and by a node', async () => {
  const resources = await deployWith({ cluster: { kind: 'lab' } });
  // What a component waits for, its children wait for: they are registered once it is.
  const { dependencies } = named(resources, 'continuous-load:index:LoadInjector', 'load');
  for (const waited of ['HTTPRoute::gateway', 'Deployment::gateway'])
    expect(dependencies.filter((urn) => urn.endsWith(waited))).toHaveLength(1);
  const outer = expect.stringMatching(/^http:\/\/172\.30\.\d+\.11:30080\/api\/echo$/);
  expect(called(resources)).toMatchObject({
    ingress: [sourceIngress, inLab],
    'ingress-external': [outer, outer],
  });
  const { inputs } = named(resources, 'kubernetes:apps/v1:Deployment', 'source-ingress');
  expect(inputs.spec.template.spec.containers[0].args).toContain(`--backend-url=${inLab}`);
  expect(named(resources, 'lab:index:Cluster', 'lab').inputs.optionalImages).toEqual([
    'istiod',
    'istio-proxy',
  ]);
});

test('in the lab the gateway is scraped and watched, elsewhere it is not', async () => {
  const about = (resources: Registered[]) => {
    const monitor = resources.find(({ type, name }) => type.endsWith(':PodMonitor') && name === 'gateway')
      ?.inputs.spec;
    const rules = JSON.stringify(
      resources.filter(({ type }) => type.endsWith(':PrometheusRule')).map(({ inputs }) => inputs),
    );
    return { monitor, alerts: rules.includes('GatewayErrors'), masked: rules.includes('"by":"gateway"') };
  };
  const lab = about(await deployWith({ cluster: { kind: 'lab' } }));
  expect(lab).toMatchObject({ alerts: true, masked: true });
  expect(lab.monitor).toMatchObject({
    selector: { matchExpressions: [{ operator: 'In', values: ['gateway'] }] },
    podMetricsEndpoints: [{ port: 'metrics', path: '/stats/prometheus' }],
  });
  expect(lab.monitor.podMetricsEndpoints[0].metricRelabelings).toHaveLength(2);
  const elsewhere = about(
    await deployWith({
      cluster: { kind: 'existing', name: 'dev', context: 'dev' },
      monitoring: { receivers: [] },
      gateway: { class: 'eg', address: 'a.example', externalAddress: 'b.example' },
    }),
  );
  expect(elsewhere).toEqual({ monitor: undefined, alerts: false, masked: false });
});

test('elsewhere the gateway is of the user’s class, and called where the user says', async () => {
  const resources = await deployWith({
    cluster: { kind: 'existing', name: 'dev', context: 'dev' },
    monitoring: { receivers: [] },
    gateway: {
      class: 'eg',
      address: 'edge.gateways.svc.cluster.local.',
      externalAddress: 'edge.example.org',
    },
  });
  expect(resources.filter(({ name }) => /istiod|istio-proxy/.test(name))).toEqual([]);
  expect(called(resources)).toMatchObject({
    ingress: [sourceIngress, 'http://edge.gateways.svc.cluster.local./api/echo'],
    'ingress-external': ['http://edge.example.org/api/echo', 'http://edge.example.org/api/echo'],
  });
});

test('without such a path there is no gateway, no source for it, and no image', async () => {
  const resources = await deployWith({
    cluster: { kind: 'lab' },
    paths: { ...paths, ingress: off, 'ingress-external': off },
  });
  expect(resources.filter(({ name }) => /gateway|istiod|source-ingress/.test(name))).toEqual([]);
  expect(named(resources, 'lab:index:Cluster', 'lab').inputs).not.toHaveProperty('optionalImages');
});

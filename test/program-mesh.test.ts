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
const noOthers = Object.fromEntries(
  ['grpc', 'grpc-stream', 'websocket', 'dns', 'tcp', 'udp', 'api-server'].map((name) => [name, off]),
);
const withGateway = { ...noOthers, ingress: { enabled: true }, 'ingress-external': { enabled: true } };
const clusters = {
  k3d: { kind: 'k3d', name: 'dev' },
  eks: {
    kind: 'eks',
    name: 'prod',
    region: 'eu-west-1',
    account: '123456789012',
    publicCidrs: ['198.51.100.7/32'],
  },
  existing: { kind: 'existing', name: 'theirs', context: 'theirs' },
};

async function deployed(
  kind: keyof typeof clusters,
  mesh: object,
  sections: Record<string, unknown> = {},
): Promise<Registered[]> {
  const all = {
    cluster: clusters[kind],
    paths: noOthers,
    monitoring: { receivers: [] },
    nodeProber: off,
    images: { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' },
    mesh: { enabled: true, ...mesh },
    ...sections,
  };
  pulumi.runtime.setAllConfig(
    encodeConfig(
      Object.fromEntries(Object.entries(all).map(([key, value]) => [`continuous-load:${key}`, value])),
    ),
  );
  const { resources } = await deploy(program);
  return resources.map((resource) => ({ ...resource, inputs: plain(resource.inputs) }));
}

const kindOf = ({ type }: Registered) => type.split(':').at(-1) ?? '';
const ofKind = (resources: Registered[], kind: string) =>
  resources.filter((resource) => kindOf(resource) === kind);
function one(resources: Registered[], kind: string, name: string): Registered {
  const found = ofKind(resources, kind).filter((resource) => resource.name === name);
  expect([kind, name, found.length]).toEqual([kind, name, 1]);
  return found[0]!;
}
const waitsFor = ({ dependencies }: Registered, end: string) => dependencies.some((urn) => urn.endsWith(end));
const chartsOf = (resources: Registered[]) =>
  ofKind(resources, 'Chart')
    .map(({ name, inputs }) => [name, inputs.chart])
    .sort();
const labelsOf = (resources: Registered[], namespace: string) =>
  one(resources, 'Namespace', namespace).inputs.metadata.labels;
const level = 'pod-security.kubernetes.io/enforce';
const policyOf = (resources: Registered[], workload: string) =>
  ofKind(resources, 'NetworkPolicy').find(({ inputs }) => inputs.metadata.name === workload)?.inputs.spec;
const workloads = ['mesh-source', 'mesh-source-retry', 'mesh-target'];
const withStranger = [...workloads, 'mesh-stranger'];
const monitor = (resources: Registered[], name: string) => one(resources, 'PodMonitor', name).inputs.spec;
const rulesOf = (resources: Registered[]) =>
  ofKind(resources, 'PrometheusRule').flatMap(({ inputs }) =>
    inputs.spec.groups.flatMap(({ rules }: any) => rules),
  );

const sidecarCharts = [
  ['istio-base', 'base'],
  ['istio-cni', 'cni'],
  ['istiod', 'istiod'],
];

describe('sidecars by Istio’s charts on k3d, beside a gateway', () => {
  let resources: Registered[];
  beforeAll(async () => {
    resources = await deployed('k3d', {}, { paths: withGateway, networkPolicies: { enabled: true } });
  });

  it('installs one control plane, pinned, in a namespace of its own, definitions first', () => {
    expect(chartsOf(resources)).toEqual(sidecarCharts);
    for (const { inputs } of ofKind(resources, 'Chart'))
      expect(inputs).toMatchObject({
        version: '1.31.1',
        namespace: 'istio-system',
        repositoryOpts: { repo: 'https://istio-release.storage.googleapis.com/charts' },
      });
    expect(waitsFor(one(resources, 'Chart', 'istio-base'), 'Namespace::istio-system')).toBe(true);
    for (const name of ['istiod', 'istio-cni'])
      expect(waitsFor(one(resources, 'Chart', name), '::istio-base')).toBe(true);
    expect(labelsOf(resources, 'istio-system')).toMatchObject({ [level]: 'privileged' });
    expect(ofKind(resources, 'Deployment').map(({ name }) => name)).not.toContain('istiod');
  });

  it('tells the charts what a node of k3s looks like, and what the stack’s own istiod would be told', () => {
    expect(one(resources, 'Chart', 'istio-cni').inputs.values.global).toEqual({ platform: 'k3d' });
    const { global, meshConfig, cni, ...rest } = one(resources, 'Chart', 'istiod').inputs.values;
    expect(global).toMatchObject({ platform: 'k3d', configValidation: false });
    expect(cni).toEqual({ enabled: true });
    expect(rest).not.toHaveProperty('revision');
    expect(meshConfig.defaultHttpRetryPolicy).toEqual({ attempts: 0 });
    expect(meshConfig.discoverySelectors[0].matchExpressions[0].values).toEqual([
      'continuous-load',
      'continuous-load-mesh',
      'istio-system',
    ]);
  });

  it('has sidecars injected once istiod and plugin are there, into pods that need no privilege', () => {
    const labels = labelsOf(resources, 'continuous-load-mesh');
    expect(labels).toMatchObject({ 'istio-injection': 'enabled', [level]: 'restricted' });
    expect(labels).not.toHaveProperty('istio.io/rev');
    for (const workload of withStranger) {
      const deployment = one(resources, 'Deployment', workload);
      for (const chart of ['Chart::istiod', 'Chart::istio-cni'])
        expect(waitsFor(deployment, chart)).toBe(true);
      const { metadata, spec } = deployment.inputs.spec.template;
      expect(spec).not.toHaveProperty('initContainers');
      expect(metadata.annotations).toHaveProperty(['proxy.istio.io/config']);
    }
    for (const [kind, name] of [
      ['VirtualService', 'mesh-target'],
      ['PeerAuthentication', 'mesh'],
      ['AuthorizationPolicy', 'mesh-target'],
    ] as const)
      expect(waitsFor(one(resources, kind, name), '::istio-base')).toBe(true);
  });

  it('serves the gateway too, whose class it makes', () => {
    expect(ofKind(resources, 'GatewayClass')).toEqual([]);
    const gateway = one(resources, 'Gateway', 'gateway');
    expect(gateway.inputs.spec.gatewayClassName).toBe('istio');
    expect(gateway.inputs.spec.addresses).toHaveLength(1);
    expect(waitsFor(gateway, 'Chart::istiod')).toBe(true);
    const [proxy] = one(resources, 'Deployment', 'gateway').inputs.spec.template.spec.containers;
    const variable = (name: string) => proxy.env.find((each: any) => each.name === name).value;
    expect(variable('CA_ADDR')).toBe('istiod.istio-system.svc:15012');
    expect(JSON.parse(variable('PROXY_CONFIG')).discoveryAddress).toBe('istiod.istio-system.svc:15012');
  });

  it('lets proxies and Prometheus reach it there, and scrapes it', () => {
    const egress = (name: string) => JSON.stringify(policyOf(resources, name).egress);
    for (const proxy of [...withStranger, 'gateway']) expect(egress(proxy)).toContain('"app":"istiod"');
    const prometheus = JSON.parse(egress('prometheus'));
    expect(prometheus).toContainEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'istio-system' } },
          podSelector: {},
        },
      ],
      ports: [{ protocol: 'TCP', port: 15014 }],
    });
    expect(policyOf(resources, 'istiod')).toBeUndefined();
    expect(monitor(resources, 'istiod')).toMatchObject({
      jobLabel: 'app',
      namespaceSelector: { matchNames: ['istio-system'] },
      podMetricsEndpoints: [{ port: 'http-monitoring' }],
    });
    expect(one(resources, 'Role', 'continuous-load-discovery-istio-system').inputs.metadata.namespace).toBe(
      'istio-system',
    );
    const alerts = rulesOf(resources);
    expect(alerts.map(({ alert }) => alert)).toContain('MeshConvergenceSlow');
    const { expr } = alerts.find(({ alert }) => alert === 'MeshErrors');
    for (const metric of ['envoy_cluster_upstream_rq', 'istio_requests_total'])
      expect(expr).toContain(metric);
  });
});

describe('mode ambient by Istio’s charts on EKS, with a revision', () => {
  let resources: Registered[];
  beforeAll(async () => {
    resources = await deployed(
      'eks',
      { mode: 'ambient', revision: 'canary', retries: 3 },
      { networkPolicies: { enabled: true } },
    );
  });

  it('installs ztunnel last, and names releases and addresses by the revision', () => {
    expect(chartsOf(resources)).toEqual([
      ['istio-base', 'base'],
      ['istio-cni', 'cni'],
      ['istiod-canary', 'istiod'],
      ['ztunnel', 'ztunnel'],
    ]);
    const ztunnel = one(resources, 'Chart', 'ztunnel');
    for (const waited of ['::istiod-canary', '::istio-cni']) expect(waitsFor(ztunnel, waited)).toBe(true);
    for (const name of ['istiod-canary', 'ztunnel'])
      expect(one(resources, 'Chart', name).inputs.values).toMatchObject({
        profile: 'ambient',
        revision: 'canary',
      });
    expect(one(resources, 'Chart', 'istio-cni').inputs.values).toMatchObject({
      profile: 'ambient',
      global: {},
    });
    expect(one(resources, 'Chart', 'istiod-canary').inputs.values.meshConfig).not.toHaveProperty(
      'defaultHttpRetryPolicy',
    );
  });

  it('takes pods into the mesh by the namespace alone, without a revision that would inject sidecars', () => {
    const labels = labelsOf(resources, 'continuous-load-mesh');
    expect(labels).toMatchObject({ 'istio.io/dataplane-mode': 'ambient', [level]: 'restricted' });
    for (const label of ['istio-injection', 'istio.io/rev']) expect(labels).not.toHaveProperty([label]);
    for (const workload of workloads) {
      const { metadata, spec } = one(resources, 'Deployment', workload).inputs.spec.template;
      expect(metadata).not.toHaveProperty('annotations');
      expect(spec.containers).toHaveLength(1);
      expect(spec).not.toHaveProperty('initContainers');
      expect(spec.terminationGracePeriodSeconds).toBe(40);
    }
  });

  it('has a waypoint on the way with retries alone', () => {
    const { metadata, spec } = one(resources, 'Gateway', 'mesh-waypoint').inputs;
    expect(metadata.labels).toMatchObject({ 'istio.io/waypoint-for': 'service', 'istio.io/rev': 'canary' });
    expect(spec).toMatchObject({
      gatewayClassName: 'istio-waypoint',
      listeners: [{ port: 15008, protocol: 'HBONE' }],
      infrastructure: {
        labels: { 'app.kubernetes.io/name': 'mesh-waypoint', 'app.kubernetes.io/part-of': 'continuous-load' },
      },
    });
    const through = (service: string) =>
      one(resources, 'Service', service).inputs.metadata.labels['istio.io/use-waypoint'];
    expect([through('mesh-target'), through('mesh-target-retry')]).toEqual([undefined, 'mesh-waypoint']);
    expect(
      ofKind(resources, 'VirtualService').map(({ name, inputs }) => [name, inputs.spec.http[0].retries]),
    ).toEqual([
      [
        'mesh-target-retry',
        { attempts: 3, retryOn: 'connect-failure,refused-stream,unavailable,cancelled,503' },
      ],
    ]);
  });

  it('makes of the waypoint more than one pod, which drains and which `restricted` admits', () => {
    const { data } = one(resources, 'ConfigMap', 'mesh-waypoint').inputs;
    const { spec } = JSON.parse(data.deployment);
    expect(spec.replicas).toBe(2);
    expect(spec.template.spec).toMatchObject({
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      terminationGracePeriodSeconds: 40,
      containers: [{ name: 'istio-proxy', lifecycle: { preStop: { sleep: { seconds: 6 } } } }],
    });
    expect(JSON.parse(data.podDisruptionBudget).spec).toEqual({ maxUnavailable: 1 });
    const annotations = one(resources, 'Gateway', 'mesh-waypoint').inputs.spec.infrastructure.annotations;
    const config = JSON.parse(annotations['proxy.istio.io/config']);
    expect(config.terminationDrainDuration).toBe('5s');
    const asked = config.proxyStatsMatcher.inclusionRegexps.some((regexp: string) =>
      new RegExp(regexp).test(
        'cluster.inbound-vip|9898|http|mesh-target-retry.continuous-load-mesh.svc.cluster.local;.upstream_rq_retry',
      ),
    );
    expect(asked).toBe(true);
  });

  it('asks for mutual TLS of all but sources, and lets Prometheus in at one port', () => {
    const modes = Object.fromEntries(
      ofKind(resources, 'PeerAuthentication').map(({ name, inputs: { spec } }) => [
        name,
        [spec.mtls.mode, spec.portLevelMtls],
      ]),
    );
    expect(modes).toEqual({
      mesh: ['STRICT', undefined],
      'mesh-source': ['PERMISSIVE', undefined],
      'mesh-source-retry': ['PERMISSIVE', undefined],
      'mesh-target': ['STRICT', { 9797: { mode: 'PERMISSIVE' } }],
    });
  });

  it('lets target answer source and the waypoint, and the waypoint source alone', () => {
    const policy = (name: string) => one(resources, 'AuthorizationPolicy', name).inputs.spec;
    const identity = (account: string) => `*/ns/continuous-load-mesh/sa/${account}`;
    expect(policy('mesh-target').rules).toEqual([
      { from: [{ source: { principals: [identity('mesh-source'), identity('mesh-waypoint')] } }] },
      { to: [{ operation: { ports: ['9797'] } }] },
    ]);
    expect(policy('mesh-waypoint')).toEqual({
      targetRefs: [{ group: '', kind: 'Service', name: 'mesh-target-retry' }],
      action: 'ALLOW',
      rules: [{ from: [{ source: { principals: [identity('mesh-source')] } }] }],
    });
  });

  it('opens the port of HBONE between hops and no other, and the kubelet’s way', () => {
    const policy = (name: string) => policyOf(resources, name);
    const callers = (name: string) =>
      policy(name)
        .ingress.filter(({ ports }: any) => ports.some(({ port }: any) => port === 15008))
        .flatMap(({ from }: any) =>
          from.map((peer: any) => peer.podSelector.matchLabels['app.kubernetes.io/name']),
        );
    expect(callers('mesh-target')).toEqual(['mesh-source', 'mesh-waypoint']);
    expect(callers('mesh-waypoint')).toEqual(['mesh-source-retry']);
    const fromKubelet = {
      from: [{ ipBlock: { cidr: '169.254.7.127/32' } }],
      ports: [{ protocol: 'TCP', port: 9898 }],
    };
    for (const workload of workloads) expect(policy(workload).ingress).toContainEqual(fromKubelet);
    expect(policy('mesh-target')).not.toHaveProperty('egress');
    expect(JSON.stringify(policy('mesh-waypoint').egress)).toContain('"app":"istiod"');
  });

  it('scrapes ztunnel, waypoint and istiod, and counts what the waypoint masks', () => {
    expect(monitor(resources, 'ztunnel')).toMatchObject({
      namespaceSelector: { matchNames: ['istio-system'] },
      podMetricsEndpoints: [{ port: 'ztunnel-stats' }],
    });
    expect(monitor(resources, 'mesh-waypoint').podMetricsEndpoints[0].port).toBe('http-envoy-prom');
    expect(ofKind(resources, 'PodMonitor').map(({ name }) => name)).not.toContain('mesh-sidecars');
    const rules = rulesOf(resources);
    const masked = rules.filter(({ labels }) => labels?.path?.startsWith('mesh') && labels?.by);
    expect(masked.map(({ labels }) => [labels.path, labels.by])).toEqual([['mesh-retry', 'waypoint']]);
    const failures = rules.find(({ alert }) => alert === 'MeshConnectFailures');
    expect(failures.expr).toContain('istio_tcp_connections_failed_total');
    // Envoy counts an answer after which it repeats under another name.
    const errors = rules.find(({ alert }) => alert === 'MeshErrors');
    for (const metric of ['envoy_cluster_upstream_rq', 'envoy_cluster_retry_upstream_rq'])
      expect(errors.expr).toContain(`${metric}{endpoint="http-envoy-prom",job="mesh-waypoint"`);
  });

  it('tries plaintext at target, and sends no stranger whose refusal nobody could tell', () => {
    const ingress = JSON.stringify(policyOf(resources, 'mesh-target').ingress);
    expect(ingress).toContain('"app.kubernetes.io/name":"injector"');
    expect(resources.map(({ name }) => name)).not.toContain('mesh-stranger');
    expect(policyOf(resources, 'mesh-stranger')).toBeUndefined();
    const tried = rulesOf(resources).map(({ labels }) => labels?.path);
    expect(tried).toContain('mesh-mtls');
    expect(tried).not.toContain('mesh-authz');
  });
});

test.each([
  [
    'its own injection by a revision',
    { revision: 'canary' },
    { 'istio.io/rev': 'canary', [level]: 'privileged' },
  ],
  ['its own injection', {}, { 'istio-injection': 'enabled', [level]: 'privileged' }],
  ['mode ambient', { mode: 'ambient' }, { 'istio.io/dataplane-mode': 'ambient', [level]: 'restricted' }],
])('somebody’s Istio with %s gets one label and nothing installed', async (_what, mesh, expected) => {
  const resources = await deployed('existing', mesh);
  const labels = labelsOf(resources, 'continuous-load-mesh');
  const ours = Object.keys(labels).filter((label) => /istio/.test(label));
  expect(ours).toHaveLength(1);
  expect(labels).toMatchObject(expected);
  expect(ofKind(resources, 'Chart')).toEqual([]);
  expect(ofKind(resources, 'Namespace').map(({ name }) => name)).not.toContain('istio-system');
  expect(ofKind(resources, 'PodMonitor').map(({ name }) => name)).not.toContain('istiod');
});

test('somebody’s Istio may be where the name service is', async () => {
  const resources = await deployed('existing', {
    mode: 'ambient',
    controlPlane: { namespace: 'kube-system' },
  });
  const found = ofKind(resources, 'Role').filter(
    ({ inputs }) => inputs.metadata.name === 'continuous-load-discovery',
  );
  expect(found.map(({ inputs }) => inputs.metadata.namespace)).toEqual(['kube-system']);
});

test('somebody’s cluster gets charts on wish, in the namespace that is named', async () => {
  const resources = await deployed('existing', {
    controlPlane: { kind: 'charts', namespace: 'mesh-system', version: '1.31.0' },
  });
  expect(chartsOf(resources)).toEqual(sidecarCharts);
  const { values, ...chart } = one(resources, 'Chart', 'istiod').inputs;
  expect(chart).toMatchObject({ namespace: 'mesh-system', version: '1.31.0' });
  expect(values.global).toEqual({ istioNamespace: 'mesh-system', configValidation: false });
  // The retries of everybody else's routes there are not ours to change.
  expect(values.meshConfig).not.toHaveProperty('defaultHttpRetryPolicy');
});

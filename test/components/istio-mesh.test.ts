import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../../components/cluster/cluster';
import { IstioMesh } from '../../components/istio-mesh';
import { Istiod } from '../../components/istio/istiod';
import { meshNamespaceOf } from '../../components/mesh/namespace';
import { Namespaces } from '../../components/namespaces';
import { controlPlaneOn } from '../../settings/control-plane-schema';
import { sections } from '../../settings/schema';
import { deploy, plain, type Registered } from '../deploy';

const directory = mkdtempSync(join(tmpdir(), 'mesh-'));
afterAll(() => rmSync(directory, { recursive: true }));
const definitions = (file: string, names: readonly string[]) => {
  const path = join(directory, file);
  writeFileSync(
    path,
    JSON.stringify(
      names.map((name) => ({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name },
        spec: { group: name.slice(name.indexOf('.') + 1) },
      })),
    ),
  );
  return path;
};
const crds = definitions('gateway.json', ['gateways.gateway.networking.k8s.io']);
const meshCrds = definitions('mesh.json', [
  'virtualservices.networking.istio.io',
  'peerauthentications.security.istio.io',
  'authorizationpolicies.security.istio.io',
  'wasmplugins.extensions.istio.io',
]);

const mesh = sections.mesh.parse({ enabled: true });
const podinfo = { ...sections.podinfo.parse({}), clientTimeout: 1000 };

async function deployMesh(
  managed: boolean,
  changes: Partial<typeof mesh> = {},
  stranger = false,
): Promise<Registered[]> {
  const settings = {
    ...mesh,
    ...changes,
    controlPlane: controlPlaneOn(managed ? 'lab' : 'existing', mesh.controlPlane),
  };
  const { resources } = await deploy(() => {
    const images = { istiod: 'lab/istiod:1', 'istio-proxy': 'lab/istio-proxy:1' };
    const cluster: Cluster = {
      kind: managed ? 'lab' : 'existing',
      clusterName: 'c',
      provider: new k8s.Provider('p', {}),
      endpoints: pulumi.output({}),
      ...(managed
        ? {
            managedGateway: {
              crds,
              meshCrds,
              images: pulumi.output(images),
              nodePort: 30080,
              externalAddress: '172.30.1.11:30080',
            },
          }
        : {}),
    };
    const stack = 'lab';
    const namespaces = new Namespaces('namespaces', {
      cluster,
      stack,
      ...meshNamespaceOf(settings),
    });
    const controlPlane =
      cluster.managedGateway &&
      new Istiod('istiod', {
        cluster,
        stack,
        namespaces,
        managed: cluster.managedGateway,
        gatewayKinds: [],
        mesh: true,
      });
    new IstioMesh('mesh', { cluster, stack, namespaces, podinfo, mesh: settings, stranger, controlPlane });
  });
  return resources.map((resource) => ({ ...resource, inputs: plain(resource.inputs) }));
}

const kindOf = ({ type }: Registered) => type.split(':').at(-1) ?? '';
const one = (resources: Registered[], kind: string, name: string): Registered => {
  const found = resources.filter((resource) => kindOf(resource) === kind && resource.name === name);
  expect([kind, name, found.length]).toEqual([kind, name, 1]);
  return found[0]!;
};
const workloads = ['mesh-source', 'mesh-source-retry', 'mesh-target'];
const podSpec = (resources: Registered[], workload: string) =>
  one(resources, 'Deployment', workload).inputs.spec.template.spec;

describe.each([
  ['in the lab', true],
  ['on somebody’s cluster', false],
])('%s', (_where, managed) => {
  let resources: Registered[];
  beforeAll(async () => void (resources = await deployMesh(managed)));

  it('asks for mutual TLS of all, and lets source alone answer without', () => {
    const modes = resources
      .filter((resource) => kindOf(resource) === 'PeerAuthentication')
      .map(({ name, inputs }) => [name, inputs.spec.mtls.mode, 'selector' in inputs.spec]);
    expect(modes.sort()).toEqual([
      ['mesh', 'STRICT', false],
      ['mesh-source', 'PERMISSIVE', true],
      ['mesh-source-retry', 'PERMISSIVE', true],
    ]);
  });

  it('lets target answer the one identity that both sources have', () => {
    const { spec } = one(resources, 'AuthorizationPolicy', 'mesh-target').inputs;
    expect(spec).toMatchObject({
      action: 'ALLOW',
      selector: { matchLabels: { 'app.kubernetes.io/name': 'mesh-target' } },
      rules: [{ from: [{ source: { principals: ['*/ns/continuous-load-mesh/sa/mesh-source'] } }] }],
    });
    expect(workloads.map((workload) => podSpec(resources, workload).serviceAccountName)).toEqual([
      'mesh-source',
      'mesh-source',
      'mesh-target',
    ]);
  });

  it('repeats nothing on one way to target and what Istio does on the other', () => {
    const retries = (name: string) => one(resources, 'VirtualService', name).inputs.spec.http[0].retries;
    expect(retries('mesh-target')).toEqual({ attempts: 0 });
    expect(retries('mesh-target-retry')).toEqual({
      attempts: 2,
      retryOn: 'connect-failure,refused-stream,unavailable,cancelled,503',
    });
    for (const [source, service] of [
      ['mesh-source', 'mesh-target'],
      ['mesh-source-retry', 'mesh-target-retry'],
    ] as const) {
      const host = `${service}.continuous-load-mesh.svc.cluster.local`;
      expect(one(resources, 'VirtualService', service).inputs.spec.hosts).toEqual([host]);
      expect(podSpec(resources, source).containers[0].args).toContain(
        `--backend-url=http://${host}.:9898/api/echo`,
      );
    }
    expect(one(resources, 'Service', 'mesh-target-retry').inputs.spec.selector).toMatchObject({
      'app.kubernetes.io/name': 'mesh-target',
    });
  });

  it('derives every time of a drain from the one grace period', () => {
    for (const workload of workloads) {
      const spec = podSpec(resources, workload);
      expect(spec.terminationGracePeriodSeconds).toBe(40);
      expect(spec.containers[0].lifecycle.preStop.sleep.seconds).toBe(6);
      expect(spec.containers[0].args).toContain('--server-shutdown-timeout=27s');
    }
  });
});

describe('in the lab', () => {
  let resources: Registered[];
  beforeAll(async () => void (resources = await deployMesh(true)));

  it('writes a native sidecar into each pod, which starts before podinfo and takes no root', () => {
    for (const workload of workloads) {
      const { initContainers, containers } = podSpec(resources, workload);
      expect(containers.map(({ name }: any) => name)).toEqual(['podinfo']);
      const [init, proxy] = initContainers;
      expect(init).toMatchObject({
        name: 'istio-init',
        securityContext: { capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] } },
      });
      expect(proxy).toMatchObject({
        name: 'istio-proxy',
        restartPolicy: 'Always',
        securityContext: {
          runAsUser: 1337,
          runAsNonRoot: true,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      });
      const variable = (name: string) => proxy.env.find((each: any) => each.name === name)?.value;
      expect(JSON.parse(variable('PROXY_CONFIG'))).toMatchObject({
        discoveryAddress: 'istiod.continuous-load.svc:15012',
        drainDuration: '33s',
        terminationDrainDuration: '5s',
      });
      expect(variable('SECRET_TTL')).toBe('86400s');
    }
  });

  it('lets kubelet and Prometheus, which have no certificate, go past Envoy', () => {
    const { initContainers, containers } = podSpec(resources, 'mesh-target');
    const args: string[] = initContainers[0].args;
    const past = args[args.indexOf('-d') + 1]?.split(',');
    expect(past).toEqual(expect.arrayContaining(['15020', '15021', '9797']));
    const asked = JSON.parse(
      initContainers[1].env.find(({ name }: any) => name === 'ISTIO_KUBE_APP_PROBERS').value,
    );
    for (const kind of ['readinessProbe', 'livenessProbe']) {
      const { path, port } = containers[0][kind].httpGet;
      expect(port).toBe(15020);
      expect(asked[path].httpGet.port).toBe(9898);
    }
  });

  it('brings along the kinds that it uses and no other, and starts nothing before istiod', () => {
    const made = resources
      .filter((each) => kindOf(each) === 'CustomResourceDefinition')
      .map(({ name }) => name);
    expect(made.sort()).toEqual([
      'authorizationpolicies.security.istio.io',
      'peerauthentications.security.istio.io',
      'virtualservices.networking.istio.io',
    ]);
    const { dependencies } = one(resources, 'Deployment', 'mesh-source');
    for (const waited of ['Deployment::istiod', 'VirtualService::mesh-target', 'PeerAuthentication::mesh'])
      expect(dependencies.filter((urn) => urn.endsWith(waited))).toHaveLength(1);
  });

  it('admits such pods in its own namespace alone', () => {
    const admits = resources
      .filter((each) => kindOf(each) === 'Namespace')
      .map(({ name, inputs }) => [name, inputs.metadata.labels['pod-security.kubernetes.io/enforce']]);
    expect(admits).toEqual([
      ['continuous-load', 'restricted'],
      ['monitoring', 'restricted'],
      ['continuous-load-mesh', 'privileged'],
    ]);
  });

  it('lets istiod see the two namespaces, write into them alone, and touch nobody’s webhooks', () => {
    const config = JSON.parse(one(resources, 'ConfigMap', 'istiod').inputs.data.mesh);
    expect(config.discoverySelectors[0].matchExpressions[0].values).toEqual([
      'continuous-load',
      'continuous-load-mesh',
    ]);
    const { rules } = one(resources, 'ClusterRole', 'istiod').inputs;
    const writing = rules.filter((rule: any) =>
      rule.verbs.some((verb: string) => !['get', 'list', 'watch'].includes(verb)),
    );
    expect(writing.flatMap((rule: any) => rule.resources)).toEqual(['gatewayclasses/status', 'tokenreviews']);
  });
});

describe('on somebody’s cluster', () => {
  it('leaves sidecars to the injection there, with the same drain and statistics', async () => {
    const resources = await deployMesh(false);
    expect(one(resources, 'Namespace', 'continuous-load-mesh').inputs.metadata.labels).toMatchObject({
      'istio-injection': 'enabled',
    });
    const { metadata, spec } = one(resources, 'Deployment', 'mesh-target').inputs.spec.template;
    expect(spec).not.toHaveProperty('initContainers');
    expect(JSON.parse(metadata.annotations['proxy.istio.io/config'])).toMatchObject({
      drainDuration: '33s',
      proxyStatsMatcher: { inclusionRegexps: [expect.stringMatching('upstream_rq'), expect.any(String)] },
    });
    expect(metadata.annotations).toMatchObject({
      'sidecar.istio.io/proxyMemoryLimit': '256Mi',
      'traffic.sidecar.istio.io/excludeInboundPorts': '9797',
    });
    expect(resources.filter(({ name }) => name === 'istiod')).toEqual([]);
  });

  it('goes by a revision where there is one', async () => {
    const { labels } = one(
      await deployMesh(false, { revision: 'canary' }),
      'Namespace',
      'continuous-load-mesh',
    ).inputs.metadata;
    expect(labels).toMatchObject({ 'istio.io/rev': 'canary' });
    expect(labels).not.toHaveProperty('istio-injection');
  });

  it.each(['mesh-source', 'mesh-source-retry', 'mesh-target'])(
    'rolls %s with the revision, as running pods stay with the istiod that injected them',
    async (workload) => {
      const template = async (settings: object) =>
        one(await deployMesh(false, settings), 'Deployment', workload).inputs.spec.template;
      const canary = await template({ revision: 'canary' });
      expect(await template({ revision: 'old' })).not.toEqual(canary);
      expect(await template({})).not.toEqual(canary);
    },
  );
});

describe('with somebody whom target must refuse', () => {
  let resources: Registered[];
  beforeAll(async () => void (resources = await deployMesh(true, {}, true)));

  it('makes the same calls as source, under an account that no policy names', () => {
    expect(podSpec(resources, 'mesh-stranger').containers[0].args).toEqual(
      podSpec(resources, 'mesh-source').containers[0].args,
    );
    const { serviceAccountName } = podSpec(resources, 'mesh-stranger');
    expect(one(resources, 'ServiceAccount', 'mesh-stranger').name).toBe(serviceAccountName);
    const policies = resources.filter((resource) => kindOf(resource) === 'AuthorizationPolicy');
    expect(policies).toHaveLength(1);
    expect(JSON.stringify(policies)).not.toMatch(new RegExp(serviceAccountName));
  });

  it('lets the injectors in to it, which are outside', () => {
    const { spec } = one(resources, 'PeerAuthentication', 'mesh-stranger').inputs;
    expect(spec).toMatchObject({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'mesh-stranger' } },
      mtls: { mode: 'PERMISSIVE' },
    });
  });
});

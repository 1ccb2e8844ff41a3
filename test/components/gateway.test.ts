import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../../components/cluster/cluster';
import { IngressGateway } from '../../components/gateway';
import { GatewayKinds } from '../../components/istio/gateway-kinds';
import { Istiod } from '../../components/istio/istiod';
import { selectorLabels } from '../../components/metadata';
import { Namespaces } from '../../components/namespaces';
import { pathHeader } from '../../scenarios/gateway';
import { deploy, plain, type Registered } from '../deploy';

const directory = mkdtempSync(join(tmpdir(), 'gateway-'));
afterAll(() => rmSync(directory, { recursive: true }));
const crds = join(directory, 'crds.json');
writeFileSync(
  crds,
  JSON.stringify(
    ['gatewayclasses', 'gateways', 'httproutes'].map((kind) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${kind}.gateway.networking.k8s.io` },
      spec: { group: 'gateway.networking.k8s.io' },
    })),
  ),
);

async function deployGateway(gatewayClass: string, managed: boolean, retries = 0): Promise<Registered[]> {
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
              images: pulumi.output(images),
              nodePort: 30080,
              externalAddress: '172.30.1.11:30080',
            },
          }
        : {}),
    };
    const namespaces = new Namespaces('namespaces', { cluster, stack: 'lab' });
    const { managedGateway } = cluster;
    const istiod =
      managedGateway &&
      new Istiod('istiod', {
        cluster,
        stack: 'lab',
        namespaces,
        managed: managedGateway,
        gateway: { retries },
        gatewayKinds: new GatewayKinds('gateway-kinds', { cluster, managed: managedGateway }, {}).definitions,
        mesh: false,
      });
    new IngressGateway('gateway', { cluster, stack: 'lab', namespaces, gatewayClass, controlPlane: istiod });
  });
  return resources.map((resource) => ({ ...resource, inputs: plain(resource.inputs) }));
}

const kindOf = ({ type }: Registered) => type.split(':').at(-1) ?? '';
const one = (resources: Registered[], kind: string, name?: string): Registered => {
  const found = resources.filter(
    (resource) => kindOf(resource) === kind && (name === undefined || resource.name === name),
  );
  expect([kind, found.length]).toEqual([kind, 1]);
  return found[0]!;
};

describe.each(['eg', 'traefik', 'nginx', 'istio'])('on somebody’s cluster with class %s', (gatewayClass) => {
  let resources: Registered[];
  beforeAll(async () => void (resources = await deployGateway(gatewayClass, false)));

  it('makes a Gateway of that class and a route, and nothing else', () => {
    const made = resources.filter(({ type }) => type.startsWith('kubernetes:')).map(kindOf);
    expect(made.sort()).toEqual(['Gateway', 'HTTPRoute', 'Namespace', 'Namespace']);
    const { spec } = one(resources, 'Gateway').inputs;
    expect(spec.gatewayClassName).toBe(gatewayClass);
    // An address would tell the controller that there is nothing to deploy.
    expect(spec).not.toHaveProperty('addresses');
  });

  it('routes the echo of any host to target, without a retry that could hide a fault', () => {
    const { spec } = one(resources, 'HTTPRoute').inputs;
    expect(spec).toEqual({
      parentRefs: [{ name: 'gateway' }],
      rules: [
        {
          matches: [{ path: { type: 'Exact', value: '/api/echo' } }],
          backendRefs: [{ name: 'target', port: 9898 }],
        },
      ],
    });
  });
});

describe('in the lab', () => {
  let resources: Registered[];
  beforeAll(async () => void (resources = await deployGateway('istio', true)));

  it('makes the definitions, the class, istiod and the proxy', () => {
    expect(resources.filter((r) => kindOf(r) === 'CustomResourceDefinition')).toHaveLength(3);
    expect(one(resources, 'GatewayClass').inputs.spec).toEqual({
      controllerName: 'istio.io/gateway-controller',
    });
    expect(one(resources, 'Service', 'gateway').inputs.spec).toMatchObject({
      type: 'NodePort',
      ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
    });
    expect(one(resources, 'Gateway').inputs.spec.addresses).toEqual([
      { type: 'Hostname', value: 'gateway.continuous-load.svc.cluster.local' },
    ]);
  });

  it('starts a proxy after the route and istiod, so that a ready one knows the route', () => {
    const { dependencies } = one(resources, 'Deployment', 'gateway');
    for (const waited of ['HTTPRoute::gateway', 'Deployment::istiod'])
      expect(dependencies.filter((urn) => urn.endsWith(waited))).toHaveLength(1);
  });

  it('restricts every pod', () => {
    for (const name of ['istiod', 'gateway']) {
      const { spec } = one(resources, 'Deployment', name).inputs.spec.template;
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of spec.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.limits).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
      }
    }
    expect(one(resources, 'Deployment', 'gateway').inputs.spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
    });
  });

  it('lets istiod read no Secret outside its namespace and write nothing cluster-wide but status and token reviews', () => {
    const { rules } = one(resources, 'ClusterRole').inputs;
    expect(rules.flatMap((rule: any) => rule.resources)).not.toContain('secrets');
    const writing = rules.filter((rule: any) =>
      rule.verbs.some((verb: string) => !['get', 'list', 'watch'].includes(verb)),
    );
    expect(writing.flatMap((rule: any) => rule.resources)).toEqual(['gatewayclasses/status', 'tokenreviews']);
    for (const rule of [...rules, ...one(resources, 'Role').inputs.rules]) {
      expect([...rule.verbs, ...rule.resources, ...rule.apiGroups]).not.toContain('*');
    }
  });

  it('switches retries off for the whole mesh, unless they are asked for', async () => {
    const policy = (of: Registered[]) =>
      JSON.parse(one(of, 'ConfigMap', 'istiod').inputs.data.mesh).defaultHttpRetryPolicy;
    expect(policy(resources)).toEqual({ attempts: 0 });
    expect(policy(await deployGateway('istio', true, 3))).toEqual({
      attempts: 3,
      retryOn: 'connect-failure,refused-stream,503',
    });
  });

  it('passes what comes from outside on to a Service of its own, with the pods of target', () => {
    const { rules } = one(resources, 'HTTPRoute').inputs.spec;
    const path = { type: 'Exact', value: '/api/echo' };
    expect(rules).toEqual([
      { matches: [{ path }], backendRefs: [{ name: 'target', port: 9898 }] },
      {
        matches: [{ path, headers: [{ name: pathHeader, value: 'ingress-external' }] }],
        backendRefs: [{ name: 'target-external', port: 9898 }],
      },
    ]);
    const { spec } = one(resources, 'Service', 'target-external').inputs;
    expect(spec.selector).toEqual(selectorLabels('target', 'lab'));
    expect(one(resources, 'HTTPRoute').dependencies).toContainEqual(
      expect.stringMatching(/Service::target-external$/),
    );
  });
});

it('refuses a class without a name', async () => {
  await expect(deployGateway('', false)).rejects.toThrow('must name a GatewayClass');
});

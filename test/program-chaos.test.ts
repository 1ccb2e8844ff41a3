import * as pulumi from '@pulumi/pulumi';
import { program } from '../program';
import { chaosObjects } from '../signals/chaos';
import { crdFixture } from './components/crd-fixture';
import { deploy, encodeConfig, plain, type Registered } from './deploy';

const mockFixture = crdFixture();
jest.mock('../lab/toolchain/crds', () => ({
  operatorCrds: () => mockFixture,
  gatewayCrds: () => mockFixture,
  meshCrds: () => mockFixture,
}));

async function deployWith(chaos: object, more: Record<string, unknown> = {}): Promise<Registered[]> {
  const sections = { cluster: { kind: 'lab' }, chaos, ...more };
  const keyed = Object.entries(sections).map(([key, value]) => [`continuous-load:${key}`, value]);
  pulumi.runtime.setAllConfig(encodeConfig(Object.fromEntries(keyed)));
  const { resources } = await deploy(program);
  return resources.map((resource) => ({ ...resource, inputs: plain(resource.inputs) }));
}

const labelled = (resources: Registered[]) =>
  resources
    .filter(({ type }) => type === 'kubernetes:apps/v1:Deployment')
    .filter(({ inputs }) => inputs.spec.template.metadata.labels['chaos.continuous-load/enabled'] === 'true')
    .map(({ name }) => name)
    .sort();

/** `namespace: verbs group/resource names`, of every Role of the reaper. */
const allowed = (resources: Registered[]) =>
  resources
    .filter(({ type, inputs }) => /:(Cluster)?Role$/.test(type) && /chaos/.test(inputs.metadata.name))
    .flatMap(({ inputs }) =>
      inputs.rules.map(({ apiGroups, resources: kinds, resourceNames = [], verbs }: any) =>
        `${inputs.metadata.namespace}: ${verbs.join(',')} ${apiGroups.join(',')}/${kinds.join(',')} ${resourceNames.join(',')}`.trim(),
      ),
    )
    .sort();

const deployment = (resources: Registered[]) =>
  resources.find(({ type, name }) => type === 'kubernetes:apps/v1:Deployment' && name === 'chaos-reaper')!;

describe('on', () => {
  let resources: Registered[];
  beforeAll(async () => {
    resources = await deployWith({ enabled: true, namespaces: ['continuous-load', 'shop'] });
  });

  it('lets the reaper do what it needs in the namespaces with victims, and nothing of nodes', () => {
    expect(labelled(resources)).toEqual(['echo', 'source', 'target']);
    const onPods = ['create /events', 'create /pods/eviction', 'get,list /pods'];
    expect(allowed(resources)).toEqual([
      'continuous-load: create /events',
      'continuous-load: create /pods/eviction',
      'continuous-load: create coordination.k8s.io/leases',
      'continuous-load: get /configmaps chaos-switch',
      'continuous-load: get,list /pods',
      'continuous-load: get,update coordination.k8s.io/leases chaos-reaper',
      ...onPods.map((rule) => `shop: ${rule}`),
    ]);
  });

  it('is one restricted pod with a short token, the same k6, and a switch that stays as somebody left it', () => {
    const { inputs } = deployment(resources);
    expect(inputs.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const { spec } = inputs.spec.template;
    expect(spec).toMatchObject({ serviceAccountName: 'chaos-reaper', automountServiceAccountToken: false });
    const injector = resources.find(
      ({ type, name }) => type === 'kubernetes:apps/v1:Deployment' && name === 'injector',
    )!.inputs.spec.template.spec.containers[0];
    const [container] = spec.containers;
    expect(container.image).toBe(injector.image);
    expect(container.securityContext).toEqual(injector.securityContext);
    expect(container.args.at(-1)).toBe('/scripts/chaos.ts');
    const env = Object.fromEntries(container.env.map(({ name, value }: any) => [name, value]));
    expect(env).toMatchObject({
      PROMETHEUS: 'http://10.96.0.7:9090',
      K6_OTEL_SERVICE_NAME: 'continuous-load-chaos',
      SSL_CERT_FILE: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
      GOMEMLIMIT: '153MiB',
    });
    // A dead connection of HTTP/2 would be used for ever.
    for (const { env: of } of [container, injector])
      expect(of).toContainEqual({ name: 'GODEBUG', value: 'http2client=0' });
    expect(container.env[0].name).toBe('POD_NAME');
    expect(JSON.stringify(spec.volumes)).toContain('"expirationSeconds":600');
    const { data } = resources.find(
      ({ inputs: { metadata, immutable } }) => immutable && /^chaos-reaper-/.test(metadata.name),
    )!.inputs;
    expect(JSON.parse(data['config.json'])).toMatchObject({
      ...chaosObjects,
      dryRun: false,
      namespaces: ['continuous-load', 'shop'],
      selector: 'chaos.continuous-load/enabled=true',
      intervalMs: 600_000,
    });
    const killSwitch = resources.find(
      ({ name, type }) => name === chaosObjects.switchName && type.endsWith(':ConfigMap'),
    )!;
    expect(killSwitch.inputs.data).toEqual({ halted: 'false' });
    expect(killSwitch.ignoreChanges).toEqual(['data']);
  });
});

test('only with kills among its modes it may delete pods; without load it does not run, and nobody is told', async () => {
  const resources = await deployWith(
    { enabled: true, killShare: 20, victims: ['target'] },
    { load: { enabled: false } },
  );
  expect(labelled(resources)).toEqual(['target']);
  expect(allowed(resources)).toContain('continuous-load: delete /pods');
  expect(deployment(resources).inputs.spec.replicas).toBe(0);
  const rules = resources.find(({ type }) => type.endsWith(':PrometheusRule'));
  expect(JSON.stringify(rules?.inputs)).not.toMatch(/Chaos/);
});

test('objects of its own it may make beside itself, and remove by their ten names only', async () => {
  const churn = { share: 50, modes: ['services', 'routes'], deployments: [] };
  const resources = await deployWith(
    { enabled: true, churn, namespaces: ['continuous-load', 'shop'] },
    { paths: { ingress: { enabled: true } } },
  );
  const ten = (mode: string) => Array.from({ length: 10 }, (_, index) => `chaos-${mode}-${index}`).join(',');
  expect(allowed(resources).filter((rule) => /services|httproutes|apps/.test(rule))).toEqual([
    `continuous-load: delete /services ${ten('services')}`,
    `continuous-load: delete gateway.networking.k8s.io/httproutes ${ten('routes')}`,
    'continuous-load: list,create /services',
    'continuous-load: list,create gateway.networking.k8s.io/httproutes',
  ]);
  const { env } = deployment(resources).inputs.spec.template.spec.containers[0];
  expect(env[1]).toEqual({ name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } });
});

test('only with drains it may look at nodes and change them, and tell of it where Events of nodes lie', async () => {
  const of = (rules: string[]) => rules.filter((rule) => /nodes|default/.test(rule));
  expect(of(allowed(await deployWith({ enabled: true, churn: { share: 50 } })))).toEqual([]);
  const rules = allowed(await deployWith({ enabled: true, nodes: { share: 10 } }));
  expect(of(rules)).toEqual(['default: create /events', 'undefined: list,patch /nodes']);
  // no more than before in a namespace that has victims too
  const both = allowed(
    await deployWith({ enabled: true, nodes: { share: 10 }, namespaces: ['continuous-load', 'default'] }),
  );
  expect(both.filter((rule) => rule.startsWith('default: '))).toEqual([
    'default: create /events',
    'default: create /pods/eviction',
    'default: get,list /pods',
  ]);
});

test.each<[string[], RegExp[], boolean]>([
  [['restart'], [/patch apps\/deployments (source|echo)/], false],
  [['scale'], [/get,patch apps\/deployments\/scale (source|echo)/], true],
])('churn by %j may do that to the Deployments by name, and no more', async (modes, rights, isForced) => {
  const churn = { share: 50, modes, deployments: ['continuous-load/source', 'continuous-load/echo'] };
  const resources = await deployWith({ enabled: true, churn });
  const on = allowed(resources).filter((rule) => rule.includes('apps/'));
  expect(on).toHaveLength(rights.length);
  for (const [index, right] of rights.entries()) expect(on[index]).toMatch(right);
  expect(on[0]).toMatch(/source,echo$/);
  // what chaos scales the program must take back by force, once it wants other replicas
  const forced = resources
    .filter(({ inputs }) => inputs.metadata?.annotations?.['pulumi.com/patchForce'] === 'true')
    .map(({ name }) => name)
    .sort();
  // and what people scale to nothing, to stop it at once
  expect(forced).toEqual([
    'chaos-reaper',
    ...(isForced ? ['echo'] : []),
    'injector',
    ...(isForced ? ['source'] : []),
  ]);
});

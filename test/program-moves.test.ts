import * as pulumi from '@pulumi/pulumi';
import { program } from '../program';
import { crdFixture } from './components/crd-fixture';
import { deploy, encodeConfig, plain, type Registered } from './deploy';

const mockOperator = crdFixture();
const mockGateway = crdFixture(['GatewayClass', 'Gateway', 'HTTPRoute'], 'gateway.networking.k8s.io');
const mockMesh = crdFixture(['VirtualService'], 'networking.istio.io');
jest.mock('../lab/toolchain/crds', () => ({
  operatorCrds: () => mockOperator,
  gatewayCrds: () => mockGateway,
  meshCrds: () => mockMesh,
}));
jest.mock('../lab/toolchain/published-definitions', () => ({
  publishedOperatorCrds: () => mockOperator,
  publishedGatewayCrds: () => mockGateway,
}));

async function deployed(config: object): Promise<Registered[]> {
  pulumi.runtime.setAllConfig(
    encodeConfig(
      Object.fromEntries(Object.entries(config).map(([key, value]) => [`continuous-load:${key}`, value])),
    ),
  );
  const { resources } = await deploy(program, { stack: 'prod' });
  return resources.map((resource) => ({ ...resource, inputs: plain(resource.inputs) }));
}

/** What Kubernetes knows an object by. */
const identity = ({ type, inputs }: Registered) =>
  `${type} ${inputs.metadata.namespace ?? ''}/${inputs.metadata.name}`;
const objects = (resources: Registered[]) =>
  resources.filter(({ type, inputs }) => type.startsWith('kubernetes:') && inputs?.metadata?.name);

/** Objects that stay and that the engine would make anew and then delete: it knows them by another URN. */
function lost(before: Registered[], after: Registered[]): string[] {
  const was = new Map(objects(before).map((object) => [identity(object), object.urn]));
  return objects(after)
    .filter((object) => {
      const urn = was.get(identity(object));
      return urn !== undefined && urn !== object.urn && !object.aliases.includes(urn);
    })
    .map(identity);
}

const ingress = { ingress: { enabled: true } };
const sidecar = { enabled: true };
const ambient = { enabled: true, mode: 'ambient' };
const gateways: Readonly<Record<string, object>> = {
  'a gateway': { paths: ingress },
  'a mesh': { mesh: sidecar },
  both: { paths: ingress, mesh: sidecar },
  'a mesh in mode ambient': { mesh: ambient },
  'both in mode ambient': { paths: ingress, mesh: ambient },
};
const k3d = { cluster: { kind: 'k3d', name: 'dev' }, monitoring: { receivers: [] } };

const receivers = [{ name: 'on-call', url: 'https://pager.example.org/' }];
const monitorings: Readonly<Record<string, object>> = {
  'its own Prometheus': { monitoring: { receivers } },
  'kube-prometheus-stack': { monitoring: { kind: 'kube-prometheus-stack', receivers } },
};

test('definitions that a chart takes over from the stack’s own operator outlive it', async () => {
  const definitions = (await deployed(k3d)).filter(({ type }) => type.endsWith(':CustomResourceDefinition'));
  expect(definitions).toHaveLength(7);
  for (const { name, retainOnDelete } of definitions) expect([name, retainOnDelete]).toEqual([name, true]);
});

describe.each([
  ['a gateway and a mesh', k3d, gateways],
  ['who runs Prometheus', k3d, monitorings],
])('a stack that is up, told otherwise about %s', (_, common, choices) => {
  const stacks: Record<string, Registered[]> = {};
  beforeAll(async () => {
    for (const [name, sections] of Object.entries(choices))
      stacks[name] = await deployed({ ...common, ...sections });
  });
  const names = Object.keys(choices);

  it.each(names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const)))(
    'keeps what it has in both, from %s to %s',
    (from, to) => expect(lost(stacks[from] ?? [], stacks[to] ?? [])).toEqual([]),
  );
});

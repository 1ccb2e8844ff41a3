import {
  baseValues,
  cniValues,
  type IstioChartArgs,
  istiodValues,
  ztunnelValues,
} from '../../components/istio/chart-values';
import { meshNamespaceOf } from '../../components/mesh/namespace';
import { controlPlaneOn } from '../../settings/control-plane-schema';
import { sections } from '../../settings/schema';
import { silentProgress } from '../../lab/progress';
import { ensurePrograms } from '../../lab/toolchain/toolchain';
import { type ChartName, istioCharts, objectsIn, type Rendered, template } from './support/istio-charts';
import { report } from './support/wait';

const minutes = (count: number) => count * 60_000;
let charts: string;
beforeAll(async () => {
  await ensurePrograms(['helm'], silentProgress);
  charts = await istioCharts();
}, minutes(30));

const cases = [
  ['k3d', 'sidecar', undefined],
  ['k3d', 'ambient', undefined],
  ['eks', 'sidecar', 'canary'],
  ['eks', 'ambient', 'canary'],
] as const satisfies readonly (readonly ['k3d' | 'eks', 'sidecar' | 'ambient', string | undefined])[];

function argsOf(kind: 'k3d' | 'eks', mode: 'sidecar' | 'ambient', revision: string | undefined) {
  const mesh = {
    ...sections.mesh.parse({ enabled: true, mode, ...(revision ? { revision } : {}) }),
    controlPlane: controlPlaneOn(kind, {}),
  };
  const args: IstioChartArgs = {
    cluster: { kind },
    controlPlane: mesh.controlPlane,
    mesh,
    gateway: { retries: 0 },
  };
  const values: Partial<Record<ChartName, object>> = {
    base: baseValues(args),
    istiod: istiodValues(args),
    cni: cniValues(args),
    ...(mode === 'ambient' ? { ztunnel: ztunnelValues(args) } : {}),
  };
  return {
    mesh,
    values: Object.entries(values) as [ChartName, object][],
    istiod: revision ? `istiod-${revision}` : 'istiod',
  };
}

/** Names of leaves: a list is one, since charts take it whole. */
function leaves(values: object, prefix: string[] = []): string[][] {
  return Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leaves(value as object, [...prefix, key])
      : [[...prefix, key]],
  );
}

function without(values: object, [key, ...rest]: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(values).flatMap(([each, value]) => {
      if (each !== key) return [[each, value] as const];
      return rest.length === 0 ? [] : [[each, without(value as object, rest)] as const];
    }),
  );
}

/** What is said although the chart of this release would do the same without, because the product hangs on it. */
const alsoTheDefault = ['global.istioNamespace', 'istioNamespace'];

describe.each(cases)('%s, %s, revision %s', (kind, mode, revision) => {
  const { mesh, values, istiod } = argsOf(kind, mode, revision);
  const texts = new Map<ChartName, string>();
  const objects = new Map<ChartName, Rendered[]>();
  const of = (chart: ChartName, kind: string) =>
    objects.get(chart)?.filter((object) => object.kind === kind) ?? [];
  beforeAll(async () => {
    for (const [chart, given] of values) {
      const text = await template(charts, chart, given);
      texts.set(chart, text);
      objects.set(chart, objectsIn(text));
    }
  }, minutes(5));

  test(
    'every value does something',
    async () => {
      const dead: string[] = [];
      for (const [chart, given] of values)
        for (const leaf of leaves(given)) {
          const other = await template(charts, chart, without(given, leaf));
          if (other === texts.get(chart)) dead.push(leaf.join('.'));
        }
      expect(dead.filter((leaf) => !alsoTheDefault.includes(leaf))).toEqual([]);
      report(
        `values of Istio's charts, ${kind} ${mode}`,
        `${values.flatMap(([, given]) => leaves(given)).length}, without effect: ${dead.join(', ') || 'none'}`,
      );
    },
    minutes(10),
  );

  test('definitions of the kinds that the mesh is described by, and no webhook that judges objects', () => {
    const kinds = of('base', 'CustomResourceDefinition').map(({ metadata }) => metadata.name);
    expect(kinds).toEqual(
      expect.arrayContaining([
        'virtualservices.networking.istio.io',
        'peerauthentications.security.istio.io',
        'authorizationpolicies.security.istio.io',
      ]),
    );
    for (const chart of objects.keys()) expect(of(chart, 'ValidatingWebhookConfiguration')).toEqual([]);
  });

  test('istiod is where proxies look for it, twice, and scraped by its port', () => {
    const [deployment] = of('istiod', 'Deployment');
    expect(deployment).toMatchObject({ metadata: { name: istiod }, spec: { replicas: 2 } });
    const { metadata, spec } = deployment!['spec'].template;
    expect(metadata.labels).toMatchObject({ app: 'istiod' });
    expect(spec.containers[0].ports).toContainEqual({
      containerPort: 15014,
      protocol: 'TCP',
      name: 'http-monitoring',
    });
    const service = of('istiod', 'Service').find((each) => each.metadata.name === istiod);
    expect(service?.metadata.namespace).toBe('istio-system');
    expect(service?.['spec'].ports.map(({ port }: { port: number }) => port)).toContain(15012);
    expect(of('istiod', 'HorizontalPodAutoscaler')).toEqual([]);
  });

  test('it sees three namespaces and hides no fault by repeats', () => {
    const [config] = of('istiod', 'ConfigMap').filter(({ data }) => data?.mesh !== undefined);
    const text: string = config?.['data'].mesh;
    for (const namespace of ['continuous-load', 'continuous-load-mesh', 'istio-system'])
      expect(text).toContain(`- ${namespace}\n`);
    expect(text).toMatch(/defaultHttpRetryPolicy:\n\s+attempts: 0/);
  });

  test('pods of the mesh’s namespace get one sidecar, or in mode ambient none', () => {
    const labels: Record<string, string> = {
      'kubernetes.io/metadata.name': 'continuous-load-mesh',
      ...meshNamespaceOf(mesh).mesh?.labels,
    };
    const webhooks = of('istiod', 'MutatingWebhookConfiguration').flatMap((each) => each['webhooks']);
    const matching = webhooks.filter(
      ({ namespaceSelector, objectSelector }) =>
        selects(namespaceSelector, labels) && selects(objectSelector, {}),
    );
    expect(matching).toHaveLength(mesh.mode === 'ambient' ? 0 : 1);
    for (const { clientConfig } of matching) expect(clientConfig.service.name).toBe(istiod);
    expect(webhooks.length).toBeGreaterThan(1);
  });

  test('the plugin looks where the nodes have theirs', () => {
    const [daemons] = of('cni', 'DaemonSet');
    const paths = daemons?.['spec'].template.spec.volumes.map(({ hostPath }: any) => hostPath?.path);
    const k3s = ['/bin', '/var/lib/rancher/k3s/agent/etc/cni/net.d'];
    expect(paths).toEqual(expect.arrayContaining(kind === 'k3d' ? k3s : ['/opt/cni/bin', '/etc/cni/net.d']));
  });

  test('ztunnel finds its istiod and is scraped by its port; istiod trusts it', () => {
    const [daemons] = of('ztunnel', 'DaemonSet');
    const [deployment] = of('istiod', 'Deployment');
    const trusted = JSON.stringify(deployment).includes('"istio-system/ztunnel"');
    expect(daemons !== undefined).toBe(mesh.mode === 'ambient');
    if (!daemons) return;
    expect(trusted).toBe(true);
    const { metadata, spec } = daemons['spec'].template;
    expect(metadata.labels).toMatchObject({ app: 'ztunnel' });
    const [container] = spec.containers;
    expect(container.ports).toContainEqual({ containerPort: 15020, name: 'ztunnel-stats', protocol: 'TCP' });
    expect(container.env).toContainEqual({ name: 'XDS_ADDRESS', value: `${istiod}.istio-system.svc:15012` });
  });
});

interface Selector {
  readonly matchLabels?: Record<string, string>;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

/** As the API server selects by labels. */
function selects(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Record<string, string>,
): boolean {
  const byExpression = matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      default:
        return value === undefined;
    }
  });
  return byExpression && Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

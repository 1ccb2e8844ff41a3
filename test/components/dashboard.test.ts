import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../../components/cluster/cluster';
import { Dashboard, sidecarLabels } from '../../components/dashboard';
import { monitoringName, namespaceNames } from '../../components/names';
import { Namespaces } from '../../components/namespaces';
import { GrafanaDashboard } from '../../resources/grafana-dashboard';
import type { DashboardsSettings } from '../../settings/dashboards-schema';
import { meshNamespace, meshWorkloads } from '../../signals/targets';
import { dashboardNames, dashboards, grafanaFiles, panelQueries } from '../../signals/dashboards/dashboards';
import { defaultModel } from '../../signals/model';
import { deploy, plain } from '../deploy';
import { grafanaDashboardSchema } from './grafana-operator/definition';

const model = defaultModel({ stack: 'prod' });

async function deployed(how: DashboardsSettings = { delivery: 'configmap' }) {
  let pages: Readonly<Record<string, string>> = {};
  const { resources } = await deploy(() => {
    const provider = new k8s.Provider('p', {});
    const cluster: Cluster = { kind: 'existing', clusterName: 'c', provider, endpoints: pulumi.output({}) };
    const namespaces = new Namespaces('namespaces', { cluster, stack: 'prod' });
    ({ pages } = new Dashboard('dashboards', {
      cluster,
      stack: 'prod',
      namespaces,
      model,
      ...how,
    }));
  });
  return {
    pages,
    maps: resources.filter(({ type }) => type === 'kubernetes:core/v1:ConfigMap'),
    custom: resources.filter(({ type }) => type === GrafanaDashboard.__pulumiType),
  };
}

test('each dashboard is a ConfigMap that Grafana’s sidecar finds', async () => {
  const { maps, pages } = await deployed();
  expect(maps.map(({ inputs }) => inputs.metadata.name)).toEqual(
    dashboardNames.map((name) => `dashboard-${name}`),
  );
  const files = grafanaFiles(model);
  for (const [index, { inputs }] of maps.entries()) {
    expect(inputs.metadata.namespace).toBe(namespaceNames.monitoring);
    expect(inputs.metadata.labels).toMatchObject({
      ...sidecarLabels,
      'app.kubernetes.io/part-of': 'continuous-load',
      'app.kubernetes.io/instance': 'prod',
    });
    const { file, json } = files[index]!;
    expect(inputs.data).toEqual({ [file]: json });
    expect((JSON.parse(json) as { uid: string }).uid).toBe(pages[dashboardNames[index]!]!.replace('/d/', ''));
    // A ConfigMap holds a mebibyte, and a client that applies it keeps a copy in an annotation of 256 KiB.
    expect(json.length).toBeLessThan(200_000);
  }
});

test('a Grafana that looks for other labels is served', async () => {
  const { maps } = await deployed({ delivery: 'configmap', sidecarLabels: { dashboards: 'yes' } });
  for (const { inputs } of maps) {
    expect(inputs.metadata.labels).toMatchObject({ dashboards: 'yes' });
    expect(inputs.metadata.labels).not.toHaveProperty('grafana_dashboard');
  }
});

test('for grafana-operator each dashboard is a GrafanaDashboard that its API server accepts', async () => {
  const { custom, maps } = await deployed({
    delivery: 'grafana-operator',
    grafanaLabels: { dashboards: 'grafana' },
  });
  expect(maps).toEqual([]);
  expect(custom.map(({ name }) => name)).toEqual(dashboardNames.map((name) => `dashboard-${name}`));
  const schema = await grafanaDashboardSchema();
  const files = grafanaFiles(model);
  for (const [index, { inputs }] of custom.entries()) {
    const object = plain(inputs);
    expect(schema.safeParse(object).error?.issues ?? []).toEqual([]);
    expect(object.metadata).toMatchObject({
      name: `dashboard-${dashboardNames[index]}`,
      namespace: namespaceNames.monitoring,
    });
    expect(object.spec).toEqual({
      instanceSelector: { matchLabels: { dashboards: 'grafana' } },
      allowCrossNamespaceImport: true,
      folder: 'continuous-load',
      json: files[index]!.json,
    });
  }
});

test('the schema of GrafanaDashboard refuses what is not in it', async () => {
  const schema = await grafanaDashboardSchema();
  const spec = { instanceSelector: { matchLabels: { a: 'b' } }, json: '{}' };
  const refused = (changes: object) =>
    schema
      .safeParse({ metadata: {}, spec: { ...spec, ...changes } })
      .error?.issues.map(({ path }) => path.join('.'));
  expect(refused({})).toBeUndefined();
  expect(refused({ json: {} })).toEqual(['spec.json']);
  expect(refused({ jsonn: '{}' })).toEqual(['spec']);
  expect(refused({ instanceSelector: undefined })).toEqual(['spec.instanceSelector']);
});

test('without labels of a Grafana, every one of the cluster would be meant', async () => {
  await expect(deployed({ delivery: 'grafana-operator' })).rejects.toThrow(/labels of a Grafana/);
});

test('as files they are no objects of the cluster, and their pages are known', async () => {
  const { custom, maps, pages } = await deployed({ delivery: 'files' });
  expect([...custom, ...maps]).toEqual([]);
  expect(Object.keys(pages)).toEqual([...dashboardNames]);
});

test('the pods that are asked for are those of the components', () => {
  const asked = panelQueries(dashboards(model)).flatMap(({ expr }) =>
    [...expr.matchAll(/namespace="([^"]+)",[^}]*pod=~"([^"]+)-\.\+"/g)].map(
      (match) => `${match[1]}/${match[2]}`,
    ),
  );
  expect([...new Set(asked)].sort()).toEqual(
    [
      ...['injector', 'source', 'target', 'echo', 'node-echo', 'node-prober', 'gateway', 'istiod'].map(
        (name) => `${namespaceNames.load}/${name}`,
      ),
      ...['prometheus', 'alertmanager'].map(
        (name) => `${namespaceNames.monitoring}/${name}-${monitoringName}`,
      ),
      `${namespaceNames.monitoring}/prometheus-longterm`,
      ...Object.values(meshWorkloads).map((name) => `${meshNamespace}/${name}`),
      'kube-system/coredns',
    ].sort(),
  );
});

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../../components/cluster/cluster';
import { Dashboard, sidecarLabels } from '../../components/dashboard';
import { monitoringName, namespaceNames } from '../../components/names';
import { Namespaces } from '../../components/namespaces';
import { dashboardNames, dashboards, grafanaFiles, panelQueries } from '../../signals/dashboards/dashboards';
import { defaultModel } from '../../signals/model';
import { deploy } from '../deploy';

const model = defaultModel({ stack: 'prod' });

async function deployed(labels?: Record<string, string>) {
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
      ...(labels ? { labels } : {}),
    }));
  });
  return { pages, maps: resources.filter(({ type }) => type === 'kubernetes:core/v1:ConfigMap') };
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
  const { maps } = await deployed({ dashboards: 'yes' });
  for (const { inputs } of maps) {
    expect(inputs.metadata.labels).toMatchObject({ dashboards: 'yes' });
    expect(inputs.metadata.labels).not.toHaveProperty('grafana_dashboard');
  }
});

test('the pods that are asked for are those of the components', () => {
  const asked = panelQueries(dashboards(model)).flatMap(({ expr }) =>
    [...expr.matchAll(/namespace="([^"]+)",[^}]*pod=~"([^"]+)-\.\+"/g)].map(
      (match) => `${match[1]}/${match[2]}`,
    ),
  );
  expect([...new Set(asked)].sort()).toEqual(
    [
      ...['injector', 'source', 'target', 'echo', 'node-echo', 'node-prober'].map(
        (name) => `${namespaceNames.load}/${name}`,
      ),
      ...['prometheus', 'alertmanager'].map(
        (name) => `${namespaceNames.monitoring}/${name}-${monitoringName}`,
      ),
      'kube-system/coredns',
    ].sort(),
  );
});

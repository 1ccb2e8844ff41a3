import * as pulumi from '@pulumi/pulumi';
import { judge } from '../../policies/lib/judge';
import { rules } from '../../policies/rules';
import { program } from '../../program';
import { deploy, encodeConfig, isSecret, plain, type Registered } from '../deploy';
import { crdFixture } from './crd-fixture';
import { faultsOfKinds } from './operator-kinds';

const mockFixture = crdFixture();
jest.mock('../../lab/toolchain/crds', () => ({
  operatorCrds: () => mockFixture,
  gatewayCrds: () => mockFixture,
}));

const receivers = [{ name: 'hook', url: 'https://pager.example.org/w3bh00k-s3cret' }];

async function deployed(monitoring: object = {}, cluster: object = {}): Promise<Registered[]> {
  pulumi.runtime.setAllConfig(
    encodeConfig({
      'continuous-load:cluster': { kind: 'existing', name: 'prod', context: 'prod', ...cluster },
      'continuous-load:images': { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' },
      'continuous-load:monitoring': { kind: 'kube-prometheus-stack', receivers, ...monitoring },
    }),
  );
  return (await deploy(program, { stack: 'prod' })).resources;
}

const find = (resources: Registered[], kind: string, name: string) =>
  resources.find((one) => one.type.endsWith(`:${kind}`) && one.name === name);
const chartOf = (resources: Registered[]) => find(resources, 'Chart', 'kube-prometheus-stack');

/** What the chart makes of its values for the operator: `templates/prometheus/prometheus.yaml` and `…/alertmanager/alertmanager.yaml`, by hand. */
function operated(values: any): { prometheus: any; alertmanager: any } {
  const { storageSpec, replicaExternalLabelNameClear, prometheusExternalLabelNameClear, ...spec } =
    values.prometheus.prometheusSpec;
  const kept = Object.entries(spec).filter(([key]) => !key.endsWith('NilUsesHelmValues'));
  const opened = (selector: string, otherwise: object) =>
    spec[`${selector}NilUsesHelmValues`] === false ? (spec[selector] ?? {}) : otherwise;
  const release = { matchLabels: { release: values.fullnameOverride } };
  const { useExistingSecret, ...alertmanagerSpec } = values.alertmanager.alertmanagerSpec;
  const object = (kind: string, inner: object) => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind,
    metadata: { name: `${values.fullnameOverride}-${kind.toLowerCase()}`, namespace: 'monitoring' },
    spec: inner,
  });
  return {
    prometheus: object('Prometheus', {
      ...Object.fromEntries(kept),
      storage: storageSpec,
      ...(replicaExternalLabelNameClear ? { replicaExternalLabelName: '' } : {}),
      ...(prometheusExternalLabelNameClear ? { prometheusExternalLabelName: '' } : {}),
      ruleSelector: opened('ruleSelector', release),
      podMonitorSelector: opened('podMonitorSelector', release),
      serviceMonitorSelector: opened('serviceMonitorSelector', release),
    }),
    alertmanager: object(
      'Alertmanager',
      useExistingSecret ? alertmanagerSpec : { ...alertmanagerSpec, configSecret: '' },
    ),
  };
}

let resources: Registered[];
beforeAll(async () => {
  resources = await deployed({ retention: '40d', resources: { limits: { memory: '3GB' } } });
});
const values = () => plain(chartOf(resources)?.inputs).values;

test('the chart is pinned, in the namespace of monitoring, and knows no secret', () => {
  const chart = chartOf(resources);
  expect(plain(chart?.inputs)).toMatchObject({
    chart: 'kube-prometheus-stack',
    version: '88.5.3',
    repositoryOpts: { repo: 'https://prometheus-community.github.io/helm-charts' },
    namespace: 'monitoring',
  });
  expect(JSON.stringify(chart?.inputs)).not.toContain('s3cret');
});

/** From the chart's values.yaml: what each does is said there. */
const table: [what: string, path: string, value: unknown][] = [
  ['reads rules of every Helm release', 'prometheus.prometheusSpec.ruleSelectorNilUsesHelmValues', false],
  ['reads our PodMonitors', 'prometheus.prometheusSpec.podMonitorSelectorNilUsesHelmValues', false],
  ['reads ServiceMonitors', 'prometheus.prometheusSpec.serviceMonitorSelectorNilUsesHelmValues', false],
  ['takes OTLP', 'prometheus.prometheusSpec.enableOTLPReceiver', true],
  ['takes late samples', 'prometheus.prometheusSpec.tsdb.outOfOrderTimeWindow', '10m'],
  [
    'names what is pushed as the rules do',
    'prometheus.prometheusSpec.otlp.translationStrategy',
    'UnderscoreEscapingWithSuffixes',
  ],
  ['keeps what the config says', 'prometheus.prometheusSpec.retention', '40d'],
  ['is one, as counters would be split', 'prometheus.prometheusSpec.replicas', 1],
  ['has no shards either', 'prometheus.prometheusSpec.shards', 1],
  ['needs no certificate out of a hook', 'prometheusOperator.admissionWebhooks.enabled', false],
  ['nor TLS of the operator', 'prometheusOperator.tls.enabled', false],
  ['has no alerts without a route', 'defaultRules.create', false],
  ['runs no pod that the namespace refuses', 'nodeExporter.enabled', false],
  ['scrapes no hidden scheduler', 'kubeScheduler.enabled', false],
  ['verifies kubelets', 'kubelet.serviceMonitor.insecureSkipVerify', false],
  ['takes our routes', 'alertmanager.alertmanagerSpec.useExistingSecret', true],
  ['from our Secret', 'alertmanager.alertmanagerSpec.configSecret', 'alertmanager-main-config'],
  ['finds dashboards everywhere', 'grafana.sidecar.dashboards.searchNamespace', 'ALL'],
  ['by the label that ours have', 'grafana.sidecar.dashboards.label', 'grafana_dashboard'],
  ['has no default password', 'grafana.admin.existingSecret', 'grafana-administrator'],
];
test.each(table)('the stack of the chart %s', (_, path, value) => {
  expect(path.split('.').reduce((at, key) => at?.[key], values())).toEqual(value);
});

test('what it asks of the operator is what the operator’s definitions know', () => {
  const { prometheus, alertmanager } = operated(values());
  expect(
    faultsOfKinds([
      ['V1Prometheus', prometheus],
      ['V1Alertmanager', alertmanager],
    ]),
  ).toEqual([]);
  const broken = { ...prometheus, spec: { ...prometheus.spec, retention: 40 } };
  expect(faultsOfKinds([['V1Prometheus', broken]])).not.toEqual([]);
});

test('only what is no field of the operator’s is no field of its definitions', () => {
  const source = Object.keys(operated(values()).prometheus.spec);
  const { readFileSync } = jest.requireActual<typeof import('node:fs')>('node:fs');
  const directory = 'node_modules/@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
  const known = (type: string) =>
    new Set(
      [...readFileSync(`${directory}/${type}.d.ts`, 'utf8').matchAll(/^ {4}"(\w+)"\??:/gm)].map(
        ([, key]) => key,
      ),
    );
  expect(source.filter((key) => !known('PrometheusSpec').has(key))).toEqual([]);
  const alertmanager = Object.keys(operated(values()).alertmanager.spec);
  expect(alertmanager.filter((key) => !known('AlertmanagerSpec').has(key))).toEqual([]);
});

test('Prometheus is reached by a Service of ours, whatever the chart calls its own', () => {
  const { spec } = plain(find(resources, 'Service', 'prometheus-main')?.inputs);
  expect(spec).toMatchObject({
    type: 'ClusterIP',
    selector: { 'operator.prometheus.io/name': 'kube-prometheus-stack-prometheus' },
    ports: [{ port: 9090, targetPort: 9090 }],
  });
  const env = plain(find(resources, 'Deployment', 'injector')?.inputs).spec.template.spec.containers[0].env;
  expect(env).toContainEqual({ name: 'K6_OTEL_HTTP_EXPORTER_ENDPOINT', value: '10.96.0.7:9090' });
});

test('rules, monitors and the long-term store wait for the definitions of the chart; the store’s address does not', () => {
  const chart = chartOf(resources)?.urn ?? '';
  const ours = resources.filter(({ type }) => type.startsWith('kubernetes:monitoring.coreos.com/'));
  expect(ours.map(({ name }) => name).sort()).toEqual(
    [
      'continuous-load',
      ...['service', 'grpc', 'grpc-stream', 'websocket', 'dns', 'tcp', 'udp', 'api-server'].map(
        (path) => `continuous-load-${path}`,
      ),
      'echo',
      'longterm',
      'node-prober',
      'podinfo',
      'prometheus',
      ...Array(2).fill('prometheus-longterm'),
    ].sort(),
  );
  for (const { name, dependencies } of ours)
    expect([name, dependencies.includes(chart)]).toEqual([name, true]);
  expect(find(resources, 'Service', 'prometheus-longterm')?.dependencies).not.toContain(chart);
  expect(values().prometheus.prometheusSpec.remoteWrite[0].url).toBe('http://10.96.0.7:9090/api/v1/write');
});

test('the administrator of Grafana has a password that nobody chose, and it is a secret', () => {
  const secret = find(resources, 'Secret', 'grafana-administrator');
  expect(Object.keys(plain(secret?.inputs).stringData)).toEqual(['admin-password', 'admin-user']);
  expect(plain(secret?.inputs).stringData['admin-password']).toBe('r4nd0m');
  expect(isSecret(secret?.inputs.stringData) || isSecret(secret?.inputs.stringData['admin-password'])).toBe(
    true,
  );
});

test('without Grafana there is no password, on k3d its ports are opened, and several Alertmanagers are told apart', async () => {
  const made = await deployed(
    { chart: { grafana: false }, alertmanagerReplicas: 3, longTerm: { enabled: false } },
    { kind: 'k3d', name: 'dev', context: undefined },
  );
  const { grafana, alertmanager, prometheus } = plain(chartOf(made)?.inputs).values;
  expect(grafana).toEqual({ enabled: false });
  expect(find(made, 'Secret', 'grafana-administrator')).toBeUndefined();
  expect(alertmanager).toMatchObject({
    service: { type: 'NodePort', nodePort: 30093 },
    podDisruptionBudget: { enabled: true, minAvailable: 2 },
  });
  expect(prometheus.prometheusSpec.remoteWrite).toBeUndefined();
  expect(plain(find(made, 'Service', 'prometheus-main')?.inputs).spec.ports[0].nodePort).toBe(30090);
});

test('the policies hold, with what the chart makes for the operator and without', () => {
  const own = resources.map(({ urn, type, inputs }) => ({ urn, type, props: plain(inputs) }));
  const { prometheus, alertmanager } = operated(values());
  const prefix = `${chartOf(resources)?.urn.replace(/::[^:]*$/, '')}$kubernetes:monitoring.coreos.com/v1:`;
  const made = [prometheus, alertmanager].map((props) => ({
    urn: `${prefix}${props.kind}::kube-prometheus-stack:monitoring/${props.metadata.name}`,
    type: `kubernetes:monitoring.coreos.com/v1:${props.kind}`,
    props,
  }));
  const levels = {
    'network-policies': 'disabled',
    'golden-signals': { except: ['continuous-load/node-echo'] },
  } as const;
  const found = (objects: typeof own) => judge(rules, objects, levels).map(({ message }) => message);
  expect(found(own)).toEqual([]);
  expect(found([...own, ...made])).toEqual([]);
  prometheus.spec.retention = '10d';
  expect(found([...own, ...made])).toEqual([expect.stringContaining('[retention-covers-period]')]);
});

test('what the chart makes is its authors’ business, and what another chart makes is not', () => {
  const of = (parent: string) => ({
    urn: `urn:pulumi:prod::continuous-load::${parent}kubernetes:helm.sh/v4:Chart$kubernetes:rbac.authorization.k8s.io/v1:ClusterRole::x`,
    type: 'kubernetes:rbac.authorization.k8s.io/v1:ClusterRole',
    props: { metadata: { name: 'x' }, rules: [{ apiGroups: ['apps'], resources: ['*'], verbs: ['get'] }] },
  });
  const found = (parent: string) => judge(rules, [of(parent)]).map(({ rule }) => rule);
  expect(found('continuous-load:index:MonitoringStack$')).toEqual([]);
  expect(found('')).toEqual(['rbac-no-wildcard']);
});

test('every secret is one on the wire', () => {
  const holders = resources.filter(({ inputs }) => JSON.stringify(inputs ?? {}).includes('w3bh00k-s3cret'));
  expect(holders.map(({ name }) => name)).toEqual(['alertmanager-main-config']);
  expect(
    isSecret(holders[0]?.inputs.stringData) || isSecret(holders[0]?.inputs.stringData['alertmanager.yaml']),
  ).toBe(true);
});

import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';
import { judge } from '../../policies/lib/judge';
import { rules } from '../../policies/rules';
import { program } from '../../program';
import { deploy, encodeConfig, isSecret, plain, type Registered } from '../deploy';
import { faultsOfGoogle } from './google-kinds';

const monitoring = {
  kind: 'gmp',
  otlp: { url: 'http://collector.otel.svc:4318/v1/metrics' },
  managedAlertmanager: {},
  receivers: [
    { name: 'on-call', url: 'https://pager.example.org/w3bh00k-s3cret', severities: ['page', 'ticket'] },
  ],
};

async function deployed(changes: object = {}, sections: Record<string, unknown> = {}): Promise<Registered[]> {
  pulumi.runtime.setAllConfig(
    encodeConfig({
      'continuous-load:cluster': { kind: 'existing', name: 'gke', context: 'gke' },
      'continuous-load:images': { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' },
      'continuous-load:injector': { exportInterval: '10s' },
      'continuous-load:monitoring': { ...monitoring, ...changes },
      ...sections,
    }),
  );
  return (await deploy(program, { stack: 'gke' })).resources;
}

let resources: Registered[];
beforeAll(async () => {
  resources = await deployed();
});
const ofGoogle = (from = resources) =>
  from
    .filter(({ type }) => type.includes('monitoring.googleapis.com'))
    .map(({ type, inputs }) => ({ type, value: plain(inputs) }));
const ofKind = (kind: string, from = resources) =>
  ofGoogle(from)
    .map(({ value }) => value)
    .filter((value) => value.kind === kind);

test('nothing that watches is run, and no namespace is made for it', () => {
  const made = resources.map(({ type }) => type.split(':').pop());
  for (const kind of ['Prometheus', 'Alertmanager', 'PodMonitor', 'CustomResourceDefinition', 'DaemonSet'])
    expect(made).not.toContain(kind);
  const namespaces = resources.filter(({ type }) => type.endsWith(':Namespace'));
  expect(namespaces.map(({ name }) => name)).toEqual(['continuous-load']);
});

test('its kinds are what Google’s operator takes', () => {
  expect(ofGoogle().length).toBeGreaterThan(4);
  expect(ofGoogle().flatMap(({ value }) => faultsOfGoogle(value))).toEqual([]);
  const [monitor] = ofKind('PodMonitoring');
  const broken = { ...monitor, spec: { ...monitor.spec, jobLabel: 'app.kubernetes.io/name' } };
  expect(faultsOfGoogle(broken)).toEqual([expect.stringContaining('jobLabel')]);
});

test('a monitor is called like its workload, which is the job that the rules ask for', () => {
  const monitors = ofKind('PodMonitoring');
  expect(monitors.map(({ metadata }) => metadata.name).sort()).toEqual(['echo', 'source', 'target']);
  for (const { metadata, spec } of monitors) {
    expect(metadata.namespace).toBe('continuous-load');
    expect(spec.selector.matchLabels['app.kubernetes.io/name']).toBe(metadata.name);
  }
  const asked = [...JSON.stringify(ofKind('ClusterRules')).matchAll(/job=~?\\"([^"\\]+)\\"/g)].flatMap(
    ([, jobs = '']) => jobs.split('|'),
  );
  expect(new Set(asked)).toEqual(new Set(['source', 'target', 'echo']));
});

test('pods with proxies have both ports in one monitor, and the label by which rules tell the proxy’s', async () => {
  const made = await deployed(
    {},
    { 'continuous-load:mesh': { enabled: true }, 'continuous-load:networkPolicies': { enabled: true } },
  );
  expect(ofGoogle(made).flatMap(({ value }) => faultsOfGoogle(value))).toEqual([]);
  const monitor = ofKind('PodMonitoring', made).find(({ metadata }) => metadata.name === 'mesh-source');
  expect(monitor.metadata.namespace).toBe('continuous-load-mesh');
  expect(monitor.spec.endpoints.map(({ port, path }: any) => [port, path])).toEqual([
    ['metrics', undefined],
    [15_020, '/stats/prometheus'],
  ]);
  expect(monitor.spec.endpoints[1].metricRelabeling.at(-1)).toEqual({
    action: 'replace',
    targetLabel: 'endpoint',
    replacement: 'http-envoy-prom',
  });
  const from = made
    .filter(({ type }) => type.endsWith(':NetworkPolicy'))
    .filter(({ inputs }) => JSON.stringify(inputs).includes('"gmp-system"'));
  expect(from.map(({ name }) => name.replace(/-in-.+/, '')).sort()).toEqual(
    ofKind('PodMonitoring', made)
      .map(({ metadata }) => metadata.name)
      .sort(),
  );
});

test('counts are pushed to the collector', () => {
  const injector = resources.find(({ type, name }) => type.endsWith(':Deployment') && name === 'injector');
  const { env } = plain(injector?.inputs).spec.template.spec.containers[0];
  expect(Object.fromEntries(env.map(({ name, value }: any) => [name, value]))).toMatchObject({
    K6_OTEL_HTTP_EXPORTER_ENDPOINT: 'collector.otel.svc:4318',
    K6_OTEL_HTTP_EXPORTER_URL_PATH: '/v1/metrics',
    K6_OTEL_HTTP_EXPORTER_INSECURE: 'true',
    K6_OTEL_EXPORT_INTERVAL: '10000ms',
  });
});

test('the managed Alertmanager is told of a Secret that alone knows who is told', () => {
  const [config] = ofKind('OperatorConfig');
  const { name, key } = config.managedAlertmanager.configSecret;
  const secret = resources.find((one) => one.type.endsWith(':Secret') && one.name === name);
  expect(plain(secret?.inputs).metadata).toMatchObject({ name, namespace: 'gmp-public' });
  expect(isSecret(secret?.inputs.stringData)).toBe(true);
  const { route, receivers, inhibit_rules: inhibitions } = parse(plain(secret?.inputs).stringData[key]);
  expect(route.routes.map((one: any) => one.receiver)).toEqual(['on-call']);
  expect(receivers.map((one: any) => one.name)).toEqual(['nobody', 'on-call']);
  expect(inhibitions.length).toBeGreaterThan(5);
  const holders = resources.filter(({ inputs }) => JSON.stringify(inputs ?? {}).includes('w3bh00k-s3cret'));
  expect(holders).toEqual([secret]);
});

test('only a part of Google’s own object is touched, and none where nobody asks for it', async () => {
  const patch = ofGoogle().find(({ value }) => value.kind === 'OperatorConfig');
  expect(patch?.type).toBe('kubernetes:monitoring.googleapis.com/v1:OperatorConfigPatch');
  const uncompressed = await deployed({ managedAlertmanager: { compress: false } });
  expect(ofKind('OperatorConfig', uncompressed)[0]).not.toHaveProperty('features');
  const theirs = await deployed({ managedAlertmanager: undefined, receivers: undefined });
  expect(ofKind('OperatorConfig', theirs)).toEqual([]);
  expect(theirs.filter(({ type }) => type.endsWith(':Secret'))).toEqual([]);
});

test('the policies hold', () => {
  const objects = resources.map(({ urn, type, inputs }) => ({ urn, type, props: plain(inputs) }));
  expect(judge(rules, objects, { 'network-policies': 'disabled' }).map(({ message }) => message)).toEqual([]);
});

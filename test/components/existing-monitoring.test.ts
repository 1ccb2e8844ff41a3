import * as pulumi from '@pulumi/pulumi';
import { judge } from '../../policies/lib/judge';
import { rules } from '../../policies/rules';
import { program } from '../../program';
import { deploy, encodeConfig, isSecret, plain, type Registered } from '../deploy';
import { faultsOfKinds } from './operator-kinds';

const secrets = {
  url: 'w3bh00k-s3cret',
  key: 'p4gerdutys3cretp4gerdutys3cret12',
  header: 'h34der-s3cret, 100 %',
};
const monitoring = {
  kind: 'existing',
  namespace: 'observability',
  prometheus: 'observability/kps-prometheus:9090',
  retention: '40d',
  ruleLabels: { release: 'kps' },
  monitorLabels: { release: 'kps', team: 'platform' },
  alertmanagerConfig: { labels: { route: 'yes' } },
  receivers: [
    { name: 'hook', url: `https://pager.example.org/${secrets.url}` },
    { name: 'duty', pagerDuty: { routingKey: secrets.key }, severities: ['page'] },
    {
      name: 'mail',
      severities: ['ticket'],
      email: { to: 'a@example.org', from: 'b@example.org', smarthost: 'smtp.example.org:587' },
    },
    { name: 'switch', deadManSwitch: 'https://dead.example.org/1' },
  ],
};

async function deployed(changes: object = {}): Promise<Registered[]> {
  pulumi.runtime.setAllConfig(
    encodeConfig({
      'continuous-load:cluster': { kind: 'existing', name: 'prod', context: 'prod' },
      'continuous-load:images': { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' },
      'continuous-load:monitoring': { ...monitoring, ...changes },
      'continuous-load:chaos': { enabled: true },
    }),
  );
  return (await deploy(program, { stack: 'prod' })).resources;
}

let resources: Registered[];
beforeAll(async () => {
  resources = await deployed();
});
const ofKind = (kind: string, from = resources) =>
  from.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ inputs }) => plain(inputs));
const environment = (deployment: string, from = resources): any[] =>
  ofKind('Deployment', from).find(({ metadata }) => metadata.name === deployment).spec.template.spec
    .containers[0].env;
const valuesOf = (env: any[]) => Object.fromEntries(env.map(({ name, value }) => [name, value]));

test('nothing that watches is run, and no namespace is made for it', () => {
  const made = resources.map(({ type }) => type.split(':').pop());
  for (const kind of ['Prometheus', 'Alertmanager', 'CustomResourceDefinition', 'ClusterRole'])
    expect(made).not.toContain(kind);
  expect(ofKind('Namespace').map(({ metadata }) => metadata.name)).toEqual(['continuous-load']);
});

test('rules and monitors lie where their Prometheus looks, with the labels that it asks for', () => {
  for (const { metadata } of ofKind('PrometheusRule'))
    expect(metadata).toMatchObject({ namespace: 'observability', labels: { release: 'kps' } });
  const monitors = ofKind('PodMonitor');
  expect(monitors.map(({ metadata }) => metadata.name).sort()).toEqual(['echo', 'node-prober', 'podinfo']);
  for (const { metadata, spec } of monitors) {
    expect(metadata).toMatchObject({
      namespace: 'observability',
      labels: { release: 'kps', team: 'platform' },
    });
    expect(spec.namespaceSelector).toEqual({ matchNames: ['continuous-load'] });
    for (const endpoint of spec.podMetricsEndpoints) expect(endpoint.interval).toMatch(/^\d+s$/);
  }
});

test('alerts ask for what is ours only, and leave their servers to them', () => {
  const alerts = ofKind('PrometheusRule').flatMap(({ spec }) =>
    spec.groups.flatMap(({ rules: of }: any) => of),
  );
  const expr = (name: string) => alerts.find(({ alert }: any) => alert === name)?.expr;
  expect(expr('ScrapeTargetDown')).toBe('up{namespace="continuous-load"} == 0');
  expect(expr('RulesLate')).toContain('rule_group=~".*;continuous-load[.].+"');
  expect(expr('PodRestarting')).not.toContain('monitoring');
  for (const name of [
    'ConfigReloadFailing',
    'AlertmanagerUnreachable',
    'NotificationsFailing',
    'LongTermStoreBehind',
  ])
    expect([name, expr(name)]).toEqual([name, undefined]);
});

test('injectors push to the address of their Service, and the reaper asks it', () => {
  expect(valuesOf(environment('injector'))).toMatchObject({
    K6_OTEL_HTTP_EXPORTER_ENDPOINT: '10.96.0.7:9090',
    K6_OTEL_HTTP_EXPORTER_URL_PATH: '/api/v1/otlp/v1/metrics',
    K6_OTEL_HTTP_EXPORTER_INSECURE: 'true',
  });
  expect(valuesOf(environment('chaos-reaper'))).toMatchObject({ PROMETHEUS: 'http://10.96.0.7:9090' });
});

test('its kinds are what the operator’s definitions ask for', () => {
  const config = ofKind('AlertmanagerConfig')[0];
  const nested = (route: any): any[] => (route.routes ?? []).flatMap((one: any) => [one, ...nested(one)]);
  expect(
    faultsOfKinds([
      ...ofKind('PrometheusRule').map((one) => ['V1PrometheusRule', one] as const),
      ...ofKind('PodMonitor').map((one) => ['V1PodMonitor', one] as const),
      ['V1alpha1AlertmanagerConfig', config],
      ...nested(config.spec.route).map((one) => ['V1alpha1Route', one] as const),
    ]),
  ).toEqual([]);
  const broken = { ...config, spec: { ...config.spec, route: { receiver: 3 } } };
  expect(faultsOfKinds([['V1alpha1AlertmanagerConfig', broken]])).not.toEqual([]);
});

test('routes carry the labels, take in our alerts only, and keep credentials in one Secret', () => {
  const [config] = ofKind('AlertmanagerConfig');
  expect(config.metadata).toMatchObject({ namespace: 'observability', labels: { route: 'yes' } });
  const { route, receivers } = config.spec;
  expect(route.matchers).toEqual([
    { name: 'alertname', matchType: '=~', value: expect.stringMatching(/\bPathDown\b/) },
  ]);
  expect(route.routes.map((one: any) => [one.receiver, one.continue, one.matchers[0]])).toEqual([
    ['hook', true, { name: 'severity', matchType: '=~', value: 'page|ticket' }],
    ['duty', true, { name: 'severity', matchType: '=~', value: 'page' }],
    ['mail', true, { name: 'severity', matchType: '=~', value: 'ticket' }],
    ['switch', true, { name: 'alertname', matchType: '=', value: 'Watchdog' }],
  ]);
  // the cluster's own rules have an alert of that name
  expect(route.routes.at(-1).matchers.slice(1)).toEqual([
    { name: 'product', matchType: '=', value: 'continuous-load' },
  ]);
  expect(receivers.map((one: any) => Object.keys(one).find((key) => key !== 'name'))).toEqual([
    undefined,
    'webhookConfigs',
    'pagerdutyConfigs',
    'emailConfigs',
    'webhookConfigs',
  ]);
  for (const secret of [secrets.url, secrets.key]) {
    const holders = resources.filter(({ inputs }) => JSON.stringify(inputs ?? {}).includes(secret));
    expect(holders.map(({ name }) => name)).toEqual(['continuous-load-receivers']);
    expect(isSecret(holders[0]?.inputs.stringData)).toBe(true);
  }
});

test('a collector gets its headers out of a Secret that changes its name with them', async () => {
  const otlp = {
    url: 'https://collector.example.org/v1/metrics',
    headers: { 'x-token': secrets.header },
  };
  const made = await deployed({ replicas: 2, otlp });
  const env = environment('injector', made);
  expect(valuesOf(env)).toMatchObject({
    K6_OTEL_HTTP_EXPORTER_ENDPOINT: 'collector.example.org:443',
    K6_OTEL_HTTP_EXPORTER_URL_PATH: '/v1/metrics',
    K6_OTEL_HTTP_EXPORTER_INSECURE: 'false',
  });
  const holder = made.find(({ name, type }) => type.endsWith(':Secret') && name === 'otlp-headers');
  const { metadata, stringData } = plain(holder?.inputs);
  expect(isSecret(holder?.inputs.stringData)).toBe(true);
  // As k6 reads it: split at commas and at the first equals sign, then unescaped.
  expect(
    stringData.headers.split(',').map((pair: string) => pair.split('=').map(decodeURIComponent)),
  ).toEqual([['x-token', secrets.header]]);
  expect(metadata.namespace).toBe('continuous-load');
  expect(env.find(({ name }) => name === 'K6_OTEL_HEADERS').valueFrom.secretKeyRef).toEqual({
    name: metadata.name,
    key: 'headers',
  });
  expect(environment('chaos-reaper', made).some(({ name }) => name === 'K6_OTEL_HEADERS')).toBe(true);
});

test('the policies hold, and see a page that reaches nobody', () => {
  const objects = resources.map(({ urn, type, inputs }) => ({ urn, type, props: plain(inputs) }));
  const levels = {
    'network-policies': 'disabled',
    'golden-signals': { except: ['continuous-load/node-echo'] },
    'chaos-quiet-hours': 'disabled',
  } as const;
  expect(judge(rules, objects, levels).map(({ message }) => message)).toEqual([]);
  const deaf = objects.map((one) =>
    one.type.endsWith(':AlertmanagerConfig')
      ? {
          ...one,
          props: JSON.parse(
            JSON.stringify(one.props).replaceAll('page|ticket', 'ticket').replaceAll('"page"', '"none"'),
          ),
        }
      : one,
  );
  expect([...new Set(judge(rules, deaf, levels).map(({ rule }) => rule))]).toEqual(['alert-route']);
});

import { alertCatalogue } from '../../signals/alert-catalogue';
import { farEndCatalogue } from '../../signals/far-end-catalogue';
import { gatewayCluster, keptOfEnvoy } from '../../signals/gateway';
import { maskedRules } from '../../signals/masked';
import { recorded, repeatedTotal } from '../../signals/metrics';
import { defaultModel, pathSettings } from '../../signals/model';
import { pathNames } from '../../signals/paths';
import { oldKinds, oldRoles, successors } from '../../signals/predecessors';
import { isAlert } from '../../signals/rule-types';
import { ruleGroups } from '../../signals/rules';
import { promtool, promtoolPatienceMs, type RuleTest, testRules } from './promtool';
import { alertNames, scene, wantedPaths } from './scenes';
import { type Case, counter, gauge, played, scenesOf } from './weather';

const paths = (
  ['service', 'tcp', 'udp', 'websocket', 'ingress', 'ingress-external', 'api-server'] as const
).map((name) => pathSettings(name));
const model = defaultModel({ paths });
const groups = [
  ...ruleGroups(model).filter(({ name }) => name.endsWith('.servers')),
  { name: 'masked', interval: '30s', rules: paths.flatMap((path) => maskedRules(model, path)) },
  wantedPaths(paths),
];
const names = alertNames(groups);

const listener = 'job="gateway",http_conn_manager_prefix="outbound_0.0.0.0_8080"';
const cluster = (service: string) =>
  `job="gateway",cluster_name="outbound|9898||${service}.continuous-load.svc.cluster.local"`;
const answers = (code: string, good: number, bad: number) =>
  counter(`envoy_http_downstream_rq{${listener},response_code_class="${code}"}`, good, bad);
const messages = (protocol: string, good: number, bad: number) =>
  counter(`echo_messages_total{job="echo",protocol="${protocol}"}`, good, bad);

/** 8 requests and 4 tcp messages a second are asked for. */
const cases: Case[] = [
  {
    alert: 'GatewayErrors',
    of: 'no backend',
    series: [answers('2xx', 8, 7), answers('5xx', 0.01, 1), answers('4xx', 0, 0)],
    flapping: 'fires',
  },
  {
    alert: 'GatewayErrors',
    of: 'no route',
    series: [answers('2xx', 8, 7), answers('4xx', 0, 1)],
    flapping: 'fires',
  },
  {
    alert: 'GatewaySlow',
    series: [
      counter(`envoy_http_downstream_rq_time_count{${listener}}`, 8, 8),
      counter(`envoy_http_downstream_rq_time_bucket{${listener},le="100.0"}`, 8, 6),
    ],
    flapping: 'fires',
  },
  { alert: 'GatewayTraffic', of: 'too little', series: [answers('2xx', 8, 1)], flapping: 'is quiet' },
  { alert: 'GatewayTraffic', of: 'too much', series: [answers('2xx', 8, 32)], flapping: 'fires' },
  {
    alert: 'GatewaySaturated',
    series: [
      counter(`envoy_cluster_upstream_rq_pending_overflow{${cluster('target')}}`, 0, 0.1),
      counter(`envoy_cluster_upstream_cx_overflow{${cluster('target')}}`, 0, 0),
      counter(`envoy_cluster_upstream_rq_retry_overflow{${cluster('target')}}`, 0, 0),
    ],
    flapping: 'fires',
  },
  {
    alert: 'EchoErrors',
    series: [messages('tcp', 4, 3.5), counter('echo_errors_total{job="echo",protocol="tcp"}', 0.001, 0.5)],
    flapping: 'fires',
  },
  {
    alert: 'EchoRefusing',
    series: [counter('echo_refused_total{job="echo",protocol="tcp"}', 0.01, 1)],
    flapping: 'fires',
  },
  { alert: 'EchoTraffic', of: 'too little', series: [messages('udp', 4, 0.5)], flapping: 'is quiet' },
  { alert: 'EchoTraffic', of: 'too much', series: [messages('websocket', 2, 8)], flapping: 'fires' },
  {
    alert: 'EchoNearLimit',
    series: [
      gauge('echo_connections{job="echo",instance="a",pod="echo-1",protocol="tcp"}', 10, 3500),
      gauge('echo_connections_limit{job="echo",instance="a",pod="echo-1",protocol="tcp"}', 4096, 4096),
      // streams have no bound of their own
      gauge('echo_connections{job="echo",instance="a",pod="echo-1",protocol="grpc-stream"}', 9999, 9999),
    ],
    flapping: 'is quiet',
  },
];

/** Target gets the 4 requests a second of `service` and the 8 that come through the gateway. */
const target = (perSecond: number) =>
  played(
    [counter('http_request_duration_seconds_count{job="target",path="api_echo"}', perSecond, perSecond)],
    () => false,
  );

/** What is counted of masked attempts after ten minutes: by each pod, of each path, and never of all together. */
const masked: RuleTest = {
  name: 'masked attempts',
  interval: '15s',
  input_series: [
    { series: `envoy_cluster_upstream_rq_retry{${cluster('target')},instance="a"}`, values: '0+1x60' },
    { series: `envoy_cluster_upstream_rq_retry{${cluster('target')},instance="b"}`, values: '0+2x60' },
    {
      series: `envoy_cluster_upstream_rq_retry{${cluster('target-external')},instance="a"}`,
      values: '0+3x60',
    },
    // retries towards something else are no probe's
    { series: `envoy_cluster_upstream_rq_retry{${cluster('source')},instance="a"}`, values: '0+9x60' },
    { series: `${repeatedTotal}{path="api-server",by="client",instance="i"}`, values: '0+4x60' },
  ],
  promql_expr_test: [
    {
      expr: recorded.masked,
      eval_time: '10m',
      exp_samples: [
        ['ingress', 'gateway', 'a', 40],
        ['ingress', 'gateway', 'b', 80],
        ['ingress-external', 'gateway', 'a', 120],
        ['api-server', 'client', 'i', 160],
      ].map(([path, by, instance, value]) => ({
        labels: `${recorded.masked}{path="${path}",by="${by}",instance="${instance}"}`,
        value: Number(value),
      })),
    },
  ],
};

beforeAll(promtool, promtoolPatienceMs);

test('every alert on the far ends has a scene', () => {
  expect(new Set(cases.map(({ alert }) => alert))).toEqual(new Set(farEndCatalogue.map(({ name }) => name)));
});

test(
  'each fires while it is so, not while all is well, not for a bad minute, and flapping as it should; nothing fires without data, and masked attempts never do',
  async () => {
    const scenes = [
      ...cases.flatMap((each) => scenesOf(names, each)),
      scene(names, 'no data', [], { 0: [], 2400: [] }),
      scene(names, 'target as asked', target(12), { 2400: [] }, '15s'),
      scene(names, 'target without the gateway', target(4), { 2400: ['ServerTraffic'] }, '15s'),
      { ...scene(names, 'masked', masked.input_series, { 600: [] }, '15s') },
      masked,
    ];
    expect(await testRules(groups, scenes, '30s')).toMatch(/SUCCESS/);
  },
  promtoolPatienceMs,
);

test('of a gateway of the user’s nothing is said, and of an echo server that nobody calls neither', () => {
  const alertsOf = (changes: Parameters<typeof defaultModel>[0]) =>
    ruleGroups(defaultModel(changes))
      .flatMap(({ rules }) => rules)
      .filter(isAlert)
      .map(({ alert }) => alert)
      .filter((name) => /^(Gateway|Echo)/.test(name));
  const theirs = { paths: [pathSettings('ingress')], gatewayScraped: false };
  expect(alertsOf(theirs)).toEqual([]);
  expect(alertsOf({ paths: [pathSettings('service')] })).toEqual([]);
  expect(maskedRules(defaultModel(theirs), pathSettings('ingress'))).toEqual([]);
});

test('repeats of the client are read only where k6 has the extension', () => {
  const stock = defaultModel({ paths: [pathSettings('service')] });
  expect(maskedRules(stock, pathSettings('service'))).toEqual([]);
  const extended = defaultModel({ paths: [pathSettings('service'), pathSettings('dns')] });
  expect(maskedRules(extended, pathSettings('service')).map(({ labels }) => labels)).toEqual([
    { path: 'service', by: 'client' },
  ]);
});

test('masked attempts are in no objective and no alert', () => {
  const names = [recorded.masked, repeatedTotal, 'envoy_cluster_upstream_rq_retry{'];
  const readers = ruleGroups(defaultModel())
    .flatMap(({ rules }) => rules)
    .filter((rule) => isAlert(rule) || rule.record !== recorded.masked)
    .filter(({ expr }) => names.some((name) => expr.includes(name)));
  expect(readers).toEqual([]);
});

test('what is kept of a scrape of Envoy is what is read, of the listener of clients and of target', () => {
  const kept = (scope: string) => new RegExp(`^(?:${keptOfEnvoy.scopes})$`).test(scope);
  const of = (service: string) => `outbound|9898||${service}.continuous-load.svc.cluster.local;`;
  expect([of('target'), of('target-external'), ';outbound_0.0.0.0_8080'].map(kept)).toEqual([
    true,
    true,
    true,
  ]);
  expect([of('source'), of('istiod'), 'xds-grpc;', ';', ';agent', 'BlackHoleCluster;'].map(kept)).toEqual(
    Array.from({ length: 6 }, () => false),
  );
  const reads = (path: 'ingress' | 'ingress-external', service: string) =>
    new RegExp(`^(?:${/"(.*)"/.exec(gatewayCluster(path))![1]})$`).test(of(service).slice(0, -1));
  expect(reads('ingress', 'target')).toBe(true);
  expect(reads('ingress', 'target-external')).toBe(false);
  expect(reads('ingress-external', 'target-external')).toBe(true);
  expect(reads('ingress-external', 'target')).toBe(false);
});

test('each of the 24 old alerts has successors that exist and that tell somebody', () => {
  const rows = oldRoles.flatMap((role) => Object.keys(oldKinds).map((kind) => [role, kind] as const));
  expect(rows).toHaveLength(24);
  const made = new Set<string>(
    ruleGroups(defaultModel({ paths: pathNames.map((name) => pathSettings(name)) }))
      .flatMap(({ rules }) => rules)
      .filter(isAlert)
      .map(({ alert }) => alert),
  );
  const told = new Set<string>(
    alertCatalogue.filter(({ kind }) => kind === 'page' || kind === 'ticket').map(({ name }) => name),
  );
  for (const [role, kind] of rows) {
    const named = successors[role][kind as keyof typeof oldKinds];
    expect([role, kind, named.length > 0]).toEqual([role, kind, true]);
    expect(named.filter((name) => !made.has(name) || !told.has(name))).toEqual([]);
  }
});

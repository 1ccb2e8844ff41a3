import { maskedRules } from '../../signals/masked';
import { keptOfSidecars } from '../../signals/mesh';
import { meshCatalogue } from '../../signals/mesh-catalogue';
import { recorded } from '../../signals/metrics';
import { defaultModel, pathSettings } from '../../signals/model';
import { isAlert } from '../../signals/rule-types';
import { ruleGroups } from '../../signals/rules';
import { promtool, promtoolPatienceMs, type RuleTest, testRules } from './promtool';
import { alertNames, scene, wantedPaths } from './scenes';
import { type Case, counter, gauge, scenesOf } from './weather';

const paths = (['mesh', 'mesh-retry'] as const).map((name) => pathSettings(name));
const model = defaultModel({ paths });
const meshGroups = (of: typeof model) => ruleGroups(of).filter(({ name }) => name.endsWith('.mesh'));
const asksOtherwise = ['MeshErrors', 'MeshConnectFailures', 'MeshSlow'];
const ambient = {
  ...model,
  mesh: { ...model.mesh!, ambient: true as const, istioNamespace: 'istio-system' },
};
const groups = [
  ...meshGroups(model),
  // Of mode ambient what asks by another form, too; no series of the one mode is one of the other.
  ...meshGroups(ambient).map((group) => ({
    ...group,
    name: 'ambient',
    rules: group.rules.filter((rule) => isAlert(rule) && asksOtherwise.includes(rule.alert)),
  })),
  { name: 'masked', interval: '30s', rules: paths.flatMap((path) => maskedRules(model, path)) },
  wantedPaths(paths),
];
const names = alertNames(groups);

const outbound = (job: string, service = 'mesh-target') =>
  `endpoint="http-envoy-prom",job="${job}",cluster_name="outbound|9898||${service}.continuous-load-mesh.svc.cluster.local"`;
const inbound =
  'endpoint="http-envoy-prom",job="mesh-target",http_conn_manager_prefix="inbound_0.0.0.0_9898"';
const attempts = (job: string, code: string, good: number, bad: number) =>
  counter(`envoy_cluster_upstream_rq{${outbound(job)},response_code_class="${code}"}`, good, bad);
const repeated = (job: string, code: string, good: number, bad: number) =>
  counter(`envoy_cluster_retry_upstream_rq{${outbound(job)},response_code_class="${code}"}`, good, bad);
const left = (pod: string, name: string, good: number, bad: number) =>
  gauge(
    `istio_agent_cert_expiry_seconds{endpoint="http-envoy-prom",job="mesh-target",pod="${pod}",resource_name="${name}"}`,
    good,
    bad,
  );

const podinfo = (job: string, more: string, good: number, bad: number) =>
  counter(`http_request_duration_seconds_${more.replace('}', `,job="${job}",path="api_echo"}`)}`, good, bad);

/** In mode ambient podinfo, the waypoint and ztunnel count. */
const ofAmbient: Case[] = [
  {
    alert: 'MeshErrors',
    of: 'a hop in ambient',
    series: [
      podinfo('mesh-target', 'count{status="200"}', 8, 7),
      podinfo('mesh-target', 'count{status="500"}', 0.01, 1),
    ],
    flapping: 'fires',
  },
  {
    alert: 'MeshErrors',
    of: 'hidden by the waypoint’s repeats',
    series: (
      [
        ['upstream_rq', '2xx', 4, 4],
        ['retry_upstream_rq', '5xx', 0.01, 2],
      ] as const
    ).map(([what, code, good, bad]) =>
      counter(
        `envoy_cluster_${what}{endpoint="http-envoy-prom",job="mesh-waypoint",cluster_name="inbound-vip|9898|http|mesh-target-retry.continuous-load-mesh.svc.cluster.local",response_code_class="${code}"}`,
        good,
        bad,
      ),
    ),
    flapping: 'fires',
  },
  {
    alert: 'MeshConnectFailures',
    of: 'as ztunnel counts',
    // what plaintext is refused, of mesh-mtls, is no failure of a hop
    series: [
      counter(
        'istio_tcp_connections_failed_total{job="ztunnel",source_workload="mesh-source",source_workload_namespace="continuous-load-mesh",response_flags="CONNECT"}',
        0.001,
        1,
      ),
      counter(
        'istio_tcp_connections_failed_total{job="ztunnel",source_workload="injector",source_workload_namespace="continuous-load",response_flags="DENY"}',
        2,
        2,
      ),
    ],
    flapping: 'fires',
  },
  {
    alert: 'MeshSlow',
    of: 'a hop in ambient',
    series: [
      podinfo('mesh-source', 'count{status="200"}', 4, 4),
      podinfo('mesh-source', 'bucket{status="200",le="0.1"}', 4, 3),
    ],
    flapping: 'fires',
  },
];

/** 4 requests a second of each path are asked for, certificates last a day. */
const cases: Case[] = [
  ...ofAmbient,
  {
    alert: 'MeshErrors',
    series: [attempts('mesh-source', '2xx', 4, 3.5), attempts('mesh-source', '5xx', 0.01, 0.5)],
    flapping: 'fires',
  },
  {
    alert: 'MeshErrors',
    of: 'hidden by repeats',
    // Envoy counts an answer after which it repeats apart from those that it passes on.
    series: [attempts('mesh-source-retry', '2xx', 4, 4), repeated('mesh-source-retry', '5xx', 0.01, 2)],
    flapping: 'fires',
  },
  {
    alert: 'MeshConnectFailures',
    series: [counter(`envoy_cluster_upstream_cx_connect_fail{${outbound('mesh-source')}}`, 0.001, 1)],
    flapping: 'fires',
  },
  {
    alert: 'MeshSlow',
    series: [
      counter(`envoy_http_downstream_rq_time_count{${inbound}}`, 8, 8),
      counter(`envoy_http_downstream_rq_time_bucket{${inbound},le="100"}`, 8, 6),
    ],
    flapping: 'fires',
  },
  {
    alert: 'MeshTraffic',
    of: 'too little',
    series: [counter(`envoy_http_downstream_rq_time_count{${inbound}}`, 8, 1)],
    flapping: 'is quiet',
  },
  {
    alert: 'MeshSaturated',
    series: ['rq_pending', 'cx', 'rq_retry'].map((what) =>
      counter(
        `envoy_cluster_upstream_${what}_overflow{${outbound('mesh-source')}}`,
        0,
        what === 'cx' ? 0.1 : 0,
      ),
    ),
    flapping: 'fires',
  },
  {
    alert: 'MeshCertificateExpiring',
    // the root's own life is no pod's
    series: [
      left('a', 'default', 50_000, 20_000),
      left('b', 'default', 50_000, 50_000),
      left('a', 'ROOTCA', 9, 9),
    ],
    flapping: 'is quiet',
  },
  {
    alert: 'MeshRootExpiring',
    series: [gauge('citadel_server_root_cert_expiry_timestamp{job="istiod"}', 3e8, 1e6)],
    flapping: 'is quiet',
  },
  {
    alert: 'MeshConfigRejected',
    series: [counter('pilot_total_xds_rejects{job="istiod",type="lds"}', 0, 0.1)],
    flapping: 'fires',
    atOnce: true,
  },
  {
    alert: 'MeshConfigRejected',
    of: 'not sent',
    series: [counter('pilot_total_xds_internal_errors{job="istiod"}', 0, 0.1)],
    flapping: 'fires',
    atOnce: true,
  },
  {
    alert: 'MeshConvergenceSlow',
    series: [
      counter('pilot_proxy_convergence_time_count{job="istiod"}', 1, 1),
      counter('pilot_proxy_convergence_time_bucket{job="istiod",le="3"}', 1, 0.5),
    ],
    flapping: 'fires',
  },
];

/** A proxy refuses once: the series is there from then on, and never moves again. */
const refusedOnce = scene(
  names,
  'one refusal, whose series begins with it',
  [
    {
      series: 'pilot_total_xds_rejects{job="istiod",type="cds"}',
      values: `${'_ '.repeat(40)}${'1 '.repeat(120)}`.trim(),
    },
  ],
  { 570: [], 720: ['MeshConfigRejected'], 1440: ['MeshConfigRejected'], 1620: [] },
  '15s',
);

/** What is counted of masked attempts after ten minutes: of each path by the proxies of its own source, pod by pod. */
const masked: RuleTest = {
  name: 'masked attempts',
  interval: '15s',
  input_series: [
    ...['a', 'b'].map((instance) => ({
      series: `envoy_cluster_upstream_rq_retry{${outbound('mesh-source-retry', 'mesh-target-retry')},instance="${instance}"}`,
      values: '0+1x60',
    })),
    { series: `envoy_cluster_upstream_rq_retry{${outbound('mesh-source')},instance="c"}`, values: '0+0x60' },
    // of a Service that the workload does not call for this path
    {
      series: `envoy_cluster_upstream_rq_retry{${outbound('mesh-source-retry')},instance="a"}`,
      values: '0+9x60',
    },
  ],
  promql_expr_test: [
    {
      expr: recorded.masked,
      eval_time: '10m',
      exp_samples: (
        [
          ['mesh', 'c', 0],
          ['mesh-retry', 'a', 40],
          ['mesh-retry', 'b', 40],
        ] as const
      ).map(([path, instance, value]) => ({
        labels: `${recorded.masked}{path="${path}",by="sidecar",instance="${instance}"}`,
        value,
      })),
    },
  ],
};

beforeAll(promtool, promtoolPatienceMs);

test('every alert on the mesh has a scene', () => {
  expect(new Set(cases.map(({ alert }) => alert))).toEqual(new Set(meshCatalogue.map(({ name }) => name)));
  expect(new Set(names)).toEqual(new Set(meshCatalogue.map(({ name }) => name)));
});

test(
  'each fires while it is so, not while all is well, not for a bad minute, and flapping as it should; nothing fires without data',
  async () => {
    const scenes = [
      ...cases.flatMap((each) => scenesOf(names, each)),
      scene(names, 'no data', [], { 0: [], 2400: [] }),
      refusedOnce,
      masked,
    ];
    expect(await testRules(groups, scenes, '30s')).toMatch(/SUCCESS/);
  },
  promtoolPatienceMs,
);

test('without a mesh nothing is said of one, and of somebody else’s istiod neither', () => {
  const alertsOf = (mesh: typeof model.mesh) => {
    const { mesh: ours, ...without } = model;
    expect(ours).toBeDefined();
    return ruleGroups({ ...without, ...(mesh ? { mesh } : {}) })
      .flatMap(({ rules }) => rules)
      .filter(isAlert)
      .map(({ alert }) => alert)
      .filter((name) => name.startsWith('Mesh'));
  };
  expect(alertsOf(undefined)).toEqual([]);
  const theirs = alertsOf({ retries: 2, istiodScraped: false, certificateLifeSeconds: 86_400 });
  expect(theirs).toContain('MeshCertificateExpiring');
  expect(theirs).not.toEqual(expect.arrayContaining(['MeshConfigRejected']));
});

test('what is kept of a sidecar’s scrape is calls to target, what comes in, and what the agent and Istio say', () => {
  const kept = (scope: string) => new RegExp(`^(?:${keptOfSidecars.scopes})$`).test(scope);
  const of = (service: string) => `outbound|9898||${service}.continuous-load-mesh.svc.cluster.local;`;
  for (const scope of [of('mesh-target'), of('mesh-target-retry'), ';inbound_0.0.0.0_9898', ';'])
    expect([scope, kept(scope)]).toEqual([scope, true]);
  for (const scope of [of('mesh-source'), 'xds-grpc;', ';outbound_0.0.0.0_9898', ';agent'])
    expect([scope, kept(scope)]).toEqual([scope, false]);
});

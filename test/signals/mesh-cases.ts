import { recorded } from '../../signals/metrics';
import { defaultModel, pathSettings } from '../../signals/model';
import type { RuleTest } from './promtool';
import { type Case, counter, gauge } from './weather';

/** The paths that the proxies count. */
export const paths = (['mesh', 'mesh-retry'] as const).map((name) => pathSettings(name));
/** A stack with a mesh of sidecars. */
export const model = defaultModel({ paths });
const mesh = model.mesh!;
/** A mesh by who counts: its rules are asked in other words, and each must be seen to fire in each. */
export const kinds = {
  'stock Envoy': model,
  'Istio’s Envoy': { ...model, mesh: { ...mesh, istioNamespace: 'istio-system' } },
  ambient: { ...model, mesh: { ...mesh, ambient: true as const, istioNamespace: 'istio-system' } },
};
export type Kind = keyof typeof kinds;

const outbound = (job: string, service = 'mesh-target') =>
  `endpoint="http-envoy-prom",job="${job}",cluster_name="outbound|9898||${service}.continuous-load-mesh.svc.cluster.local"`;
const inbound =
  'endpoint="http-envoy-prom",job="mesh-target",http_conn_manager_prefix="inbound_0.0.0.0_9898"';
const attempts = (job: string, code: string, good: number, bad: number) =>
  counter(`envoy_cluster_upstream_rq{${outbound(job)},response_code_class="${code}"}`, good, bad);
const repeated = (job: string, code: string, good: number, bad: number) =>
  counter(`envoy_cluster_retry_upstream_rq{${outbound(job)},response_code_class="${code}"}`, good, bad);
const left = (job: string, pod: string, name: string, good: number, bad: number) =>
  gauge(
    `istio_agent_cert_expiry_seconds{endpoint="http-envoy-prom",job="${job}",pod="${pod}",resource_name="${name}"}`,
    good,
    bad,
  );

const podinfo = (job: string, more: string, good: number, bad: number) =>
  counter(`http_request_duration_seconds_${more.replace('}', `,job="${job}",path="api_echo"}`)}`, good, bad);

/** In Istio's words of requests for target. */
const istio = (job: string, reporter: string, what: string, more: string, good: number, bad: number) =>
  counter(
    `istio_${what}{endpoint="http-envoy-prom",job="${job}",reporter="${reporter}",destination_service_name="mesh-target",${more}}`,
    good,
    bad,
  );
const waypoint = (what: string, more: string, good: number, bad: number) =>
  counter(
    `envoy_cluster_${what}{endpoint="http-envoy-prom",job="mesh-waypoint",cluster_name="inbound-vip|9898|http|mesh-target-retry.continuous-load-mesh.svc.cluster.local"${more}}`,
    good,
    bad,
  );

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
    series: [
      waypoint('upstream_rq', ',response_code_class="2xx"', 4, 4),
      waypoint('retry_upstream_rq', ',response_code_class="5xx"', 0.01, 2),
    ],
    flapping: 'fires',
  },
  {
    alert: 'MeshErrors',
    of: 'in Istio’s words',
    series: [
      istio('mesh-waypoint', 'waypoint', 'requests_total', 'response_code="200"', 4, 3.5),
      istio('mesh-waypoint', 'waypoint', 'requests_total', 'response_code="503"', 0.01, 0.5),
    ],
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
  {
    alert: 'MeshSlow',
    of: 'the waypoint',
    series: [
      istio('mesh-waypoint', 'waypoint', 'request_duration_milliseconds_count', 'response_code="200"', 4, 4),
      istio(
        'mesh-waypoint',
        'waypoint',
        'request_duration_milliseconds_bucket',
        'response_code="200",le="100.0"',
        4,
        3,
      ),
    ],
    flapping: 'fires',
  },
  {
    alert: 'MeshTraffic',
    of: 'too little',
    series: [podinfo('mesh-target', 'count{status="200"}', 8, 1)],
    flapping: 'is quiet',
  },
  {
    alert: 'MeshTraffic',
    of: 'too much',
    series: [podinfo('mesh-target', 'count{status="200"}', 8, 40)],
    // half the time five times as much is three times as much
    flapping: 'fires',
  },
  {
    alert: 'MeshSaturated',
    series: ['rq_pending', 'cx', 'rq_retry'].map((what) =>
      waypoint(`upstream_${what}_overflow`, '', 0, what === 'cx' ? 0.1 : 0),
    ),
    flapping: 'fires',
  },
  {
    alert: 'MeshCertificateExpiring',
    series: [left('mesh-waypoint', 'w', 'default', 50_000, 20_000)],
    flapping: 'is quiet',
  },
];

/** Of sidecars, in Envoy's words. */
const ofSidecars: Case[] = [
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
      counter(`envoy_http_downstream_rq_time_bucket{${inbound},le="100.0"}`, 8, 6),
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
      left('mesh-target', 'a', 'default', 50_000, 20_000),
      left('mesh-target', 'b', 'default', 50_000, 50_000),
      left('mesh-target', 'a', 'ROOTCA', 9, 9),
    ],
    flapping: 'is quiet',
  },
];

/** Of sidecars too, where they are Istio's own: what a stock Envoy does not count. */
const inIstioWords: Case[] = [
  {
    alert: 'MeshErrors',
    of: 'in Istio’s words',
    series: [
      istio('mesh-source', 'source', 'requests_total', 'response_code="200"', 4, 3.5),
      istio('mesh-source', 'source', 'requests_total', 'response_code="503"', 0.01, 0.5),
    ],
    flapping: 'fires',
  },
  {
    alert: 'MeshSlow',
    of: 'in Istio’s words',
    series: [
      istio('mesh-target', 'destination', 'request_duration_milliseconds_count', 'response_code="200"', 8, 8),
      istio(
        'mesh-target',
        'destination',
        'request_duration_milliseconds_bucket',
        'response_code="200",le="100.0"',
        8,
        6,
      ),
    ],
    flapping: 'fires',
  },
];

/** Of the control plane, which every kind has. */
const ofIstiod: Case[] = [
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
      counter('pilot_proxy_convergence_time_bucket{job="istiod",le="3.0"}', 1, 0.5),
    ],
    flapping: 'fires',
  },
];

/** What each alert on the mesh is about, in the words of each kind: 4 requests a second of each path are asked for, certificates last a day. */
export const cases: Record<Kind, Case[]> = {
  'stock Envoy': [...ofSidecars, ...ofIstiod],
  'Istio’s Envoy': [...ofSidecars, ...inIstioWords, ...ofIstiod],
  ambient: [...ofAmbient, ...ofIstiod],
};

/** What is counted of masked attempts after ten minutes in which these series grew by so much every 15 s: pod by pod. */
function masked(
  series: Readonly<Record<string, number>>,
  expected: readonly { path: string; by: string; instance: string; value: number }[],
): RuleTest {
  return {
    name: 'masked attempts',
    interval: '15s',
    input_series: Object.entries(series).map(([name, grows]) => ({ series: name, values: `0+${grows}x60` })),
    promql_expr_test: [
      {
        expr: recorded.masked,
        eval_time: '10m',
        exp_samples: expected.map(({ path, by, instance, value }) => ({
          labels: `${recorded.masked}{path="${path}",by="${by}",instance="${instance}"}`,
          value,
        })),
      },
    ],
  };
}

const retriesOf = (job: string, service: string, instance: string) =>
  `envoy_cluster_upstream_rq_retry{${outbound(job, service)},instance="${instance}"}`;
/** Of each path by the proxies of its own source; what they send to a Service that is not the path's is none of it. */
const maskedBySidecars = masked(
  {
    [retriesOf('mesh-source-retry', 'mesh-target-retry', 'a')]: 1,
    [retriesOf('mesh-source-retry', 'mesh-target-retry', 'b')]: 1,
    [retriesOf('mesh-source', 'mesh-target', 'c')]: 0,
    [retriesOf('mesh-source-retry', 'mesh-target', 'a')]: 9,
  },
  [
    { path: 'mesh', by: 'sidecar', instance: 'c', value: 0 },
    { path: 'mesh-retry', by: 'sidecar', instance: 'a', value: 40 },
    { path: 'mesh-retry', by: 'sidecar', instance: 'b', value: 40 },
  ],
);
const retriesOfWaypoint = (service: string, instance: string) =>
  `envoy_cluster_upstream_rq_retry{endpoint="http-envoy-prom",job="mesh-waypoint",cluster_name="inbound-vip|9898|http|${service}.continuous-load-mesh.svc.cluster.local",instance="${instance}"}`;
const maskedByWaypoint = masked(
  {
    [retriesOfWaypoint('mesh-target-retry', 'a')]: 1,
    [retriesOfWaypoint('mesh-target-retry', 'b')]: 2,
    [retriesOfWaypoint('mesh-target', 'a')]: 9,
  },
  [
    { path: 'mesh-retry', by: 'waypoint', instance: 'a', value: 40 },
    { path: 'mesh-retry', by: 'waypoint', instance: 'b', value: 80 },
  ],
);

/** What is recorded of masked attempts, by who repeats them in a mesh of this kind. */
export function maskedIn(kind: Kind): RuleTest {
  return kind === 'ambient' ? maskedByWaypoint : maskedBySidecars;
}

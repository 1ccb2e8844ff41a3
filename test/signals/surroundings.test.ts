import { namespaceNames } from '../../components/names';
import type { AlertName } from '../../signals/alert-catalogue';
import { probesTotal, recorded } from '../../signals/metrics';
import { defaultModel, pathSettings } from '../../signals/model';
import { ruleGroups } from '../../signals/rules';
import { watchedNamespaces } from '../../signals/scraped';
import { surroundingsCatalogue } from '../../signals/surroundings-catalogue';
import { promtool, promtoolPatienceMs, testRules } from './promtool';
import { alertNames, scene, wantedPaths } from './scenes';
import { type Case, clock, counter, gauge, played, scenesOf, sceneSeconds, stepSeconds } from './weather';

const model = defaultModel({ paths: [pathSettings('service')] });
const groups = ruleGroups(model)
  .filter((group) => /\.(servers|workloads|meter)$/.test(group.name))
  .concat(wantedPaths([{ name: 'service' }]));
const names = alertNames(groups);

/** The service's requests arrive as asked unless the scene is about them. */
const requests = (job: string, labels: string, good: number, bad: number) =>
  counter(
    `http_request_duration_seconds_count{job="${job}",path="api_echo",status="200"${labels}}`,
    good,
    bad,
  );
const pod = 'namespace="continuous-load",pod="target-1",container="podinfo"';
const injectorPod = 'namespace="continuous-load",pod="injector-1",container="k6"';
const throttledPeriods = 'container_cpu_cfs_throttled_periods_total';
const limit = (of: string) =>
  gauge(`kube_pod_container_resource_limits{${of},resource="memory",unit="byte"}`, 100, 100);
const otlp = (code: string) =>
  `prometheus_http_requests_total{handler="/api/v1/otlp/v1/metrics",code="${code}"}`;
const iterations = 'prometheus_rule_group_iterations';
const remoteStorage = 'prometheus_remote_storage';
const notified = '{integration="webhook"';

const cases: Case[] = [
  {
    alert: 'ServerErrors',
    series: [
      requests('target', '', 4, 3.8),
      counter('http_request_duration_seconds_count{job="target",path="api_echo",status="500"}', 0.02, 0.2),
      // readiness while draining
      counter('http_request_duration_seconds_count{job="target",path="readyz",status="503"}', 1, 1),
    ],
    flapping: 'fires',
  },
  {
    alert: 'ServerSlow',
    series: [
      requests('target', '', 4, 4),
      counter('http_request_duration_seconds_bucket{job="target",path="api_echo",le="0.1"}', 3.9, 3),
    ],
    flapping: 'fires',
  },
  { alert: 'ServerTraffic', of: 'too few', series: [requests('target', '', 4, 0.5)], flapping: 'is quiet' },
  { alert: 'ServerTraffic', of: 'too many', series: [requests('source', '', 3, 12)], flapping: 'fires' },
  {
    alert: 'DnsServerErrors',
    series: [
      counter('coredns_dns_responses_total{rcode="NOERROR",zone="."}', 10, 8),
      counter('coredns_dns_responses_total{rcode="SERVFAIL",zone="."}', 0.1, 2),
      counter('coredns_dns_responses_total{rcode="NXDOMAIN",zone="."}', 5, 5),
    ],
    flapping: 'fires',
  },
  {
    alert: 'DnsServerSlow',
    series: [
      counter('coredns_dns_request_duration_seconds_count{zone="."}', 10, 10),
      counter('coredns_dns_request_duration_seconds_bucket{zone=".",le="0.128"}', 9.9, 8),
    ],
    flapping: 'fires',
  },
  {
    alert: 'InjectorSaturated',
    of: 'CPU',
    series: [counter(`${throttledPeriods}{${injectorPod}}`, 0.1, 2)],
    flapping: 'fires',
  },
  {
    alert: 'InjectorSaturated',
    of: 'memory',
    series: [gauge(`container_memory_working_set_bytes{${injectorPod}}`, 80, 95), limit(injectorPod)],
    flapping: 'is quiet',
  },
  {
    alert: 'CpuThrottled',
    series: [
      counter(`${throttledPeriods}{${pod}}`, 0.5, 5),
      // the sum of the pod is no container, and monitoring may be throttled for a moment
      counter(`${throttledPeriods}{namespace="continuous-load",pod="target-1",container=""}`, 9, 9),
      counter(`${throttledPeriods}{namespace="monitoring",pod="p-0",container="prometheus"}`, 9, 9),
    ],
    flapping: 'fires',
  },
  {
    alert: 'MemoryNearLimit',
    series: [
      gauge(`container_memory_working_set_bytes{${pod}}`, 80, 95),
      limit(pod),
      gauge(
        'container_memory_working_set_bytes{namespace="monitoring",pod="p-0",container="prometheus"}',
        99,
        99,
      ),
      limit('namespace="monitoring",pod="p-0",container="prometheus"'),
    ],
    flapping: 'is quiet',
  },
  {
    alert: 'PodRestarting',
    series: [counter(`kube_pod_container_status_restarts_total{${pod}}`, 0, 0.02)],
    flapping: 'fires',
  },
  {
    alert: 'PodRestarting',
    of: 'out of memory',
    series: [
      counter(`kube_pod_container_status_restarts_total{${pod}}`, 0, 1 / 60),
      gauge(`kube_pod_container_status_last_terminated_reason{${pod},reason="OOMKilled"}`, 1, 1),
    ],
    flapping: 'fires',
    atOnce: true,
  },
  {
    alert: 'ReplicasMissing',
    of: 'Deployment',
    series: [
      gauge('kube_deployment_spec_replicas{namespace="continuous-load",deployment="echo"}', 2, 2),
      gauge('kube_deployment_status_replicas_available{namespace="continuous-load",deployment="echo"}', 2, 1),
    ],
    flapping: 'is quiet',
  },
  {
    alert: 'ReplicasMissing',
    of: 'StatefulSet',
    series: [
      gauge('kube_statefulset_replicas{namespace="monitoring",statefulset="prometheus-main"}', 1, 1),
      gauge(
        'kube_statefulset_status_replicas_available{namespace="monitoring",statefulset="prometheus-main"}',
        1,
        0,
      ),
    ],
    flapping: 'is quiet',
  },
  {
    alert: 'ReplicasMissing',
    of: 'DaemonSet',
    series: [
      gauge(
        'kube_daemonset_status_desired_number_scheduled{namespace="continuous-load",daemonset="node-echo"}',
        2,
        2,
      ),
      gauge(
        'kube_daemonset_status_number_available{namespace="continuous-load",daemonset="node-echo"}',
        2,
        1,
      ),
    ],
    flapping: 'is quiet',
  },
  {
    alert: 'NodeNotReady',
    series: [
      gauge('kube_node_status_condition{node="n1",condition="Ready",status="true"}', 1, 0),
      gauge('kube_pod_info{node="n1",namespace="continuous-load",pod="target-1"}', 1, 1),
      // nobody of ours is there
      gauge('kube_node_status_condition{node="n2",condition="Ready",status="true"}', 0, 0),
      gauge('kube_pod_info{node="n2",namespace="other",pod="x"}', 1, 1),
    ],
    flapping: 'is quiet',
  },
  {
    alert: 'ConntrackNearFull',
    series: [
      gauge('node_nf_conntrack_entries{node="n1",instance="10.0.0.1:9100"}', 1000, 9000),
      gauge('node_nf_conntrack_entries_limit{node="n1",instance="10.0.0.1:9100"}', 10_000, 10_000),
      // a node whose limit is not known
      gauge('node_nf_conntrack_entries{node="n2",instance="10.0.0.2:9100"}', 9000, 9000),
    ],
    flapping: 'is quiet',
  },
  {
    alert: 'InjectorSilent',
    series: [
      counter(`${probesTotal}{path="service",outcome="ok",instance="a"}`, 2, 2),
      counter(`${probesTotal}{path="service",outcome="ok",instance="b"}`, 2, 0),
    ],
    flapping: 'is quiet',
  },
  {
    alert: 'IngestFailing',
    series: [counter(otlp('200'), 1, 0.5), counter(otlp('503'), 0.01, 0.5)],
    flapping: 'fires',
  },
  {
    alert: 'ScrapeTargetDown',
    series: [gauge('up{job="target",instance="10.0.0.1:9797"}', 1, 0)],
    flapping: 'is quiet',
  },
  {
    alert: 'RuleEvaluationFailing',
    series: [counter('prometheus_rule_evaluation_failures_total{rule_group="g"}', 0, 0.2)],
    flapping: 'fires',
  },
  {
    alert: 'RulesLate',
    series: [
      counter(`${iterations}_total{rule_group="g"}`, 0.2, 0.2),
      counter(`${iterations}_missed_total{rule_group="g"}`, 0.001, 0.1),
    ],
    flapping: 'fires',
  },
  {
    alert: 'ConfigReloadFailing',
    of: 'Prometheus',
    series: [gauge('prometheus_config_last_reload_successful{job="prometheus"}', 1, 0)],
    flapping: 'is quiet',
  },
  {
    alert: 'ConfigReloadFailing',
    of: 'Alertmanager',
    series: [gauge('alertmanager_config_last_reload_successful{job="alertmanager"}', 1, 0)],
    flapping: 'is quiet',
  },
  {
    alert: 'AlertmanagerUnreachable',
    of: 'none known',
    series: [gauge('prometheus_notifications_alertmanagers_discovered', 1, 0)],
    flapping: 'is quiet',
  },
  {
    alert: 'AlertmanagerUnreachable',
    of: 'errors',
    series: [
      counter('prometheus_notifications_sent_total{alertmanager="a"}', 1, 1),
      counter('prometheus_notifications_errors_total{alertmanager="a"}', 0.01, 0.5),
    ],
    flapping: 'fires',
  },
  {
    alert: 'NotificationsFailing',
    series: [
      counter(`alertmanager_notifications_total${notified}}`, 0.02, 0.02),
      counter(`alertmanager_notifications_failed_total${notified},reason="other"}`, 0, 0.02),
    ],
    flapping: 'fires',
  },
  {
    alert: 'LongTermStoreBehind',
    series: [
      clock(`${remoteStorage}_queue_highest_sent_timestamp_seconds{pod="prometheus-main-0"}`),
      counter(`${recorded.sentTotal}{path="service",instance="a"}`, 4, 4),
    ],
    flapping: 'is quiet',
  },
  {
    alert: 'LongTermStoreRefuses',
    series: [counter(`${remoteStorage}_samples_failed_total{pod="prometheus-main-0"}`, 0, 0.2)],
    flapping: 'fires',
  },
];

beforeAll(promtool, promtoolPatienceMs);

test('every alert on the surroundings has a scene, and the namespaces are those of the components', () => {
  expect(new Set([...cases.map(({ alert }) => alert), 'NodeRecentlyNotReady', 'Watchdog'])).toEqual(
    new Set(surroundingsCatalogue.map(({ name }) => name)),
  );
  expect(watchedNamespaces).toMatchObject(namespaceNames);
});

test.each(cases.map((each) => [[each.alert, each.of].filter(Boolean).join(', '), each] as const))(
  '%s: fires while it is so, not while all is well, not for a bad minute, and flapping as it should',
  async (_, each) => {
    expect(await testRules(groups, scenesOf(names, each), '30s')).toMatch(/SUCCESS/);
  },
);

test('without any data only the Watchdog fires, from the first evaluation on and whatever else does', async () => {
  const watchdog = (at: string) => ({
    expr: 'ALERTS{alertstate="firing",alertname="Watchdog"}',
    eval_time: at,
    exp_samples: [
      {
        labels:
          'ALERTS{alertname="Watchdog",alertstate="firing",owner="platform",product="continuous-load",severity="none"}',
        value: 1,
      },
    ],
  });
  const quiet = scene(names, 'no data', [], { 0: [], 2400: [] });
  const { promql_expr_test = [] } = quiet;
  const test = { ...quiet, promql_expr_test: [...promql_expr_test, watchdog('0s'), watchdog('40m')] };
  expect(await testRules(groups, [test], '30s')).toMatch(/SUCCESS/);
});

test('a node that went explains what is missing for twenty minutes, and again when it was back', async () => {
  const daemons = 'namespace="continuous-load",daemonset="node-echo"';
  const series = [
    gauge('kube_node_status_condition{condition="Ready",status="true",node="n2"}', 1, 0),
    gauge('kube_pod_info{namespace="continuous-load",pod="echo-1",node="n2"}', 1, 1),
    gauge(`kube_daemonset_status_desired_number_scheduled{${daemons}}`, 2, 2),
    gauge(`kube_daemonset_status_number_available{${daemons}}`, 2, 1),
  ];
  const both: AlertName[] = ['NodeNotReady', 'NodeRecentlyNotReady'];
  const gone = scene(
    names,
    'gone at 300 s',
    played(series, (second) => second >= 300),
    { 390: [], 450: both, 1470: both, 1530: ['NodeNotReady'], 2400: ['NodeNotReady'] },
    `${stepSeconds}s`,
  );
  const again = scene(
    names,
    'back for a minute',
    played(series, (second) => second >= 300 && (second < 1800 || second >= 1860)),
    { 1770: ['NodeNotReady'], 1850: [], 2040: both, 2400: both },
    `${stepSeconds}s`,
  );
  expect(await testRules(groups, [gone, again], '30s')).toMatch(/SUCCESS/);
});

test('a long-term store that nothing is to be sent to is not late', async () => {
  const sent = clock(`${remoteStorage}_queue_highest_sent_timestamp_seconds{pod="prometheus-main-0"}`);
  const quiet = scene(
    names,
    'nothing to send',
    played([sent], (second) => second > 60),
    { [sceneSeconds]: [] },
    `${stepSeconds}s`,
  );
  expect(await testRules(groups, [quiet], '30s')).toMatch(/SUCCESS/);
});

test('with the load off the surroundings are still watched, but no injector is missed', async () => {
  const off = ruleGroups({ ...model, enabled: false });
  const silent = cases.find(({ alert }) => alert === 'InjectorSilent');
  const quiet = scene(
    names,
    'off',
    played(silent?.series ?? [], () => true),
    { [sceneSeconds]: [] },
  );
  expect(off.some((group) => group.name.endsWith('.meter'))).toBe(true);
  expect(await testRules(off, [{ ...quiet, interval: '15s' }], '30s')).toMatch(/SUCCESS/);
});

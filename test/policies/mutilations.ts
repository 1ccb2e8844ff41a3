import type { PackConfig } from '../../policies/lib/judge';
import type { Editor } from './editor';

/** One thing that is wrong with a good stack, and the rule that must say so, alone. */
export interface Mutilation {
  readonly rule: string;
  readonly title: string;
  /** `lab` unless another one is named. */
  readonly stack?: 'prod' | 'chaos' | 'gmp';
  readonly change: (stack: Editor) => void;
  /** Over the stack's own. */
  readonly config?: PackConfig;
}

type Row = readonly [
  title: string,
  change: (stack: Editor) => void,
  more?: Pick<Mutilation, 'stack' | 'config'>,
];

/** Raises rates, and VUs where they wait for answers. */
const faster = (stack: Editor, factor: number, only: (name: string) => boolean) =>
  stack.config('injector', ({ paths }) => {
    for (const probes of paths.flatMap((path: any) => path.probes)) {
      if (!only(probes.name)) continue;
      probes.periodUs /= factor;
      if (!probes.stream) probes.vus *= factor;
    }
  });

const server = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'continuous-load' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name,
            image: 'example.org/cache:1.2.3',
            resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      },
    },
  },
});

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'continuous-load' },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});

const experiment = (selector: object) => ({
  apiVersion: 'chaos-mesh.org/v1alpha1',
  kind: 'PodChaos',
  metadata: { name: 'kill', namespace: 'chaos' },
  spec: { action: 'pod-kill', mode: 'one', selector },
});

const optIn = 'chaos.continuous-load/enabled';

const byRule: Readonly<Record<string, readonly Row[]>> = {
  'alert-severity': [
    ['an alert without a severity', (stack) => delete stack.rule('PathDown', 'dns').labels.severity],
    ['an alert with an empty severity', (stack) => (stack.rule('PodRestarting').labels.severity = '')],
    [
      'a word that is not allowed',
      (stack) => (stack.rule('PathRecentlyDown', 'tcp').labels.severity = 'none at all'),
      {
        config: {
          'alert-severity': { allowed: ['page', 'ticket', 'none'] },
          'alert-route': { silent: ['none', 'none at all'] },
        },
      },
    ],
  ],
  'alert-owner': [
    ['an alert without an owner', (stack) => delete stack.rule('SloFastBurn', 'grpc').labels.owner],
    ['an alert whose owner is nobody', (stack) => (stack.rule('Watchdog').labels.owner = '')],
  ],
  'alert-summary': [
    ['an alert without a summary', (stack) => delete stack.rule('ServerErrors').annotations.summary],
    [
      'a summary without the value',
      (stack) => (stack.rule('NodeNotReady').annotations.summary = 'A node is not ready'),
    ],
    [
      'a summary of two lines',
      (stack) => (stack.rule('RulesLate').annotations.summary = 'Late:\n{{ $value }}'),
    ],
  ],
  'alert-runbook': [
    [
      'an alert without a runbook',
      (stack) => delete stack.rule('PathDown', 'service').annotations.runbook_url,
    ],
    [
      'an anchor that no heading has',
      (stack) =>
        (stack.rule('PathDown', 'service').annotations.runbook_url = 'docs/paths-and-alerts.md#path-is-down'),
    ],
    [
      'an anchor that no heading has, on a site made of the page',
      (stack) =>
        (stack.rule('PathDown', 'tcp').annotations.runbook_url =
          'https://docs.example.org/paths-and-alerts/#x'),
    ],
    ['a runbook to come', (stack) => (stack.rule('RulesLate').annotations.runbook_url = 'TODO')],
  ],
  'alert-window': [
    ['a gauge without `for`', (stack) => delete stack.rule('ScrapeTargetDown').for],
    ['a `for` of nothing', (stack) => (stack.rule('NodeNotReady').for = '0s')],
  ],
  'alert-route': [
    [
      'a managed Alertmanager that takes tickets only',
      (stack) => {
        const { stringData } = stack.get('Secret continuous-load-alertmanager');
        stringData['alertmanager.yaml'] = stringData['alertmanager.yaml'].replaceAll('page|ticket', 'ticket');
      },
      { stack: 'gmp' },
    ],
    [
      'nobody takes tickets',
      (stack) => {
        const { stringData } = stack.get('Secret alertmanager-main-config');
        stringData['alertmanager.yaml'] = stringData['alertmanager.yaml'].replace('"page|ticket"', '"page"');
      },
    ],
    [
      'the receiver tells nobody',
      (stack) => {
        const { stringData } = stack.get('Secret alertmanager-main-config');
        stringData['alertmanager.yaml'] = stringData['alertmanager.yaml'].replace(/webhook_configs:[^]*/, '');
      },
    ],
    ['a severity that no route knows', (stack) => (stack.rule('PathDown', 'udp').labels.severity = 'urgent')],
    [
      'no configuration to speak of',
      (stack) => (stack.get('Secret alertmanager-main-config').stringData['alertmanager.yaml'] = '{'),
    ],
    [
      'the same in base64',
      (stack) => {
        const secret = stack.get('Secret alertmanager-main-config');
        const file = secret.stringData['alertmanager.yaml'].replace('"page|ticket"', '"ticket"');
        secret.data = { 'alertmanager.yaml': Buffer.from(file).toString('base64') };
        delete secret.stringData;
      },
    ],
  ],
  'promql-parses': [
    ['a bracket too many', (stack) => append(stack.rule('slo:availability:ratio_1h', 'dns'), 'expr', ')')],
    ['an empty expression', (stack) => (stack.rule('RulesLate').expr = '')],
    [
      'a query in an annotation',
      (stack) =>
        (stack.rule('PathDown', 'dns').annotations.description = '{{ range query "sum by (" }}{{ end }}'),
    ],
  ],
  'promql-catalogue': [
    [
      'a metric that nobody makes',
      (stack) => (stack.rule('ProbesDropped', 'tcp').expr = 'increase(k6_dropped_total[5m]) > 1'),
    ],
    [
      'a label that the metric has not',
      (stack) =>
        (stack.rule('RulesLate').expr =
          'increase(prometheus_rule_group_iterations_missed_total{path="x"}[5m]) > 0'),
    ],
    [
      'an outcome that nobody counts',
      (stack) => replace(stack.rule('ProberErrors', 'dns'), '"error"', '"errors"'),
    ],
    [
      'a reason that nobody gives',
      (stack) => replace(stack.rule('ProbesDropped', 'service'), '"timeout"', '"timed-out"'),
    ],
    [
      'a bound that the histogram has not',
      (stack) => replace(stack.rule('ServerSlow'), 'le="0.1"', 'le="0.2"'),
    ],
    [
      'a recorded series that nobody records',
      (stack) => stack.removeRule('slo:unpaged_error:ratio_rate1d', 'udp'),
      { config: {} },
    ],
    [
      'a metric of the injectors in the rules of others',
      (stack) =>
        stack.add({
          apiVersion: 'monitoring.coreos.com/v1',
          kind: 'PrometheusRule',
          metadata: { name: 'theirs', labels: { 'app.kubernetes.io/instance': 'lab' } } as never,
          spec: { groups: [{ name: 'g', rules: [{ record: 'mine', expr: 'sum(k6_probe_total)' }] }] },
        }),
      { config: { 'monitor-is-read': 'disabled' } },
    ],
  ],
  'path-alerts': [
    ['ClusterRules without a page', (stack) => stack.removeRule('PathDown', 'udp'), { stack: 'gmp' }],
    ['a path whose end nobody notices', (stack) => stack.removeRule('PathDown', 'dns')],
    ['a path that may be unmeasured', (stack) => stack.removeRule('ProbesMissing', 'service')],
    ['a path whose budget may burn', (stack) => stack.removeRule('SloFastBurn', 'grpc')],
    ['a path that may burn slowly', (stack) => stack.removeRule('SloSlowBurn', 'tcp')],
    [
      'a path that is expected and not probed',
      (stack) =>
        stack.config(
          'injector',
          (config) => (config.paths = config.paths.filter(({ path }: any) => path !== 'api-server')),
        ),
    ],
    [
      'a path that is probed and not watched',
      (stack) => stack.config('injector', ({ paths }) => paths.push({ ...paths[0], path: 'new' })),
    ],
  ],
  'golden-signals': [
    [
      'nobody tells of memory under Google’s rules',
      (stack) => stack.removeRule('MemoryNearLimit'),
      { stack: 'gmp' },
    ],
    ['memory that nobody watches', (stack) => stack.removeRule('MemoryNearLimit')],
    ['CPU that nobody watches', (stack) => stack.removeRule('CpuThrottled')],
    [
      'missing pods of one namespace',
      (stack) =>
        (stack.rule('ReplicasMissing').expr = stack
          .rule('ReplicasMissing')
          .expr.replaceAll('=~"continuous-load|monitoring"', '="monitoring"')),
    ],
    [
      'a server whose requests nobody watches',
      (stack) => {
        stack.add(server('cache'));
        stack.add(service('cache'));
      },
    ],
  ],
  'burn-windows': [
    [
      'a bound of another factor',
      (stack) => replace(stack.rule('SloFastBurn', 'service'), '> 0.0144', '> 0.02'),
    ],
    [
      'a short window that is too short',
      (stack) => replace(stack.rule('SloFastBurn', 'service'), 'rate30m', 'rate5m'),
    ],
    ['another period', (stack) => (stack.rule('slo:time_period:days', 'dns').expr = 'vector(7)')],
    ['another objective', (stack) => (stack.rule('slo:error_budget:ratio', 'dns').expr = 'vector(0.01)')],
  ],
  'retention-covers-period': [
    [
      'samples are gone before the period is over',
      (stack) => (stack.get('Prometheus main').spec.retention = '15d'),
    ],
    ['the default retention of a day', (stack) => delete stack.get('Prometheus main').spec.retention],
    ['samples end with their pod', (stack) => delete stack.get('Prometheus main').spec.storage],
    ['the same by an emptyDir', (stack) => (stack.get('Prometheus main').spec.storage = { emptyDir: {} })],
  ],
  'google-rules': [
    [
      'an alert that shall keep firing',
      (stack) => (stack.rule('PathDown', 'dns').keep_firing_for = '30s'),
      { stack: 'gmp' },
    ],
    [
      'the growth of what was recorded',
      (stack) =>
        (stack.rule('path:probes_bad:increase5m', 'service').expr =
          'sum by (path) (increase(path_instance:probes_bad:sum{path="service"}[5m]))'),
      { stack: 'gmp' },
    ],
    [
      'a rule for another cluster',
      (stack) => append(stack.rule('Watchdog').labels, 'cluster', 'other'),
      { stack: 'gmp' },
    ],
    [
      'a group that is evaluated too often',
      (stack) => (stack.get('ClusterRules continuous-load').spec.groups[0].interval = '5s'),
      { stack: 'gmp' },
    ],
    [
      'a group without a rule',
      (stack) =>
        stack.get('ClusterRules continuous-load').spec.groups.push({ name: 'x', interval: '1m', rules: [] }),
      { stack: 'gmp' },
    ],
    [
      'several names at once',
      (stack) =>
        stack.get('ClusterRules continuous-load').spec.groups[0].rules.push({
          record: 'many',
          expr: 'count({__name__=~"path:.+"})',
        }),
      { stack: 'gmp', config: { 'promql-catalogue': 'disabled' } },
    ],
    [
      'more rules than a ConfigMap holds',
      (stack) => {
        delete stack.get('OperatorConfig gmp-operator-config').features;
        for (const { type, props } of stack.resources) {
          if (!type.endsWith(':ClusterRules')) continue;
          const { groups } = props.spec as { groups: unknown[] };
          groups.push(...Array(4).fill(groups).flat());
        }
      },
      { stack: 'gmp' },
    ],
  ],
  'monitor-is-read': [
    [
      'rules that no Prometheus loads',
      (stack) =>
        delete stack.get('PrometheusRule continuous-load').metadata.labels['app.kubernetes.io/instance'],
      { config: { 'promql-catalogue': 'mandatory' } },
    ],
    [
      'a monitor of another stack',
      (stack) => (stack.get('PodMonitor podinfo').metadata.labels['app.kubernetes.io/instance'] = 'prod'),
    ],
    [
      'a Prometheus that reads no monitors',
      (stack) => delete stack.get('Prometheus main').spec.podMonitorSelector,
    ],
  ],
  'monitor-finds-pods': [
    [
      'a PodMonitoring of another name of a port',
      (stack) => (stack.get('PodMonitoring echo').spec.endpoints[0].port = 'metrics'),
      { stack: 'gmp' },
    ],
    [
      'a monitor of pods that are not there',
      (stack) => (stack.get('PodMonitor echo').spec.selector.matchExpressions[0].values = ['ecco']),
      { config: { 'monitor-finds-pods': { optional: [] } } },
    ],
    [
      'a monitor of a port that is not there',
      (stack) => (stack.get('PodMonitor prometheus-operator').spec.podMetricsEndpoints[0].port = 'metrics'),
    ],
    [
      'a monitor that looks elsewhere',
      (stack) => (stack.get('PodMonitor echo').spec.namespaceSelector = { matchNames: ['monitoring'] }),
      { config: { 'monitor-finds-pods': { optional: [] } } },
    ],
  ],
  'metrics-scraped': [
    [
      'a workload without its PodMonitoring',
      (stack) => stack.remove('PodMonitoring target'),
      { stack: 'gmp' },
    ],
    [
      'a workload that no monitor finds',
      (stack) => (stack.get('PodMonitor podinfo').spec.selector.matchExpressions[0].values = ['source']),
    ],
    [
      'a port that no monitor names',
      (stack) => stack.get('PodMonitor kube-state-metrics').spec.podMetricsEndpoints.pop(),
    ],
  ],
  'scraped-once': [
    [
      'a second monitor over all pods of a cluster',
      (stack) =>
        stack.add({
          apiVersion: 'monitoring.googleapis.com/v1',
          kind: 'ClusterPodMonitoring',
          metadata: { name: 'all' },
          spec: {
            selector: { matchLabels: { 'app.kubernetes.io/name': 'target' } },
            endpoints: [{ port: 'metrics', interval: '15s' }],
          },
        }),
      { stack: 'gmp' },
    ],
    [
      'two monitors of one port',
      (stack) => {
        const twin = structuredClone(stack.get('PodMonitor echo'));
        twin.metadata.name = 'echo-again';
        stack.add(twin);
      },
    ],
    [
      'a port named twice',
      (stack) => {
        const { podMetricsEndpoints } = stack.get('PodMonitor podinfo').spec;
        podMetricsEndpoints.push(podMetricsEndpoints[0]);
      },
    ],
  ],
  'network-policies': [
    [
      'a namespace without a default deny',
      (stack) => stack.remove('NetworkPolicy default-deny-in-monitoring'),
      { stack: 'prod', config: { 'network-policies': 'mandatory' } },
    ],
  ],
  'network-policy-per-workload': [
    [
      'a workload that is refused everything',
      (stack) => stack.remove('NetworkPolicy source-in-continuous-load'),
      { stack: 'prod' },
    ],
    [
      'a policy that selects nobody',
      (stack) => {
        const policy = stack.get('NetworkPolicy prometheus-in-monitoring');
        policy.spec.podSelector.matchLabels['operator.prometheus.io/name'] = 'mian';
      },
      { stack: 'prod' },
    ],
  ],
  'pod-restricted': [
    ['a pod that may be root', (stack) => (stack.pod('target').securityContext.runAsNonRoot = false)],
    ['a pod that is root', (stack) => (stack.pod('target').securityContext.runAsUser = 0)],
    [
      'a pod without a seccomp profile',
      (stack) => delete stack.pod('injector').securityContext.seccompProfile,
    ],
    ['a pod in the network of its node', (stack) => (stack.pod('injector').hostNetwork = true)],
    [
      'a pod with a directory of its node',
      (stack) => (stack.pod('source').volumes = [{ name: 'logs', hostPath: { path: '/var/log' } }]),
    ],
    ['a Prometheus that may be root', (stack) => delete stack.get('Prometheus main').spec.securityContext],
  ],
  'container-restricted': [
    ['a privileged container', (stack) => (stack.container('echo').securityContext.privileged = true)],
    [
      'a container that writes',
      (stack) => delete stack.container('echo').securityContext.readOnlyRootFilesystem,
    ],
    [
      'a container that gains rights',
      (stack) => (stack.container('target').securityContext.allowPrivilegeEscalation = true),
    ],
    [
      'a capability more',
      (stack) => (stack.container('target').securityContext.capabilities.add = ['NET_ADMIN']),
    ],
    [
      'capabilities that are kept',
      (stack) => (stack.container('target').securityContext.capabilities.drop = ['NET_RAW']),
    ],
    [
      'an init container without limits to its rights',
      (stack) =>
        (stack.pod('source').initContainers = [{ ...stack.container('source'), securityContext: undefined }]),
    ],
  ],
  'container-resources': [
    [
      'a container without a memory limit',
      (stack) => delete stack.container('injector').resources.limits.memory,
    ],
    [
      'a container without requests',
      (stack) => delete stack.container('kube-state-metrics').resources.requests,
    ],
    ['an Alertmanager without any', (stack) => delete stack.get('Alertmanager main').spec.resources],
  ],
  'image-pinned': [
    [
      'the latest image',
      (stack) => (stack.container('target').image = 'ghcr.io/stefanprodan/podinfo:latest'),
    ],
    ['an image without a tag', (stack) => (stack.container('target').image = 'localhost:5000/podinfo')],
    ['a branch', (stack) => (stack.get('Prometheus main').spec.image = 'prom/prometheus:main')],
  ],
  spread: [
    ['pods on one node', (stack) => delete stack.pod('target').topologySpreadConstraints],
    [
      'a constraint that is about others',
      (stack) => (stack.pod('target').topologySpreadConstraints[0].labelSelector.matchLabels = { app: 'x' }),
    ],
    [
      'Alertmanagers on one node',
      (stack) => delete stack.get('Alertmanager main').spec.topologySpreadConstraints,
      { stack: 'prod' },
    ],
  ],
  'disruption-budget': [
    ['a workload without a budget', (stack) => stack.remove('PodDisruptionBudget source')],
    ['a budget of all pods', (stack) => (stack.get('PodDisruptionBudget source').spec.maxUnavailable = 2)],
    [
      'a budget of all pods, in percent',
      (stack) => (stack.get('PodDisruptionBudget source').spec.maxUnavailable = '100%'),
    ],
    ['a budget of none', (stack) => (stack.get('PodDisruptionBudget source').spec.maxUnavailable = 0)],
    [
      'a drain that would wait for ever',
      (stack) => {
        const { spec } = stack.get('PodDisruptionBudget echo');
        delete spec.maxUnavailable;
        spec.minAvailable = 2;
      },
    ],
    [
      'a second budget',
      (stack) =>
        stack.add({
          ...structuredClone(stack.get('PodDisruptionBudget source')),
          metadata: { name: 'again', namespace: 'continuous-load' } as never,
        }),
    ],
    [
      'a budget of another namespace',
      (stack) => (stack.get('PodDisruptionBudget source').metadata.namespace = 'monitoring'),
    ],
    [
      'Alertmanagers without a budget',
      (stack) => stack.remove('PodDisruptionBudget alertmanager-main'),
      { stack: 'prod' },
    ],
  ],
  'no-default-credentials': [
    [
      'a password in plain sight',
      (stack) => (stack.container('target').env = [{ name: 'DB_PASSWORD', value: 'x7' }]),
    ],
    [
      'a password that everybody knows',
      (stack) =>
        stack.add({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'grafana' },
          stringData: { 'admin-password': 'prom-operator' },
        }),
    ],
    [
      'the same in base64',
      (stack) =>
        stack.add({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'grafana' },
          data: { password: 'YWRtaW4=' },
        }),
    ],
    [
      'a token in a ConfigMap',
      (stack) =>
        stack.add({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'c' },
          data: { 'api-token': 'abc' },
        }),
    ],
  ],
  'token-only-where-used': [
    ['the token of the default account', (stack) => delete stack.pod('target').automountServiceAccountToken],
    ['the same, said aloud', (stack) => (stack.pod('echo').automountServiceAccountToken = true)],
  ],
  'tls-verified': [
    [
      'a k6 that trusts anybody',
      (stack) => stack.container('injector').env.push({ name: 'K6_INSECURE_SKIP_TLS_VERIFY', value: 'true' }),
    ],
    ['a flag', (stack) => stack.container('kube-state-metrics').args.push('--insecure-skip-tls-verify')],
    [
      'a monitor',
      (stack) =>
        (stack.get('PodMonitor echo').spec.podMetricsEndpoints[0].tlsConfig = { insecureSkipVerify: true }),
    ],
    [
      'a script',
      (stack) => append(stack.get('ConfigMap injector').data, 'options.ts', 'insecureSkipTLSVerify: true'),
    ],
    [
      'a scrape config',
      (stack) =>
        append(
          stack.get('Secret prometheus-main-scrape').stringData,
          'scrape.yaml',
          '\n- tls_config: { insecure_skip_verify: true }',
        ),
    ],
  ],
  'rbac-no-wildcard': [
    ['every verb', (stack) => (stack.get('Role injector').rules[0].verbs = ['*'])],
    ['every resource', (stack) => (stack.get('ClusterRole kube-state-metrics').rules[0].resources = ['*'])],
    ['every API group', (stack) => (stack.get('Role injector').rules[0].apiGroups = ['*'])],
  ],
  'rbac-no-escalation': [
    ['a role that may bind roles', (stack) => (stack.get('Role injector').rules[0].verbs = ['bind'])],
    [
      'a role that may be anybody',
      (stack) =>
        stack
          .get('ClusterRole prometheus-main')
          .rules.push({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }),
    ],
  ],
  'rbac-no-cluster-wide-delete': [
    [
      'pods of all namespaces',
      (stack) =>
        stack
          .get('ClusterRole prometheus-main')
          .rules.push({ apiGroups: [''], resources: ['pods'], verbs: ['delete'] }),
    ],
    [
      'an administrator',
      (stack) => (stack.get('ClusterRoleBinding kube-state-metrics').roleRef.name = 'cluster-admin'),
    ],
  ],
  'namespace-restricted': [
    [
      'a namespace that admits more',
      (stack) =>
        (stack.get('Namespace monitoring').metadata.labels['pod-security.kubernetes.io/enforce'] =
          'baseline'),
    ],
    [
      'a namespace that admits all',
      (stack) =>
        delete stack.get('Namespace continuous-load').metadata.labels['pod-security.kubernetes.io/enforce'],
    ],
  ],
  'load-budget': [
    ['four times the load', (stack) => faster(stack, 4, () => true)],
    ['many more injectors', (stack) => (stack.get('Deployment injector').spec.replicas = 8)],
  ],
  'target-budget': [
    ['one target gets it all', (stack) => faster(stack, 25, (name) => name === 'service-kept')],
  ],
  'load-cost': [
    [
      'an injector on large machines',
      (stack) => (stack.container('injector').resources.requests.cpu = '8'),
      { stack: 'prod' },
    ],
  ],
  'probe-headroom': [
    ['too few VUs', (stack) => stack.config('injector', ({ paths }) => (paths[0].probes[0].vus = 1))],
    [
      'a timeout that VUs cannot wait for',
      (stack) => stack.config('injector', ({ paths }) => (paths[1].timeoutMs = 10_000)),
    ],
    [
      'a stream without a VU',
      (stack) => stack.config('injector', ({ paths }) => (paths[2].probes[0].vus = 0)),
    ],
  ],
  'load-switch': [
    [
      'the load is off and injectors run',
      (stack) => stack.config('injector', (config) => (config.enabled = false)),
    ],
    ['one injector for all', (stack) => (stack.get('Deployment injector').spec.replicas = 1)],
  ],
  'chaos-opt-in': [
    [
      'chaos for all',
      (stack) => stack.config('chaos', (config) => (config.selector = '')),
      { stack: 'chaos' },
    ],
    [
      'chaos for some',
      (stack) => stack.config('chaos', (config) => (config.selector = 'app=web')),
      { stack: 'chaos' },
    ],
    [
      'chaos of Chaos Mesh',
      (stack) => stack.add(experiment({ namespaces: ['continuous-load'] })),
      { stack: 'chaos' },
    ],
  ],
  'chaos-min-ready': [
    [
      'the last pod may go',
      (stack) => stack.config('chaos', (config) => (config.minReady = 0)),
      { stack: 'chaos' },
    ],
    [
      'a workload that can spare none',
      (stack) => (stack.get('Deployment target').spec.replicas = 1),
      { stack: 'chaos' },
    ],
  ],
  'chaos-quiet-hours': [
    [
      'no rest',
      (stack) => stack.config('chaos', (config) => (config.quiet.times = [])),
      { stack: 'chaos', config: { 'chaos-quiet-hours': { required: true } } },
    ],
  ],
  'chaos-kill-switch': [
    ['no switch', (stack) => stack.config('chaos', (config) => (config.switchName = '')), { stack: 'chaos' }],
    ['a switch that is not there', (stack) => stack.remove('ConfigMap chaos-switch'), { stack: 'chaos' }],
  ],
  'chaos-never-system': [
    [
      'chaos in the cluster itself',
      (stack) => stack.config('chaos', (config) => config.namespaces.push('kube-system')),
      { stack: 'chaos' },
    ],
    [
      'chaos everywhere',
      (stack) => stack.add(experiment({ labelSelectors: { [optIn]: 'true' } })),
      { stack: 'chaos' },
    ],
    [
      'a system namespace that agrees',
      (stack) =>
        stack.add({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: {
            name: 'kube-system',
            labels: { [optIn]: 'true', 'pod-security.kubernetes.io/enforce': 'restricted' },
          } as never,
        }),
      { stack: 'chaos' },
    ],
  ],
  'chaos-experiments': [
    [
      'an experiment that nothing stops',
      (stack) => (stack.get('ExperimentTemplate terminate-worker').stopConditions = [{ source: 'none' }]),
      { stack: 'prod' },
    ],
    [
      'an experiment without an alarm',
      (stack) => delete stack.get('ExperimentTemplate terminate-worker').stopConditions[0].value,
      { stack: 'prod' },
    ],
    [
      'an experiment on any machine',
      (stack) => stack.get('ExperimentTemplate terminate-worker').targets[0].resourceTags.pop(),
      { stack: 'prod' },
    ],
    [
      'an experiment on all machines',
      (stack) => (stack.get('ExperimentTemplate terminate-worker').targets[0].selectionMode = 'ALL'),
      { stack: 'prod' },
    ],
  ],
};

/** Every mutilation, rule by rule. */
export const mutilations: readonly Mutilation[] = Object.entries(byRule).flatMap(([rule, rows]) =>
  rows.map(([title, change, more]) => ({ rule, title, change, ...more })),
);

/** Adds a reaper as it should be, whose victims are the pods of target. */
export function withChaos(stack: Editor): Editor {
  const metadata = (name: string) => ({ name, namespace: 'continuous-load' }) as never;
  const config = {
    dryRun: false,
    namespace: 'continuous-load',
    switchName: 'chaos-switch',
    namespaces: ['continuous-load'],
    selector: `${optIn}=true`,
    killShare: 0.5,
    minReady: 1,
    quiet: { times: [{ day: 6, fromMinute: 0, toMinute: 1440 }], holidays: [] },
  };
  stack.add({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata('chaos'),
    data: { 'config.json': JSON.stringify(config) },
  });
  stack.add({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata('chaos-switch'),
    data: { halted: 'false' },
  });
  stack.get('Deployment target').spec.template.metadata.labels[optIn] = 'true';
  return stack;
}

function replace(rule: { expr: string }, what: string, by: string): void {
  if (!rule.expr.includes(what)) throw new Error(`no ${what} in ${rule.expr}`);
  rule.expr = rule.expr.replace(what, by);
}

function append(object: Record<string, string>, key: string, more: string): void {
  object[key] = `${object[key] ?? ''}${more}`;
}

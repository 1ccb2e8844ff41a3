import {
  unknownCheckingProxy,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from '@pulumi/policy';
import fc from 'fast-check';
import { judge } from '../../policies/lib/judge';
import { policies } from '../../policies/policies';
import { rules } from '../../policies/rules';

/** What the wire has in place of a text that is not known (pulumi/sdk, `unknownStringValue`). */
const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

interface Odd {
  readonly urn: string;
  readonly type: string;
  readonly props: any;
}

const named = (type: string, props: unknown, index = 0, parent = ''): Odd => ({
  type,
  urn: `urn:pulumi:prod::shop::${parent}${type}::odd${index}`,
  props,
});
const object = (apiVersion: string, kind: string, fields: object = {}) =>
  named(`kubernetes:${apiVersion === 'v1' ? 'core/v1' : apiVersion}:${kind}`, {
    apiVersion,
    kind,
    metadata: { name: 'odd', namespace: 'shop', labels: { app: 'odd' } },
    ...fields,
  });
const deployment = (spec: unknown) => object('apps/v1', 'Deployment', { spec });
const template = (container: object, pod: object = {}) => ({
  metadata: { labels: { app: 'odd' } },
  spec: { containers: [container], ...pod },
});
const operator = 'monitoring.coreos.com/v1';
const rule = (...found: unknown[]) =>
  object(operator, 'PrometheusRule', {
    spec: { groups: [{ name: 'odd', rules: found }, null, { name: 'none' }] },
  });

/** Resources as other programs have them in a preview: half known, in forms that this program never uses, or of other providers. */
const odd: readonly Odd[] = [
  deployment({ template: template({ name: 'a', image: 'nginx' }) }),
  deployment({
    replicas: '3',
    template: template({
      name: 'a',
      image: 'nginx:1.2',
      ports: [{ containerPort: '80' }, { containerPort: 9090, name: 'metrics' }],
      resources: { limits: { cpu: 1, memory: 128974848 }, requests: { cpu: 0.1, memory: '1e8' } },
    }),
  }),
  deployment({
    replicas: unknown,
    template: template({
      image: unknown,
      env: [{ name: 'PASSWORD', value: unknown }, { name: 'PORT', value: 80 }, null],
    }),
  }),
  deployment({
    selector: null,
    replicas: 2,
    template: template({ image: 'registry:5000/x' }, { serviceAccountName: unknown }),
  }),
  deployment({
    template: template({ securityContext: null, ports: null, env: null }, { volumes: null, affinity: null }),
  }),
  deployment({ template: { metadata: null, spec: { containers: null, initContainers: null } } }),
  deployment({ template: null }),
  deployment(null),
  named('kubernetes:core/v1:Pod', {}),
  named('kubernetes:core/v1:Pod', {
    metadata: { generateName: 'x-' },
    spec: { containers: [{}], ephemeralContainers: [{}] },
  }),
  object('v1', 'List', { items: [{ kind: 'Pod' }] }),
  object('batch/v1', 'CronJob', {
    spec: { jobTemplate: { spec: { template: template({ image: 'a:1' }) } } },
  }),
  named('kubernetes:batch/v1beta1:CronJob', { spec: {} }),
  object('apps/v1', 'StatefulSet', {
    spec: { replicas: 3, template: template({}), volumeClaimTemplates: null },
  }),
  object('argoproj.io/v1alpha1', 'Rollout', { spec: { replicas: 2, template: template({ image: 'x' }) } }),
  object('serving.knative.dev/v1', 'Service', { spec: { template: {} } }),
  object('policy/v1', 'PodDisruptionBudget', { spec: null }),
  object('policy/v1', 'PodDisruptionBudget', {
    spec: {
      maxUnavailable: unknown,
      selector: { matchExpressions: [{ key: 'app', operator: 'In', values: null }] },
    },
  }),
  named('kubernetes:helm.sh/v3:Release', {
    chart: 'x',
    values: { password: 'admin', a: unknown },
    resourceNames: unknown,
  }),
  named('kubernetes:helm.sh/v4:Chart', { chart: 'x', values: {} }),
  named(
    'kubernetes:apps/v1:Deployment',
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    1,
    'kubernetes:helm.sh/v4:Chart$',
  ),
  named('kubernetes:yaml:ConfigFile', { file: 'x.yaml' }),
  named('kubernetes:yaml/v2:ConfigGroup', { objs: [] }),
  named('kubernetes:kustomize/v2:Directory', {}),
  named('pulumi:providers:kubernetes', { kubeconfig: unknown }),
  named('pulumi:pulumi:StackReference', { name: 'x' }),
  named('pulumi-nodejs:dynamic:Resource', { __provider: 'exports.handler = …' }),
  named('shop:index:Component', {}),
  named('aws:s3/bucket:Bucket', { bucket: unknown }),
  rule(null, 7, {}, { alert: unknown, expr: unknown }, { alert: 'A', expr: 1 }, { record: 'x:y' }),
  rule({ alert: 'B', expr: "up{job='x'} == 0", for: 300, labels: null, annotations: null }),
  rule({
    alert: 'C',
    expr: 'up == 0',
    labels: { severity: 5 },
    annotations: { summary: '{{ with query "up{" }}' },
  }),
  rule({ alert: 'D', expr: '{"k6_probes_total", outcome=~"["}[5m]' }),
  named(`kubernetes:${operator}:PrometheusRule`, {
    apiVersion: operator,
    kind: 'PrometheusRule',
    spec: unknown,
  }),
  named(`kubernetes:${operator}:PrometheusRule`, {}),
  object(operator, 'ServiceMonitor', {
    spec: {
      selector: {},
      namespaceSelector: { any: true },
      endpoints: [{ targetPort: 80 }, { port: 'x' }, null],
    },
  }),
  object(operator, 'PodMonitor', {
    spec: { selector: null, podMetricsEndpoints: [{ portNumber: 9090 }, {}] },
  }),
  object(operator, 'Prometheus', {
    spec: { retention: '2w3d', replicas: 2, ruleSelector: null, podMonitorSelector: {} },
  }),
  object(operator, 'Prometheus', { spec: unknown }),
  object(operator, 'Alertmanager', { spec: { configSecret: 'odd', alertmanagerConfigSelector: {} } }),
  object('v1', 'Secret', {
    stringData: { 'alertmanager.yaml': 'route: [\n - }', x: 5 },
    data: { password: '%%%' },
  }),
  object('v1', 'Secret', {
    data: {
      'alertmanager.yaml': Buffer.from(
        'route: { receiver: x, routes: [{ matchers: ["severity=~\\"[\\"", 7, null] }, null] }\nreceivers: [{ name: x }, null]\ninhibit_rules: x\n',
      ).toString('base64'),
    },
  }),
  object('monitoring.coreos.com/v1alpha1', 'AlertmanagerConfig', {
    spec: {
      route: { receiver: 'x', matchers: [{ name: 'a', value: '[', matchType: '=~' }] },
      receivers: null,
    },
  }),
  object('rbac.authorization.k8s.io/v1', 'ClusterRole', { aggregationRule: {}, rules: null }),
  object('rbac.authorization.k8s.io/v1', 'ClusterRole', {
    rules: [
      { verbs: ['*'], nonResourceURLs: ['/metrics'] },
      null,
      { verbs: unknown, resources: ['pods'], apiGroups: [''] },
    ],
  }),
  object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {
    roleRef: { name: unknown },
    subjects: [{ namespace: unknown }],
  }),
  object('v1', 'Service', { spec: { type: 'ExternalName', externalName: 'x' } }),
  named('kubernetes:core/v1:Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: unknown } }),
  object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: null } }),
  object('v1', 'ConfigMap', {
    data: { 'config.json': '{"paths":[null,{"probes":[null,{"periodUs":0,"vus":"x"}]}],"killShare":"x"}' },
  }),
  object('v1', 'ConfigMap', { data: null, immutable: true }),
  object('chaos-mesh.org/v1alpha1', 'PodChaos', { spec: { selector: null } }),
  object('monitoring.googleapis.com/v1', 'Rules', {
    spec: { groups: [{ rules: [{ alert: 'X', expr: 'up' }] }] },
  }),
  object('monitoring.googleapis.com/v1', 'OperatorConfigPatch', { rules: null }),
].map((one, index) => ({ ...one, urn: one.urn.replace(/\d*$/, String(index)) }));

/** What the engine does with the pack; a policy that gives up would throw. */
function run(resources: readonly Odd[]): string[] {
  const found: string[] = [];
  const common = { name: '', opts: {}, stackTags: new Map(), getConfig: () => ({}) };
  const seen = resources.map((one) => ({ ...common, ...one, props: unknownCheckingProxy(one.props) }));
  const all = policies(rules);
  for (const args of seen)
    for (const policy of all as ResourceValidationPolicy[]) {
      if (typeof policy.validateResource === 'function')
        void policy.validateResource(args as never, (message) => found.push(message));
      void policy.remediateResource?.(args as never);
    }
  for (const policy of all as StackValidationPolicy[])
    if (typeof policy.validateStack === 'function')
      void policy.validateStack({ ...common, resources: seen } as never, (message) => found.push(message));
  return found;
}

test('no policy gives up on a program of others, each resource by itself or all together', () => {
  for (const one of odd) expect(() => run([one])).not.toThrow();
  const found = run(odd);
  expect(found.length).toBeGreaterThan(100);
  for (const message of found) expect(message).toMatch(/^\[[a-z-]+\] [A-Z]\w+ \S.*: .{8,}\. [A-Z].{10,}\.$/s);
});

test('nor on rules and routes with any nonsense in them', () => {
  const group = rule({
    alert: 'A',
    expr: 'up == 0',
    for: '5m',
    labels: { severity: 'page' },
    annotations: { summary: 'x' },
  });
  const monitor = odd.filter(({ type }) => type.includes('monitoring.') || type.endsWith(':Secret'));
  const nonsense = fc.constantFrom<unknown>(null, 7, 'x', '*', true, [], {}, [null], [[]], { a: 1 });
  const changed = fc
    .tuple(fc.constantFrom(group, ...monitor), fc.array(fc.nat(5), { minLength: 1, maxLength: 7 }), nonsense)
    .map(([one, steps, value]) => {
      const copy = structuredClone(one);
      let at: any = copy;
      let key = 'props';
      for (const step of steps) {
        const keys = typeof at[key] === 'object' && at[key] !== null ? Object.keys(at[key]) : [];
        if (keys.length === 0) break;
        at = at[key];
        key = keys[step % keys.length]!;
      }
      at[key] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.array(changed, { minLength: 1, maxLength: 4 }), (resources) => {
      judge(rules, [...resources, ...odd]);
    }),
    { seed: 20_261_122, numRuns: 120 },
  );
});

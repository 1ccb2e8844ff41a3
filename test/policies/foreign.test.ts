import { judge } from '../../policies/lib/judge';
import type { Resource } from '../../policies/lib/objects';
import { rules } from '../../policies/rules';

/** A program that knows nothing of continuous-load: the example of docs/policies.md. */
function shop(): any[] {
  const labels = { app: 'shop' };
  const metadata = () => ({ name: 'shop', namespace: 'shop' });
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(),
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(),
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            topologySpreadConstraints: [
              { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
            ],
            containers: [
              {
                name: 'shop',
                image: `example.org/shop@sha256:${'0'.repeat(64)}`,
                ports: [{ name: 'metrics', containerPort: 9090 }],
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
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata(),
      spec: { minAvailable: '50%', selector: { matchLabels: labels } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata(), labels },
      spec: { selector: labels, ports: [{ name: 'metrics', port: 80, targetPort: 'metrics' }] },
    },
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: metadata(),
      spec: { selector: { matchLabels: labels }, endpoints: [{ port: 'metrics' }] },
    },
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: metadata(),
      spec: {
        groups: [
          {
            name: 'shop',
            rules: [
              {
                alert: 'ShopFails',
                expr: 'sum(rate(shop_errors_total{job="shop"}[5m])) > 1',
                labels: { severity: 'critical', owner: 'shop' },
                annotations: {
                  summary: '{{ $value }} errors a second',
                  runbook_url: 'https://example.org/runbooks/shop',
                },
              },
              ...[
                'increase(kube_pod_container_status_restarts_total{namespace="shop"}[15m]) > 3',
                'container_memory_working_set_bytes{namespace="shop"} > 9e8',
                'kube_deployment_status_replicas_available{namespace="shop"} < 2',
              ].map((expr, index) => ({
                alert: `ShopIsUnwell${index}`,
                expr,
                for: '5m',
                labels: { severity: 'warning', owner: 'shop' },
                annotations: { summary: '{{ $value }}', runbook_url: 'https://example.org/runbooks/shop' },
              })),
            ],
          },
        ],
      },
    },
  ];
}

function found(objects: any[]): string[] {
  const resources = objects.map((props): Resource => {
    const type = `kubernetes:${props.apiVersion === 'v1' ? 'core/v1' : props.apiVersion}:${props.kind}`;
    return { urn: `urn:pulumi:prod::shop::${type}::${props.metadata.name}`, type, props };
  });
  return [...new Set(judge(rules, resources).map(({ rule }) => rule))];
}

const changed = (kind: string, change: (object: any) => void) => {
  const objects = shop();
  change(objects.find((object) => object.kind === kind));
  return found(objects);
};

describe('a program of others', () => {
  it('passes when it is right, by plain Kubernetes objects alone', () => expect(found(shop())).toEqual([]));

  it('is judged by the same rules', () => {
    const pod = (deployment: any) => deployment.spec.template.spec;
    expect(changed('Deployment', (one) => (pod(one).containers[0].image = 'shop'))).toEqual(['image-pinned']);
    expect(changed('Deployment', (one) => (pod(one).hostNetwork = true))).toEqual(['pod-restricted']);
    expect(changed('PodDisruptionBudget', (one) => (one.spec.minAvailable = '100%'))).toEqual([
      'disruption-budget',
    ]);
    expect(changed('NetworkPolicy', (one) => (one.metadata.namespace = 'elsewhere'))).toEqual([
      'network-policies',
    ]);
    expect(changed('Service', (one) => (one.spec.ports[0].name = 'http'))).toEqual([
      'monitor-finds-pods',
      'metrics-scraped',
    ]);
    expect(changed('PrometheusRule', (one) => one.spec.groups[0].rules.shift())).toEqual(['golden-signals']);
    expect(
      changed(
        'PrometheusRule',
        (one) => (one.spec.groups[0].rules[0].expr = 'sum(rate(up{job="shop"}[5m])) > (1'),
      ),
    ).toContain('promql-parses');
  });

  it('may use metrics that are not ours, but not our names wrongly', () => {
    const expr = (text: string) =>
      changed('PrometheusRule', ({ spec }) => spec.groups[0].rules.push({ record: 'shop:x', expr: text }));
    expect(expr('rate(node_cpu_seconds_total[5m])')).toEqual([]);
    expect(expr('rate(k6_probes_total{outcome="failed"}[5m])')).toEqual([]);
    expect(expr('rate(k6_probes_total{outcome="fail"}[5m])')).toEqual(['promql-catalogue']);
    for (const right of [
      '=~"ok|slow"',
      '=~"(ok|slow)"',
      '=~"fai.*"',
      '!~".+ed"',
      '!=""',
      "='failed'",
      '=~`f.+`',
    ])
      expect([right, expr(`rate(k6_probes_total{outcome${right}}[5m])`)]).toEqual([right, []]);
    for (const wrong of ["='fail'", '=`fail`', '=~"ok|fail"', '=~"(ok|fail)"', '!~"x.*"', '=~"["'])
      expect([wrong, expr(`rate(k6_probes_total{outcome${wrong}}[5m])`)]).toEqual([
        wrong,
        ['promql-catalogue'],
      ]);
    expect(expr('rate({"k6_probes_total", outcome="fail"}[5m])')).toEqual(['promql-catalogue']);
  });

  it('may be made by an extension package, whose tokens are other ones', () => {
    const props = shop().find(({ kind }) => kind === 'PrometheusRule');
    delete props.spec.groups[0].rules[0].labels.owner;
    const type = 'operator:monitoring.coreos.com/v1:PrometheusRule';
    const violations = judge(rules, [{ urn: `urn:pulumi:prod::shop::${type}::shop`, type, props }]);
    expect(violations.map(({ rule }) => rule)).toEqual(['alert-owner']);
  });

  it('is not judged where it has no Kubernetes, and parts of objects are no objects', () => {
    const props = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 3 } };
    const resources = ['kubernetes:apps/v1:DeploymentPatch', 'aws:s3/bucket:Bucket', 'shop:index:Shop'].map(
      (type) => ({
        urn: `urn:pulumi:prod::shop::${type}::x`,
        type,
        props,
      }),
    );
    expect(judge(rules, resources)).toEqual([]);
  });
});

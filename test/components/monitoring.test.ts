import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';
import { program } from '../../program';
import { deploy, encodeConfig, isSecret, plain, type Registered, stackConfig } from '../deploy';
import { crdFixture } from './crd-fixture';

const mockFixture = crdFixture();
jest.mock('../../lab/toolchain/crds', () => ({ operatorCrds: () => mockFixture }));

const secrets = {
  webhook: 'w3bh00k-s3cret',
  slack: 'sl4ck-s3cret',
  pagerDuty: 'p4gerdutys3cretp4gerdutys3cret12',
  mail: 'm4il-s3cret',
  switch: 'sw1tch-s3cret',
};
const receivers = [
  { name: 'hook', url: `https://pager.example.org/${secrets.webhook}` },
  { name: 'chat', slack: { url: `https://hooks.example.org/${secrets.slack}`, channel: '#on-call' } },
  { name: 'duty', pagerDuty: { routingKey: secrets.pagerDuty }, severities: ['page'] },
  {
    name: 'mail',
    severities: ['ticket'],
    email: {
      to: 'on-call@example.org',
      from: 'alerts@example.org',
      smarthost: 'smtp.example.org:587',
      username: 'alerts',
      password: secrets.mail,
    },
  },
  { name: 'switch', deadManSwitch: `https://dead.example.org/${secrets.switch}` },
];

describe('monitoring of a lab with every kind of receiver', () => {
  let resources: Registered[];
  beforeAll(async () => {
    const config = stackConfig('lab');
    const monitoring = JSON.parse(config['continuous-load:monitoring'] ?? '{}') as object;
    pulumi.runtime.setAllConfig({
      ...config,
      ...encodeConfig({ 'continuous-load:monitoring': { ...monitoring, receivers } }),
    });
    ({ resources } = await deploy(program, { stack: 'lab' }));
  });

  it('keeps what they are reached by in one Secret, marked as secret, and nowhere else', () => {
    for (const secret of Object.values(secrets)) {
      const holders = resources.filter(({ inputs }) => JSON.stringify(inputs ?? {}).includes(secret));
      expect(holders.map(({ type, name }) => `${type} ${name}`)).toEqual([
        'kubernetes:core/v1:Secret alertmanager-main-config',
      ]);
      const [holder] = holders;
      expect(
        isSecret(holder?.inputs.stringData) || isSecret(holder?.inputs.stringData['alertmanager.yaml']),
      ).toBe(true);
    }
  });

  it('routes pages, tickets and the sign of life to who wants them', () => {
    const secret = resources.find(({ name }) => name === 'alertmanager-main-config');
    const { route, receivers: told } = parse(plain(secret?.inputs).stringData['alertmanager.yaml']);
    const routes = route.routes.map((each: { receiver: string; matchers: string[] }) => [
      each.receiver,
      each.matchers[0],
    ]);
    expect(routes).toEqual([
      ['hook', 'severity=~"page|ticket"'],
      ['chat', 'severity=~"page|ticket"'],
      ['duty', 'severity=~"page"'],
      ['mail', 'severity=~"ticket"'],
      ['switch', 'alertname="Watchdog"'],
    ]);
    expect(told.map((each: object) => Object.keys(each)[1])).toEqual([
      undefined,
      'webhook_configs',
      'slack_configs',
      'pagerduty_configs',
      'email_configs',
      'webhook_configs',
    ]);
  });

  it('makes rules before who evaluates them, as a pod that starts without them gets them a minute later', () => {
    const rules = resources.filter(({ type }) => type.endsWith(':PrometheusRule'));
    expect(rules.length).toBeGreaterThan(8);
    const servers = resources.filter(({ type }) => type.endsWith(':Prometheus'));
    expect(servers.map(({ name }) => name).sort()).toEqual(['longterm', 'main']);
    for (const { name, dependencies } of servers) {
      const own = rules.filter((rule) => rule.name.startsWith('continuous-load') === (name === 'main'));
      expect([name, dependencies]).toEqual([name, expect.arrayContaining(own.map(({ urn }) => urn))]);
    }
  });

  it('scrapes the pods of the name service, may find them, and nothing else of their namespace', () => {
    const system = resources.filter(({ inputs }) => plain(inputs)?.metadata?.namespace === 'kube-system');
    expect(system.map(({ type }) => type).sort()).toEqual([
      'kubernetes:rbac.authorization.k8s.io/v1:Role',
      'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding',
    ]);
    const role = system.find(({ type }) => type.endsWith(':Role'));
    expect(plain(role?.inputs).rules).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    ]);
    const monitor = resources.find(
      ({ type, name }) => type.endsWith(':PodMonitor') && name === 'cluster-dns',
    );
    expect(plain(monitor?.inputs).spec).toMatchObject({
      jobLabel: 'k8s-app',
      namespaceSelector: { matchNames: ['kube-system'] },
      selector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
      podMetricsEndpoints: [{ port: 'metrics' }],
    });
  });

  it('scrapes a node_exporter where there is one, and keeps of it what tells of conntrack', () => {
    const monitor = resources.find(
      ({ type, name }) => type.endsWith(':PodMonitor') && name === 'node-exporter',
    );
    expect(plain(monitor?.inputs).spec).toMatchObject({
      namespaceSelector: { matchNames: ['monitoring'] },
      podMetricsEndpoints: [
        {
          port: 'http-metrics',
          metricRelabelings: [
            { action: 'keep', sourceLabels: ['__name__'], regex: 'node_nf_conntrack_entries(_limit)?' },
          ],
        },
      ],
    });
  });

  it('knows every pod that it scrapes by its node', () => {
    const monitors = resources.filter(({ type }) => type.endsWith(':PodMonitor'));
    expect(monitors.length).toBeGreaterThanOrEqual(8);
    for (const { inputs } of monitors)
      for (const endpoint of plain(inputs).spec.podMetricsEndpoints)
        expect(endpoint.relabelings).toContainEqual({
          sourceLabels: ['__meta_kubernetes_pod_node_name'],
          targetLabel: 'node',
        });
  });
});

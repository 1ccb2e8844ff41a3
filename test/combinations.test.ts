import * as pulumi from '@pulumi/pulumi';
import fc from 'fast-check';
import { judge } from '../policies/lib/judge';
import { rules } from '../policies/rules';
import { program } from '../program';
import { readSettings } from '../settings';
import { WrongConfig } from '../settings/wrong-config';
import { pathNames } from '../signals/paths';
import { crdFixture } from './components/crd-fixture';
import { deploy, encodeConfig, plain } from './deploy';
import { packConfig } from './policies/good-stacks';

const mockFixture = crdFixture();
jest.mock('../lab/toolchain/crds', () => ({
  operatorCrds: () => mockFixture,
  gatewayCrds: () => mockFixture,
  meshCrds: () => mockFixture,
}));

const kubeconfig = 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: [{ name: theirs }]\n';
const receivers = [{ name: 'on-call', url: 'https://pager.example.org/', severities: ['page', 'ticket'] }];

/** One or none of these. */
const maybe = <T>(...values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

const path = fc.record(
  {
    enabled: fc.boolean(),
    rate: fc.constantFrom(0.5, 4, 20),
    availability: fc.constantFrom(95, 99, 99.5),
    latency: fc.constantFrom({ percent: 95 }, { bound: '50ms' }),
    timeout: fc.constantFrom('1s', '5s'),
  },
  { requiredKeys: [] },
);
const paths = fc.dictionary(fc.constantFrom<string>(...pathNames), path, { maxKeys: 5 });
const targets = maybe([
  { name: 'checkout', owner: 'shop', http: { url: 'https://checkout.shop.svc/', headers: { A: 'b' } } },
  { name: 'corp-dns', dns: { name: 'corp.example.org' } },
  { name: 'orders-db', tcp: { address: 'postgres.data.svc:5432' }, rate: 5, availability: 99 },
]);
const ours = [
  { receivers },
  { receivers, alertmanagerReplicas: 3, longTerm: { enabled: false } },
  { receivers, retention: '100d' },
];
const theirs = [
  { kind: 'none', otlp: { url: 'https://otlp.example.org/v1/metrics' } },
  { kind: 'none', otlp: { url: 'http://agent.vendor.svc:4318/v1/metrics', temporality: 'delta' } },
];
const chart = { kind: 'kube-prometheus-stack', receivers };
const images = { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' };
const ownGateway = maybe({ retries: 2 });
const meshByCharts = maybe(
  { enabled: true },
  { enabled: true, mode: 'ambient', revision: 'canary', peerAuthentication: 'PERMISSIVE' },
);
const reaper = [
  { enabled: true },
  {
    enabled: true,
    killShare: 20,
    churn: { share: 50 },
    dryRun: true,
    quiet: { zone: 'Europe/Berlin', hours: ['sat,sun'] },
  },
];

/** What goes with a kind of cluster. */
const kinds = {
  lab: {
    cluster: fc.constantFrom({ kind: 'lab', nodes: 1 }, { kind: 'lab', name: 'other', nodes: 5 }),
    monitoring: fc.constantFrom({}, ...ours),
    gateway: ownGateway,
    mesh: maybe(
      { enabled: true },
      { enabled: true, grace: '1m', retries: 3, peerAuthentication: 'PERMISSIVE' },
    ),
    dashboards: maybe({ delivery: 'files' }, { sidecarLabels: { a: 'b' } }),
    images: fc.constant(undefined),
  },
  k3d: {
    cluster: fc.constantFrom(
      { kind: 'k3d', name: 'dev' },
      { kind: 'k3d', name: 'dev', servers: 3, agents: 0, disable: [] },
    ),
    monitoring: fc.constantFrom({}, chart, ...ours, ...theirs),
    gateway: ownGateway,
    mesh: meshByCharts,
    dashboards: maybe({ delivery: 'files' }, { delivery: 'grafana-operator', grafanaLabels: { a: 'b' } }),
    images: maybe(images),
  },
  eks: {
    cluster: fc.constant({
      kind: 'eks',
      name: 'prod',
      region: 'eu-west-1',
      account: '123456789012',
      publicCidrs: ['198.51.100.7/32'],
    }),
    monitoring: fc.constantFrom(chart, ...ours, ...theirs),
    gateway: ownGateway,
    mesh: meshByCharts,
    dashboards: maybe({ delivery: 'files' }, { delivery: 'grafana-operator', grafanaLabels: { a: 'b' } }),
    images: maybe(images),
  },
  existing: {
    cluster: fc.constant({ kind: 'existing', name: 'theirs', kubeconfig, context: 'theirs' }),
    monitoring: fc.constantFrom(
      chart,
      {
        kind: 'existing',
        namespace: 'monitoring',
        prometheus: 'monitoring/prometheus:9090',
        retention: '100d',
      },
      {
        kind: 'existing',
        prometheus: 'obs/prom:9090',
        retention: '40d',
        ruleLabels: { release: 'x' },
        alertmanagerConfig: {},
        receivers,
      },
      ...ours,
      ...theirs,
    ),
    gateway: maybe({ class: 'nginx', address: 'gw.infra.svc', externalAddress: '192.0.2.7:8080' }),
    mesh: maybe(
      { enabled: true },
      { enabled: true, revision: 'stable' },
      { enabled: true, mode: 'ambient' },
      { enabled: true, mode: 'ambient', controlPlane: { kind: 'charts' } },
    ),
    dashboards: maybe({ delivery: 'files' }, { delivery: 'grafana-operator', grafanaLabels: { a: 'b' } }),
    images: fc.constant(images),
  },
} as const;

const common = {
  paths,
  targets,
  period: maybe('7d', '28d'),
  load: maybe({ enabled: false }, { maxRate: 300 }),
  injector: maybe(
    { replicas: 3 },
    { replicas: 5, exportInterval: '5s' },
    { resources: { limits: { memory: '1GB' } } },
  ),
  podinfo: maybe({ replicas: 3 }, { drain: { preStop: '10s', shutdown: '30s', grace: '1m' } }),
  echo: maybe({ replicas: 3 }),
  nodeProber: maybe({ enabled: false }, { peers: 1, protocols: ['udp'] }),
  networkPolicies: maybe({ enabled: true }, { enabled: false }),
  chaos: maybe(...reaper),
};
const config = fc.oneof(
  ...Object.values(kinds).map((kind) =>
    fc.record<Record<string, unknown>>({ ...kind, ...common }).map((sections) => ({ sections })),
  ),
);

/** What Google Managed Prometheus goes with, which of all these is little. */
const collector = { url: 'http://collector.otel.svc:4318/v1/metrics' };
const google = fc
  .record<Record<string, unknown>>({
    ...common,
    ...kinds.existing,
    monitoring: fc.constantFrom(
      { kind: 'gmp', otlp: collector },
      { kind: 'gmp', otlp: collector, managedAlertmanager: {}, receivers },
      { kind: 'gmp', otlp: collector, managedAlertmanager: { compress: false }, receivers },
    ),
    injector: fc.constantFrom({ exportInterval: '10s' }, { replicas: 3, exportInterval: '6s' }),
    chaos: fc.constant(undefined),
  })
  .map((sections) => ({ sections }));

/** As the CLI would pass them to the program. */
function given(sections: Readonly<Record<string, unknown>>): Record<string, string> {
  const written = Object.entries(sections).filter(([, value]) => value !== undefined);
  return encodeConfig(Object.fromEntries(written.map(([name, value]) => [`continuous-load:${name}`, value])));
}

/** The stack of the repository whose policies are those for the kind. */
const stacks: Readonly<Record<string, string>> = { lab: 'lab', k3d: 'dev', eks: 'prod', existing: 'prod' };

// Another seed, and more of them, find more: `COMBINATIONS=300 COMBINATIONS_SEED=7`.
const numRuns = Number(process.env['COMBINATIONS'] ?? 25);
const seed = Number(process.env['COMBINATIONS_SEED'] ?? 2);

test.each([
  ['settings', config, numRuns],
  ['settings with Google Managed Prometheus', google, Math.ceil(numRuns / 5)],
])(
  'whatever %s are combined: refused with the mistakes, or a stack that keeps the policies',
  async (_, all, runs) => {
    let made = 0;
    const stack = async ({ sections }: { sections: Record<string, unknown> }) => {
      const { kind } = sections['cluster'] as { kind: string };
      const name = stacks[kind] ?? kind;
      const config = given(sections);
      try {
        readSettings(name, config);
      } catch (refusal) {
        expect(refusal).toBeInstanceOf(WrongConfig);
        return;
      }
      pulumi.runtime.setAllConfig(config);
      const { resources } = await deploy(program, { stack: name });
      const seen = resources.map(({ urn, type, inputs }) => ({ urn, type, props: plain(inputs) }));
      const violations = judge(rules, seen, packConfig(name)).filter(({ level }) => level === 'mandatory');
      expect(violations.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
      made += 1;
    };
    await fc.assert(fc.asyncProperty(all, stack), { numRuns: runs, seed, endOnFailure: true });
    expect(made).toBeGreaterThan(runs / 4);
  },
);

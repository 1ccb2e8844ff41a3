import * as pulumi from '@pulumi/pulumi';
import { program } from '../../program';
import { sentSeries } from '../../signals/long-term';
import { deploy, encodeConfig, isSecret, plain, type Registered, stackConfig } from '../deploy';
import { crdFixture } from './crd-fixture';

const mockFixture = crdFixture();
jest.mock('../../lab/toolchain/crds', () => ({ operatorCrds: () => mockFixture }));

async function deployed(longTerm: object): Promise<Registered[]> {
  pulumi.runtime.setAllConfig({
    ...stackConfig('lab'),
    ...encodeConfig({ 'continuous-load:monitoring': { longTerm } }),
  });
  return (await deploy(program, { stack: 'lab' })).resources;
}

const find = (resources: Registered[], kind: string, name: string): any => {
  const found = resources.find((each) => each.type.endsWith(`:${kind}`) && each.name === name);
  return found === undefined ? undefined : plain(found.inputs);
};
/** Whether a label selector of Kubernetes takes an object. */
const takes = ({ matchLabels = {}, matchExpressions = [] }: any, labels: Record<string, string>): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, operator, values }: any) => {
    if (operator !== 'NotIn') throw new Error(`unknown operator ${operator as string}`);
    return !values.includes(labels[key]);
  });

describe('by default', () => {
  let resources: Registered[];
  beforeAll(async () => {
    resources = await deployed({});
  });

  it('Prometheus sends the counts, and nothing else, to a second one by address', () => {
    const [remote, ...more] = find(resources, 'Prometheus', 'main').spec.remoteWrite;
    expect(more).toEqual([]);
    expect(remote).toMatchObject({
      url: 'http://10.96.0.7:9090/api/v1/write',
      writeRelabelConfigs: [{ action: 'keep', regex: sentSeries.join('|'), sourceLabels: ['__name__'] }],
    });
  });

  it('the second one takes what is up to hours late, keeps it 400 d on a volume of its own, and asks nobody for anything', () => {
    const { spec } = find(resources, 'Prometheus', 'longterm');
    expect(spec).toMatchObject({
      replicas: 1,
      enableRemoteWriteReceiver: true,
      tsdb: { outOfOrderTimeWindow: '6h' },
      query: { lookbackDelta: '11m' },
      retention: '400d',
      retentionSize: '1GB',
      storage: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '2Gi' } } } } },
      automountServiceAccountToken: false,
    });
    for (const key of ['remoteWrite', 'podMonitorSelector', 'additionalScrapeConfigs', 'alerting'])
      expect([key, spec[key]]).toEqual([key, undefined]);
  });

  it('each of the two loads its own rules', () => {
    const named = (pattern: RegExp) =>
      resources
        .filter(({ type, name }) => type.endsWith(':PrometheusRule') && pattern.test(name))
        .map(({ name }) => name);
    for (const [server, own] of [
      ['main', named(/^continuous-load/)],
      ['longterm', ['prometheus-longterm']],
    ] as const) {
      const { ruleSelector } = find(resources, 'Prometheus', server).spec;
      const loaded = resources
        .filter(
          ({ type, inputs }) =>
            type.endsWith(':PrometheusRule') && takes(ruleSelector, plain(inputs).metadata.labels),
        )
        .map(({ name }) => name);
      expect([server, loaded]).toEqual([server, own]);
    }
  });

  it('its results come back as if recorded, under a job of their own', () => {
    const { podMetricsEndpoints, selector } = find(resources, 'PodMonitor', 'prometheus-longterm').spec;
    expect(selector).toEqual({ matchLabels: { 'operator.prometheus.io/name': 'longterm' } });
    expect(podMetricsEndpoints).toEqual([
      expect.objectContaining({
        path: '/federate',
        honorTimestamps: false,
        params: {
          'match[]': [
            '{__name__=~"slo:availability:ratio_90d|slo:availability_coverage:ratio_90d|slo:availability:ratio_365d|slo:availability_coverage:ratio_365d"}',
          ],
        },
        metricRelabelings: [{ action: 'labelkeep', regex: '__name__|path|sloth_.+' }],
      }),
    ]);
    expect(podMetricsEndpoints[0].relabelings[0]).toEqual({
      targetLabel: 'job',
      replacement: 'prometheus-longterm-results',
    });
  });
});

describe('a store of the user’s', () => {
  const url = 'https://mimir.example.org/api/v1/push';

  it('gets the counts by a token from a Secret, and no second Prometheus is made', async () => {
    const resources = await deployed({ remoteWrite: { url, bearerToken: 't0k3n-s3cret' } });
    expect(find(resources, 'Prometheus', 'longterm')).toBeUndefined();
    expect(resources.filter(({ name }) => name.includes('longterm'))).toEqual([]);
    const name = 'prometheus-main-long-term';
    expect(find(resources, 'Prometheus', 'main').spec.remoteWrite).toMatchObject([
      { url, authorization: { credentials: { name, key: 'bearerToken' } } },
    ]);
    const holders = resources.filter(({ inputs }) => JSON.stringify(inputs ?? {}).includes('t0k3n-s3cret'));
    expect(holders.map((each) => each.name)).toEqual([name]);
    expect(isSecret(holders[0]?.inputs.stringData)).toBe(true);
  });

  it('or by name and password, or by neither', async () => {
    const name = 'prometheus-main-long-term';
    const named = await deployed({ remoteWrite: { url, username: 'load', password: 'p4ss' } });
    expect(find(named, 'Prometheus', 'main').spec.remoteWrite).toMatchObject([
      { basicAuth: { username: { name, key: 'username' }, password: { name, key: 'password' } } },
    ]);
    const open = await deployed({ remoteWrite: { url } });
    expect(Object.keys(find(open, 'Prometheus', 'main').spec.remoteWrite[0]).sort()).toEqual([
      'metadataConfig',
      'name',
      'queueConfig',
      'url',
      'writeRelabelConfigs',
    ]);
    expect(find(open, 'Secret', name)).toBeUndefined();
  });

  it.each([{}, { bearerToken: 't0k3n' }])(
    'has an address that is kept secret, with %j',
    async (credentials) => {
      const resources = await deployed({ remoteWrite: { url, ...credentials } });
      const main = resources.find(({ type, name }) => type.endsWith(':Prometheus') && name === 'main');
      const { remoteWrite } = main?.inputs.spec ?? {};
      expect(JSON.stringify(plain(remoteWrite))).toContain(url);
      expect(isSecret(remoteWrite[0].url)).toBe(true);
    },
  );
});

it('switched off, nothing is sent and nothing is made', async () => {
  const resources = await deployed({ enabled: false });
  expect(find(resources, 'Prometheus', 'main').spec.remoteWrite).toBeUndefined();
  expect(resources.filter(({ name }) => name.includes('longterm'))).toEqual([]);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';
import { writeFiles } from '../../commands/terminal/write-files';
import { judge } from '../../policies/lib/judge';
import { expression } from '../../policies/lib/promql';
import { rules } from '../../policies/rules';
import { program } from '../../program';
import { readSettings } from '../../settings';
import { ruleFiles } from '../../signals/rule-files';
import { ruleGroups } from '../../signals/rules';
import { deploy, encodeConfig, plain, stackConfig, valueOf } from '../deploy';
import { crdFixture } from './crd-fixture';

const mockFixture = crdFixture();
jest.mock('../../lab/toolchain/crds', () => ({
  operatorCrds: () => mockFixture,
  gatewayCrds: () => mockFixture,
}));

const monitoring = {
  kind: 'none',
  otlp: {
    url: 'https://otlp.datadoghq.example/v1/metrics',
    headers: { 'dd-api-key': 's3cret-key' },
    temporality: 'delta',
  },
};

async function deployed(changes: object = {}, sections: Record<string, object> = {}) {
  pulumi.runtime.setAllConfig(
    encodeConfig({
      'continuous-load:cluster': { kind: 'existing', name: 'prod', context: 'prod' },
      'continuous-load:images': { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' },
      'continuous-load:monitoring': { ...monitoring, ...changes },
      ...sections,
    }),
  );
  return deploy(program, { stack: 'prod' });
}

test('only load is made: one namespace, no kind of any operator, no node prober', async () => {
  const { resources } = await deployed();
  expect(resources.filter(({ type }) => type.includes('monitoring.coreos.com'))).toEqual([]);
  const namespaces = resources.filter(({ type }) => type.endsWith(':Namespace'));
  expect(namespaces.map(({ name }) => name)).toEqual(['continuous-load']);
  expect(resources.filter(({ type }) => type.endsWith(':DaemonSet'))).toEqual([]);
});

test('k6 pushes to the user’s receiver as that wants it, and its key is in a Secret only', async () => {
  const { resources } = await deployed();
  const injector = resources.find(({ type, name }) => type.endsWith(':Deployment') && name === 'injector');
  const { env } = plain(injector?.inputs).spec.template.spec.containers[0];
  expect(Object.fromEntries(env.map(({ name, value }: any) => [name, value]))).toMatchObject({
    K6_OTEL_HTTP_EXPORTER_ENDPOINT: 'otlp.datadoghq.example:443',
    K6_OTEL_HTTP_EXPORTER_URL_PATH: '/v1/metrics',
    K6_OTEL_HTTP_EXPORTER_INSECURE: 'false',
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    OTEL_RESOURCE_ATTRIBUTES:
      'service.instance.id=$(POD_NAME),k8s.cluster.name=prod,deployment.environment.name=prod',
  });
  const holders = resources.filter(({ inputs }) => JSON.stringify(inputs ?? {}).includes('s3cret-key'));
  expect(holders.map(({ name }) => name)).toEqual(['otlp-headers']);
});

test('with chaos the reaper asks what the config names', async () => {
  const prometheusUrl = 'http://mimir.mimir.svc:8080';
  const { resources } = await deployed({ prometheusUrl }, { 'continuous-load:chaos': { enabled: true } });
  const reaper = resources.find(({ type, name }) => type.endsWith(':Deployment') && name === 'chaos-reaper');
  const { env } = plain(reaper?.inputs).spec.template.spec.containers[0];
  expect(env).toContainEqual({ name: 'PROMETHEUS', value: prometheusUrl });
});

test('the policies hold', async () => {
  const { resources } = await deployed();
  const objects = resources.map(({ urn, type, inputs }) => ({ urn, type, props: plain(inputs) }));
  expect(judge(rules, objects, { 'network-policies': 'disabled' }).map(({ message }) => message)).toEqual([]);
});

test('on k3d nothing is offered that is not there', async () => {
  const { outputs } = await deployed({}, { 'continuous-load:cluster': { kind: 'k3d', name: 'dev' } });
  expect(await valueOf(outputs.urls)).toEqual({ podinfo: 'http://127.0.0.1:19898' });
});

test('its rules come as files that are the rules', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rules-'));
  try {
    const { model } = readSettings('dev', stackConfig('dev'));
    const files = ruleFiles(model).map(({ file, yaml }) => ({ file, text: yaml }));
    const written = writeFiles(directory, files);
    const [rulesFile, inhibitions] = written.map((path) => parse(readFileSync(path, 'utf8')));
    expect(rulesFile).toEqual({ groups: JSON.parse(JSON.stringify(ruleGroups(model))) });
    expect(inhibitions.inhibit_rules.length).toBeGreaterThan(5);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a reader without aliases can read them, and each expression is PromQL', () => {
  pulumi.runtime.setAllConfig({});
  const { model } = readSettings(
    'prod',
    encodeConfig({
      'continuous-load:cluster': { kind: 'existing', name: 'prod', context: 'prod' },
      'continuous-load:images': { k6: 'registry.example.org/k6:1', echo: 'registry.example.org/echo:1' },
      'continuous-load:monitoring': monitoring,
    }),
  );
  const [file] = ruleFiles(model);
  const yaml = file!.yaml;
  expect(yaml).not.toMatch(/[:-] [&*]\w+$/m);
  const wrong = parse(yaml)
    .groups.flatMap(({ rules: of }: any) => of)
    .filter(({ expr }: any) => expression(String(expr)).wrongAt !== undefined);
  expect(wrong).toEqual([]);
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue, faults } from '../../policies/lib/catalogue';
import { alertmanagerConfig, pageWaitSeconds } from '../../signals/alertmanager';
import { grafanaFiles } from '../../signals/dashboards/dashboards';
import { followers, leaders } from '../../signals/dependencies';
import { entryScript, injectorConfig, scenarioFiles, zeroSeries } from '../../signals/injector';
import { defaultModel, pathSettings } from '../../signals/model';
import { hostOf, isLiteral, type OwnProbe, portOf } from '../../signals/own-targets';
import { pathNames, pathRow, takenNames } from '../../signals/paths';
import { isAlert } from '../../signals/rule-types';
import { ruleGroups } from '../../signals/rules';
import { injectorTargets } from '../../signals/targets';
import { checkout, ownPath, plainHttp } from './own-target';

const dns: OwnProbe = { kind: 'dns', type: 'MX', values: [], absent: false, transport: 'tcp', server: '' };
const tcp: OwnProbe = { kind: 'tcp', send: '', contains: '' };
const corp = ownPath('corp', 'corp.example.org', dns);
const paths = [
  checkout,
  ownPath('by-address', 'http://[fd00::1]:8080/', plainHttp),
  ownPath('moved', 'http://10.0.0.1/', { ...plainHttp, redirects: 2 }),
  corp,
  ownPath('ns', 'corp.example.org', { ...dns, server: '10.0.0.53:53' }),
  ownPath('db', 'postgres.data.svc:5432', tcp),
  ownPath('ssh', '10.0.0.9:22', { ...tcp, contains: 'SSH-' }),
];
const model = defaultModel({ paths: [...pathNames.map((name) => pathSettings(name)), ...paths] });
const rulesOf = (path: string) =>
  ruleGroups(model)
    .flatMap(({ rules }) => rules)
    .filter(isAlert)
    .filter(({ labels }) => labels['path'] === path);

test.each([
  ['https://a.example/x', 'a.example', 443, false],
  ['https://a.example/x:8080/y', 'a.example', 443, false],
  ['http://[fd00::1]:80/', 'fd00::1', 80, true],
  ['https://[fd00::1]/', 'fd00::1', 443, true],
  ['http://a.example:8080?x', 'a.example', 8080, false],
  ['http://a.example?x:1', 'a.example', 80, false],
  ['http://user:secret@a.example:8080/', 'a.example', 8080, false],
  ['10.0.0.9:22', '10.0.0.9', 22, true],
  ['[fd00::1]:22', 'fd00::1', 22, true],
  ['a-1.example.:22', 'a-1.example.', 22, false],
  ['a-1.example', 'a-1.example', 80, false],
])('the host of %s is %s, its port %d', (address, host, port, literal) => {
  expect([hostOf(address), portOf(address), isLiteral(host)]).toEqual([host, port, literal]);
});

test('a target lists the reasons that its kind can have, and no lookup of an address', () => {
  expect(Object.fromEntries(paths.map((path) => [path.name, Object.keys(pathRow(path).reasons)]))).toEqual({
    checkout: ['dns', 'connect', 'tls', 'timeout', 'reset', 'status', 'body'],
    'by-address': ['connect', 'timeout', 'reset', 'status', 'body'],
    moved: ['dns', 'connect', 'tls', 'timeout', 'reset', 'status', 'body'],
    corp: ['connect', 'timeout', 'servfail', 'answer', 'truncated'],
    ns: ['connect', 'timeout', 'servfail', 'answer', 'truncated'],
    db: ['dns', 'connect', 'timeout'],
    ssh: ['connect', 'timeout', 'silence', 'reset', 'body'],
  });
  for (const path of paths) expect(zeroSeries(pathRow(path)).length).toBeLessThanOrEqual(12);
});

test('the path dns speaks for those that need it, and none of them for another', () => {
  expect(paths.filter(({ name }) => leaders(model, name).includes('dns')).map(({ name }) => name)).toEqual([
    'checkout',
    'moved',
    'corp',
    'db',
  ]);
  for (const { name } of paths) {
    expect(leaders(model, name).filter((leader) => leader !== 'dns')).toEqual([]);
    expect(followers(model, name)).toEqual([]);
  }
});

test('the page of a target that is called by name waits for that of the path dns, one by address does not', () => {
  const waits = paths.map((path) => [path.name, pageWaitSeconds(model, path)]);
  expect(Object.fromEntries(waits)).toEqual({
    checkout: 10,
    'by-address': 0,
    moved: 10,
    corp: 10,
    ns: 0,
    db: 10,
    ssh: 0,
  });
});

test('a target has the alerts of every path, with its owner, what is right, and a runbook that exists', () => {
  const names = (path: string) => rulesOf(path).map(({ alert }) => alert);
  expect(names('checkout').sort()).toEqual(names('grpc').sort());
  for (const { alert, labels, annotations } of rulesOf('checkout')) {
    expect([alert, labels['owner']]).toEqual([alert, 'shop']);
    const aboutIt = /^PathDown|^(Slo|Latency).*Burn$/.test(alert);
    expect([alert, /#targets-of-your-own$/.test(annotations['runbook_url'] ?? '')]).toEqual([alert, aboutIt]);
    if (aboutIt)
      expect(annotations['description']).toContain('GET https://checkout.shop.svc/healthz answers');
  }
  expect(rulesOf('corp').every(({ labels }) => labels['owner'] === 'platform')).toBe(true);
  const page = readFileSync(join(__dirname, '../../docs/paths-and-alerts.md'), 'utf8');
  expect(page).toContain('\n### Targets of your own\n');
});

test('braces in what must be answered are no template', () => {
  const braces = ownPath('braces', 'http://a.example/', { ...plainHttp, bodyContains: '{{x}}' });
  const [rule] = ruleGroups(defaultModel({ paths: [braces] }))
    .flatMap(({ rules }) => rules)
    .filter(isAlert)
    .filter(({ alert }) => alert === 'PathDown');
  expect(rule?.annotations['description']).toContain('contains "{{ "{{" }}x}}"');
});

test('the rules name nothing that no injector emits', () => {
  const rules = ruleGroups(model).flatMap(({ rules: all }) => all);
  const known = catalogue(
    rules.map((rule) => ({ labels: {}, annotations: {}, ...rule }) as never),
    {},
  );
  const of = (path: string) =>
    faults(known, {
      metric: 'k6_probes_total',
      matchers: [{ label: 'path', op: '=', value: path }],
    } as never);
  expect(paths.flatMap(({ name }) => of(name))).toEqual([]);
  expect(of('chekout')).toHaveLength(1);
});

test('the data of the scripts has what is asked, and scripts for it', () => {
  const { paths: made } = injectorConfig(defaultModel({ paths: [checkout, corp] }), injectorTargets('load'));
  expect(made.map(({ path, own, overHttp }) => [path, own, overHttp])).toEqual([
    ['checkout', plainHttp, true],
    ['corp', dns, false],
  ]);
  expect(
    made.flatMap(({ probes }) => probes.map(({ name, address, conn }) => [name, address, conn])),
  ).toEqual([
    ['checkout-probe', 'https://checkout.shop.svc/healthz', 'fresh'],
    ['corp-probe', 'corp.example.org', 'tcp'],
  ]);
  expect(entryScript([checkout])).toBe('continuous.ts');
  expect(entryScript([checkout, corp])).toBe('continuous-extended.ts');
  for (const file of scenarioFiles.filter((name) => name.startsWith('own-')))
    expect(existsSync(join(__dirname, '../../scenarios', file))).toBe(true);
});

test('a receiver with owners is told of theirs only', () => {
  const told = { severities: ['page'] as const, url: 'http://a/' };
  const { route } = alertmanagerConfig(model, [
    { name: 'all', ...told },
    { name: 'shop', ...told, owners: ['shop', 'a.b c'] },
  ]);
  expect(route.routes.map(({ matchers }) => matchers)).toEqual([
    ['severity=~"page"'],
    ['severity=~"page"', 'owner=~"shop|a[.]b c"'],
  ]);
});

test('a target has a row of the dashboards, and no name that a path or a hop has', () => {
  const text = JSON.stringify(grafanaFiles(model));
  expect(text).toContain('checkout: GET https://checkout.shop.svc/healthz');
  expect([...takenNames]).toEqual(
    expect.arrayContaining([...pathNames, 'source', 'target', 'echo', 'injector']),
  );
});

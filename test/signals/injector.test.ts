import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  configFile,
  entryScript,
  injectorCommand,
  injectorConfig,
  injectorEnvironment,
  injectorTiming,
  injectorVus,
  scenarioFiles,
  sourceClientTimeoutMs,
  virtualUsers,
  zeroSeries,
} from '../../signals/injector';
import { defaultModel, pathSettings } from '../../signals/model';
import {
  type PathRow,
  callsApiServer,
  callsEcho,
  callsOnwards,
  pathNames,
  pathRow,
  pathTable,
} from '../../signals/paths';
import { injectorTargets } from '../../signals/targets';

const directory = join(__dirname, '..', '..', 'scenarios');
const targets = injectorTargets('continuous-load', {
  inside: 'gateway.continuous-load.svc.cluster.local.',
  outside: '192.0.2.7:30080',
});
const read = (file: string) => readFileSync(join(directory, file), 'utf8');

test('targets are full names, so that no search domain is tried, but where that is what is probed', () => {
  const { dnsSearch, gatewayOutside, ...full } = targets;
  for (const address of Object.values(full)) expect(address).toMatch(/\.svc\.cluster\.local\.(:\d+)?(\/|$)/);
  expect(dnsSearch).toBe('target.continuous-load');
  expect(gatewayOutside).toBe('http://192.0.2.7:30080/api/echo');
  expect(targets).toMatchObject({
    source: 'http://source.continuous-load.svc.cluster.local.:9898/api/echo',
    targetGrpc: 'target.continuous-load.svc.cluster.local.:9999',
    echoWebSocket: 'ws://echo.continuous-load.svc.cluster.local.:9009/ws',
    apiList:
      'https://kubernetes.default.svc.cluster.local./api/v1/namespaces/continuous-load/services?limit=1',
  });
});

test('what a path needs follows from what it calls', () => {
  expect(pathNames.filter(callsOnwards)).toEqual(['service', 'ingress', 'mesh', 'mesh-retry', 'mesh-authz']);
  expect(pathNames.filter(callsEcho)).toEqual(['grpc-stream', 'websocket', 'tcp', 'udp']);
  expect(pathNames.filter(callsApiServer)).toEqual(['api-server']);
  expect(pathTable.map(({ name }) => name)).toEqual([...pathNames]);
});

test('a stream is one virtual user for each injector, and its messages together make the rate', () => {
  const model = defaultModel({ injectors: 3, paths: [pathSettings('websocket', { ratePerSecond: 6 })] });
  expect(injectorConfig(model, targets).paths[0]!.probes).toMatchObject([
    { stream: true, vus: 1, periodUs: 500_000, address: targets.echoWebSocket },
  ]);
});

test('the injectors together send the rate of the path, half of it on kept connections', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      fc.integer({ min: 1, max: 5 }),
      (ratePerSecond, injectors) => {
        const config = injectorConfig(
          defaultModel({ injectors, paths: [pathSettings('service', { ratePerSecond })] }),
          targets,
        );
        const sent = (conn: string) =>
          config.paths[0]!.probes.filter((probe) => probe.conn === conn).reduce(
            (sum, probe) => sum + (injectors * 1e6) / probe.periodUs,
            0,
          );
        expect(sent('kept') / ratePerSecond).toBeCloseTo(0.5, 3);
        expect(sent('fresh') / ratePerSecond).toBeCloseTo(0.5, 3);
      },
    ),
  );
});

test('VUs carry rate × timeout and a fifth more', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      fc.integer({ min: 10, max: 30_000 }),
      (rate, timeoutMs) => {
        expect(virtualUsers(rate, timeoutMs)).toBeGreaterThanOrEqual(
          ((rate * timeoutMs) / 1000) * 1.2 - 1e-6,
        );
      },
    ),
  );
  expect(virtualUsers(1, 2000)).toBe(3);
  expect(virtualUsers(0.5, 2000)).toBe(2);
});

test('the virtual users of an injector are those of all its probes', () => {
  for (const injectors of [1, 3]) {
    const model = defaultModel({ injectors });
    const { paths } = injectorConfig(model, injectorTargets('here'));
    const vus = paths.flatMap(({ probes }) => probes.map((probe) => probe.vus));
    expect(injectorVus(model)).toBe(vus.reduce((sum, count) => sum + count));
  }
});

test('shares of a row add up, hops are numbered, reasons are words', () => {
  for (const row of pathTable) {
    expect(row.probes.reduce((sum, probe) => sum + probe.share, 0)).toBeCloseTo(1, 9);
    for (const probe of row.probes)
      for (const hop of probe.hops) expect(row.hops[Number(hop) - 1]).toBeDefined();
    for (const reason of Object.keys(row.reasons)) expect(reason).toMatch(/^[a-z-]+$/);
  }
});

test('every series a probe may count under is zeroed, and there are at most 60 per path and injector', () => {
  for (const name of pathNames) {
    const row = pathRow(name);
    const series = zeroSeries(row);
    expect(new Set(series.map((each) => JSON.stringify(each))).size).toBe(series.length);
    for (const probe of row.probes) {
      for (const hop of probe.hops) {
        for (const reason of Object.keys(row.reasons)) {
          expect(series).toContainEqual({ outcome: 'failed', reason, conn: probe.conn, hop });
        }
      }
      for (const outcome of ['ok', 'slow'])
        expect(series).toContainEqual({
          outcome,
          reason: '',
          conn: probe.conn,
          hop: probe.hops[0] === '1' ? '' : probe.hops[0],
        });
    }
    const histograms = new Set(row.probes.map((probe) => probe.conn)).size;
    const heldBackAndDropped = 2;
    // What k6 adds by itself, counted on a live Prometheus: 20 with the path's tags and without, and one for failed requests.
    const ofK6 = 21;
    expect(series.length + histograms + heldBackAndDropped + ofK6).toBeLessThanOrEqual(60);
  }
});

test('the shipped files are what the entry scripts need, no more', () => {
  const needed = new Set<string>();
  const walk = (file: string) => {
    if (needed.has(file)) return;
    needed.add(file);
    for (const match of read(file).matchAll(/^(?:import|export) (?!type\b)[^;]*?from '\.\/([^']+)';/gms))
      walk(match[1]!);
    for (const match of read(file).matchAll(/\.load\(\[\], '([^']+\.proto)'\)/g)) needed.add(match[1]!);
  };
  for (const paths of [[pathSettings('service')], pathNames.map((name) => pathSettings(name))])
    walk(entryScript(paths));
  expect([...needed].sort()).toEqual([...scenarioFiles].sort());
  for (const file of scenarioFiles) expect(read(file)).not.toMatch(/from '\.\.\//);
});

test('only the extended entry needs the extension, and it is taken only where a path needs it', () => {
  for (const { name, extension } of pathTable as readonly PathRow[])
    expect(entryScript([{ name }])).toBe(extension ? 'continuous-extended.ts' : 'continuous.ts');
  expect(entryScript([{ name: 'service' }, { name: 'udp' }])).toBe('continuous-extended.ts');
});

test('every path of the table has its prober', () => {
  const keys = ['stock-probers.ts', 'extended-probers.ts'].flatMap((file) =>
    [...read(file).matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)].map((match) => match[1]),
  );
  expect(keys.sort()).toEqual([...pathNames].sort());
});

test('k6 keeps nothing for an end that never comes', () => {
  expect(injectorCommand({ paths: [pathSettings('service')] })).toEqual(
    expect.arrayContaining([
      '--summary-mode=disabled',
      '--no-thresholds',
      '--out=opentelemetry',
      '/scripts/continuous.ts',
    ]),
  );
  const names = injectorEnvironment(defaultModel(), { otlpEndpoint: '10.0.0.1:9090' }).map(
    (each) => each.name,
  );
  expect(new Set(names).size).toBe(names.length);
  expect(injectorEnvironment(defaultModel(), { otlpEndpoint: '10.0.0.1:9090' })).toContainEqual({
    name: 'K6_OTEL_EXPORT_INTERVAL',
    value: '2000ms',
  });
  expect(configFile).toBe('config.json');
});

test('a new pod is ready only when it counts, an old one has time for its last export', () => {
  const { startupMs, minReadySeconds, terminationGracePeriodSeconds } = injectorTiming(defaultModel());
  expect(minReadySeconds * 1000).toBeGreaterThan(startupMs + 3000);
  expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(15);
  expect(sourceClientTimeoutMs(defaultModel())).toBe(1000);
  expect(sourceClientTimeoutMs({ paths: [pathSettings('udp')] })).toBe(1000);
});

import { isApiAnswer } from '../../scenarios/api-answer';
import { dnsQuery } from '../../scenarios/dns-query';
import { entryScript } from '../../signals/injector';
import { pathTable } from '../../signals/paths';
import { injectorTargets } from '../../signals/targets';
import { configOf, endAll, Injector, k6PatienceMs, Program, until } from './support/processes';
import { freePort } from '../support/ports';

jest.setTimeout(k6PatienceMs);
afterEach(endAll);

test('what is called says what DNS must answer', () => {
  const targets = injectorTargets('here');
  const { probes } = configOf(['dns'], targets).paths[0]!;
  expect(probes.map((probe) => dnsQuery(probe))).toEqual([
    { name: targets.dnsName, transport: 'udp', expect: 'addresses', search: false },
    {
      name: targets.dnsHeadless,
      transport: 'udp',
      expect: 'addresses',
      search: false,
    },
    {
      name: targets.dnsAbsent,
      transport: 'udp',
      expect: 'absent',
      search: false,
    },
    { name: 'target.here', transport: 'udp', expect: 'addresses', search: true },
    { name: targets.dnsName, transport: 'tcp', expect: 'addresses', search: false },
  ]);
});

test.each([
  ['apiReadyz', 'ok', true],
  ['apiReadyz', 'not ok', false],
  ['apiReadyz', null, false],
  ['apiList', '{"kind":"ServiceList","items":[]}', true],
  ['apiList', '{"kind":"Status"}', false],
  ['apiList', 'null', false],
  ['apiList', '<html>', false],
])('%s answers %s', (calls, body, right) => expect(isApiAnswer(calls, body)).toBe(right));

test('the extension is imported only where a path needs it', () => {
  for (const { name, ...row } of pathTable)
    expect([name, entryScript([{ name: 'service' }, { name }])]).toEqual([
      name,
      'extension' in row ? 'continuous-extended.ts' : 'continuous.ts',
    ]);
});

test('TCP and UDP echo are counted, and so is their loss; a pod without a token is the script’s fault', async () => {
  const [grpc, http, raw] = [await freePort(), await freePort(), await freePort()];
  const echo = await Program.start(
    'echo',
    http,
    ...[
      `-grpc=127.0.0.1:${grpc}`,
      `-http=127.0.0.1:${http}`,
      `-tcp=127.0.0.1:${raw}`,
      `-udp=127.0.0.1:${raw}`,
    ],
  );
  const injector = await Injector.start(
    configOf(
      ['tcp', 'udp', 'api-server'],
      { echoTcp: `127.0.0.1:${raw}`, echoUdp: `127.0.0.1:${raw}` },
      { change: (path) => ({ ...path, probes: path.probes.map((probe) => ({ ...probe, vus: 2 })) }) },
    ),
  );
  const both = (outcome: RegExp) =>
    until(
      () =>
        ['tcp', 'udp'].every((path) =>
          Object.entries(injector.samples().outcomes({ path })).some(
            ([name, count]) => outcome.test(name) && count >= 5,
          ),
        ),
      () => [injector.samples().outcomes({}), injector.samples().log],
    );
  await both(/^ok$/);
  await echo.kill();
  await both(/^failed connect$/);
  const samples = await injector.stop();
  for (const path of ['tcp', 'udp'])
    expect([
      path,
      Object.keys(samples.outcomes({ path })).filter(
        (name) => !/^(ok|slow|error lag|failed (connect|reset))$/.test(name),
      ),
    ]).toEqual([path, []]);
  expect(Object.keys(samples.outcomes({ path: 'api-server' }))).toEqual(['error script']);
  // Once a minute and VU, not once a probe.
  const complaints = samples.log.split('\n').filter((line) => line.includes('netprobe.token'));
  expect(complaints.length).toBeGreaterThan(0);
  expect(complaints.length).toBeLessThan(samples.count('probes', { path: 'api-server' }));
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRightStatus, type OwnProbe, type SecretRequests } from '../../scenarios/own-target';
import type { InjectorConfig } from '../../scenarios/config';
import { entryScript, injectorConfig } from '../../signals/injector';
import { defaultModel, ownPathSettings } from '../../signals/model';
import { ownTargetRow } from '../../signals/own-targets';
import { injectorTargets } from '../../signals/targets';
import { endAll, Injector, k6PatienceMs, until } from './support/processes';
import { SlowTls } from './support/slow-tls';
import { freePort } from '../support/ports';

jest.setTimeout(k6PatienceMs);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  await endAll();
  closing.splice(0).forEach((close) => close());
});

const defaults = {
  ratePerSecond: 10,
  timeoutMs: 2000,
  availabilityPercent: 99.9,
  latencyPercent: 99,
  latencyBoundMs: 1500,
};

/** Rows of the test: what is asked, and by what outcome it must be counted. */
type Rows = Record<string, { address: string; probe: OwnProbe; outcome: string }>;

const http = (changes: Partial<Extract<OwnProbe, { kind: 'http' }>> = {}): OwnProbe => ({
  kind: 'http',
  method: 'GET',
  status: [],
  bodyContains: '',
  redirects: 0,
  ...changes,
});
const tcp = (send: string, contains: string): OwnProbe => ({ kind: 'tcp', send, contains });

function configOf(rows: Rows): InjectorConfig {
  const paths = Object.entries(rows).map(([name, { address, probe }]) =>
    ownPathSettings(ownTargetRow({ name, address, probe, defaults })),
  );
  const config = injectorConfig(defaultModel({ injectors: 1, paths }), injectorTargets('nowhere'));
  return {
    ...config,
    paths: config.paths.map((path) => ({
      ...path,
      probes: path.probes.map((probe) => ({ ...probe, startMs: 200 })),
    })),
  };
}

/** Runs k6 until every row has been counted some times, and wants nothing else to be counted but what a busy machine does. */
async function expectOutcomes(rows: Rows, environment: Record<string, string> = {}): Promise<void> {
  const injector = await Injector.start(configOf(rows), environment);
  const counted = (path: string) => injector.samples().outcomes({ path });
  await until(
    () => Object.entries(rows).every(([path, { outcome }]) => (counted(path)[outcome] ?? 0) >= 3),
    () => [Object.keys(rows).map((path) => [path, counted(path)]), injector.samples().log],
  );
  const samples = await injector.stop();
  for (const [path, { outcome }] of Object.entries(rows)) {
    const others = Object.keys(samples.outcomes({ path })).filter(
      (name) => name !== outcome && !/^(slow|error lag)$/.test(name),
    );
    expect([path, others]).toEqual([path, []]);
  }
}

/** An HTTP server that answers by the path that is asked for. */
async function webServer(): Promise<string> {
  const server = createServer((asked, answer) => {
    const [, what = '', more = ''] = (asked.url ?? '').split('/');
    if (what === 'status') answer.writeHead(Number(more)).end('words');
    else if (what === 'to') answer.writeHead(302, { location: `/${more}/200` }).end();
    else if (what === 'secret') {
      let body = '';
      asked.on('data', (chunk) => (body += String(chunk)));
      asked.on('end', () =>
        answer
          .writeHead(asked.headers.authorization === 'Bearer t0ken' ? 200 : 401)
          .end(`${asked.method ?? ''} got ${body}`),
      );
    } else asked.socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a status is right when it is one of those asked for, else when it is a 2xx', () => {
  expect([199, 200, 204, 299, 300].map((status) => isRightStatus(status, []))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
  expect([200, 401].map((status) => isRightStatus(status, [401, 404]))).toEqual([false, true]);
});

test('targets over HTTP need no extension, and are judged by status, body and redirects', async () => {
  const web = await webServer();
  const nobody = await freePort();
  const file = join(mkdtempSync(join(tmpdir(), 'requests-')), 'requests.json');
  const requests: SecretRequests = {
    'with-token': { headers: { Authorization: 'Bearer t0ken' }, body: null },
    posted: { headers: { Authorization: 'Bearer t0ken' }, body: 'a=b' },
  };
  writeFileSync(file, JSON.stringify(requests));
  const rows: Rows = {
    good: { address: `${web}/status/204`, probe: http(), outcome: 'ok' },
    bad: { address: `${web}/status/500`, probe: http(), outcome: 'failed status' },
    wanted: { address: `${web}/status/404`, probe: http({ status: [404] }), outcome: 'ok' },
    unwanted: { address: `${web}/status/200`, probe: http({ status: [404] }), outcome: 'failed status' },
    text: { address: `${web}/status/200`, probe: http({ bodyContains: 'word' }), outcome: 'ok' },
    'no-text': {
      address: `${web}/status/200`,
      probe: http({ bodyContains: 'wort' }),
      outcome: 'failed body',
    },
    head: { address: `${web}/status/200`, probe: http({ method: 'HEAD' }), outcome: 'ok' },
    moved: { address: `${web}/to/status`, probe: http(), outcome: 'failed status' },
    followed: { address: `${web}/to/status`, probe: http({ redirects: 1 }), outcome: 'ok' },
    cut: { address: `${web}/cut`, probe: http(), outcome: 'failed reset' },
    nobody: { address: `http://127.0.0.1:${nobody}/`, probe: http(), outcome: 'failed connect' },
    'no-name': { address: 'http://name.invalid./', probe: http(), outcome: 'failed dns' },
    'no-token': { address: `${web}/secret`, probe: http(), outcome: 'failed status' },
    'with-token': { address: `${web}/secret`, probe: http({ bodyContains: 'GET got ' }), outcome: 'ok' },
    posted: {
      address: `${web}/secret`,
      probe: http({ method: 'POST', bodyContains: 'POST got a=b' }),
      outcome: 'ok',
    },
  };
  expect(
    entryScript(
      Object.keys(rows).map((name) => ({ name, row: ownTargetRow({ name, ...rows[name]!, defaults }) })),
    ),
  ).toBe('continuous.ts');
  await expectOutcomes(rows, { TARGET_REQUESTS: file });
});

test('a new connection over TLS counts once in the latency', async () => {
  const delayMs = 200;
  const web = await SlowTls.start(delayMs);
  closing.push(web.close);
  const rows: Rows = { far: { address: web.url, probe: http(), outcome: 'ok' } };
  const injector = await Injector.start(configOf(rows), { SSL_CERT_FILE: web.certificate });
  await until(
    () => injector.samples().values('probe_duration').length >= 10,
    () => injector.samples().log,
  );
  const [leastMs = 0] = (await injector.stop()).values('probe_duration');
  // A round trip for TLS and one for the answer; had TLS counted twice, it would be three.
  expect(leastMs).toBeGreaterThanOrEqual(2 * 2 * delayMs - 20);
  expect(leastMs).toBeLessThan(3 * 2 * delayMs);
});

test('a server that would speak HTTP/2 is asked in HTTP/1.1', async () => {
  const web = await SlowTls.start(0);
  closing.push(web.close);
  await expectOutcomes(
    { far: { address: web.url, probe: http({ bodyContains: 'HTTP/1.1' }), outcome: 'ok' } },
    { SSL_CERT_FILE: web.certificate },
  );
});

test('targets over TCP and DNS are asked by the extension', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => socket.write(String(data) === 'PING\r\n' ? '+PONG\r\n' : '-ERR\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const port = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nobody = `127.0.0.1:${await freePort()}`;
  const dns: OwnProbe = {
    kind: 'dns',
    type: 'MX',
    values: [],
    absent: false,
    transport: 'udp',
    server: nobody,
  };
  await expectOutcomes({
    open: { address: port, probe: tcp('', ''), outcome: 'ok' },
    answers: { address: port, probe: tcp('PING\r\n', '+PONG'), outcome: 'ok' },
    closed: { address: nobody, probe: tcp('', ''), outcome: 'failed connect' },
    name: { address: 'corp.example.', probe: dns, outcome: 'failed connect' },
    absent: {
      address: 'corp.example.',
      probe: { ...dns, absent: true, transport: 'tcp' },
      outcome: 'failed connect',
    },
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { configOf, endAll, Injector, k6PatienceMs, type Samples, until } from './support/processes';

jest.setTimeout(k6PatienceMs);

let server: Server | undefined;
afterEach(async () => {
  await endAll();
  server?.closeAllConnections();
  server?.close();
});

/** Answers as target's echo; `ends` connections a moment after each answer, without having said so. */
async function echo(ends: boolean): Promise<string> {
  const made = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.end(request.url?.startsWith('/source') ? JSON.stringify([body]) : body);
      if (ends) setTimeout(() => request.socket.end(), 20);
    });
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

/** What the probes of `service` recorded once each VU has answered several kept ones; `extended` is an entry script with the extension. */
async function recorded(address: string, extended: boolean, timeoutMs?: number): Promise<Samples> {
  const injector = await Injector.start(
    configOf(
      extended ? ['service', 'tcp'] : ['service'],
      { source: `${address}/source`, target: `${address}/target`, echoTcp: '127.0.0.1:1' },
      timeoutMs === undefined ? {} : { timeoutMs },
    ),
  );
  await until(
    () => injector.samples().count('connections', { path: 'service' }) >= 30,
    () => [injector.samples().outcomes({}), injector.samples().log],
  );
  return injector.stop();
}

test('k6 with the extension counts repeats from 0 on, and kept connections that are used again', async () => {
  const samples = await recorded(await echo(false), true);
  expect(
    samples.of('masked_attempts', { path: 'service', by: 'client' }).map(({ value }) => value),
  ).toContain(0);
  expect(samples.count('masked_attempts')).toBe(0);
  expect(samples.count('connections', { how: 'reused' })).toBeGreaterThan(0);
  // Each VU opens its first; no path but that over HTTP has any.
  expect(samples.count('connections', { how: 'opened' })).toBeGreaterThan(0);
  expect(samples.of('connections', { path: 'tcp' })).toEqual([]);
  expect(samples.of('masked_attempts', { path: 'tcp' })).toEqual([]);
});

test('k6 as it is released gives no number of repeats, not even 0; connections that are ended are opened anew', async () => {
  // the far end is this process, and waits for its turn on a busy machine
  const samples = await recorded(await echo(true), false, 10_000);
  expect(samples.of('masked_attempts', {})).toEqual([]);
  const opened = samples.count('connections', { how: 'opened' });
  expect(opened).toBe(samples.count('connections'));
  expect(
    Object.keys(samples.outcomes({ path: 'service' })).filter((name) => !/^(ok|slow|error lag)/.test(name)),
  ).toEqual([]);
});

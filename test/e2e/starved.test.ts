import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PathName } from '../../signals/paths';
import { configOf, endAll, FarEnd, Injector, k6PatienceMs, until } from '../scenarios/support/processes';

jest.setTimeout(k6PatienceMs);

let server: Server | undefined;
let cycling = false;
afterEach(async () => {
  cycling = false;
  await endAll();
  server?.closeAllConnections();
  server?.close();
});

const watched = ['service', 'grpc', 'grpc-stream', 'websocket'] as const satisfies readonly PathName[];
const timeoutMs = 1000;

/** Answers as source and target do. */
async function echo(): Promise<string> {
  const made = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.end(request.url?.startsWith('/source') ? JSON.stringify([body]) : body);
    });
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

/** An injector of some paths; with the extension it imports that, as it does for the path `tcp`, at which nobody listens. */
async function started(far: FarEnd, http: string, extended: boolean): Promise<Injector> {
  const config = configOf(
    extended ? [...watched, 'tcp'] : watched,
    {
      source: `${http}/source`,
      target: `${http}/target`,
      targetGrpc: `127.0.0.1:${far.grpcPort}`,
      echoGrpc: `127.0.0.1:${far.grpcPort}`,
      echoWebSocket: `ws://127.0.0.1:${far.wsPort}/ws`,
      echoTcp: '127.0.0.1:1',
    },
    { timeoutMs, ratePerSecond: 4 },
  );
  return Injector.start(config);
}

/** Lets a process run for so many ms of each tenth of a second, as a quota does, until the test ends. */
function ration(pid: number, runMs: number): void {
  cycling = true;
  const turn = (runs: boolean): void => {
    try {
      process.kill(pid, runs || !cycling ? 'SIGCONT' : 'SIGSTOP');
    } catch {
      return;
    }
    if (cycling) setTimeout(() => turn(!runs), runs ? runMs : 100 - runMs);
  };
  turn(false);
}

const counts = (injector: Injector) =>
  Object.fromEntries(watched.map((path) => [path, injector.samples().outcomes({ path })]));
const sum = (outcomes: Record<string, number>, which: RegExp) =>
  Object.entries(outcomes).reduce((total, [name, count]) => total + (which.test(name) ? count : 0), 0);

describe.each([
  ['as it is released', false],
  ['with the extension', true],
] as const)('k6 %s', (_, extended) => {
  test('what a starved injector is late with is its own fault, on every path', async () => {
    const far = await FarEnd.start();
    const injector = await started(far, await echo(), extended);
    await until(
      () => watched.every((path) => sum(injector.samples().outcomes({ path }), /^(ok|slow)$/) >= 3),
      () => [counts(injector), injector.samples().log],
    );
    ration(injector.pid, 8);
    const errors = () => watched.map((path) => sum(injector.samples().outcomes({ path }), /^error lag$/));
    const seen = errors();
    await until(
      () => errors().reduce((total, count) => total + count) >= seen.reduce((a, b) => a + b) + 120,
      () => counts(injector),
    );
    cycling = false;
    const samples = await injector.stop();
    // a VU of released k6 that connects over gRPC is blocked and can only estimate
    const exact = extended ? watched : (['service', 'websocket'] as const);
    const failed = exact.map((path) => [
      path,
      Object.keys(samples.outcomes({ path })).filter((name) => name.startsWith('failed')),
    ]);
    expect([failed, samples.log]).toEqual([exact.map((path) => [path, []]), expect.anything()]);
  });
});

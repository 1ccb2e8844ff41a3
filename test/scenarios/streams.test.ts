import type { PathName } from '../../signals/paths';
import {
  configOf,
  endAll,
  FarEnd,
  Injector,
  k6PatienceMs,
  Program,
  Relay,
  type Samples,
  sleep,
  until,
} from './support/processes';
import { freePort } from '../support/ports';

jest.setTimeout(k6PatienceMs);
afterEach(endAll);

const paths = ['grpc-stream', 'websocket'] as const satisfies readonly PathName[];

/** Both streams through relays, which stand for the Services. */
async function held(
  far: { grpcPort: number; wsPort: number },
  timeoutMs = 2000,
): Promise<{
  grpc: Relay;
  ws: Relay;
  injector: Injector;
  good: (path: string, samples?: Samples) => number;
  close: () => Promise<Samples>;
}> {
  const grpc = await Relay.start(far.grpcPort);
  const ws = await Relay.start(far.wsPort);
  const config = configOf(
    paths,
    { echoGrpc: `127.0.0.1:${grpc.port}`, echoWebSocket: `ws://127.0.0.1:${ws.port}/ws` },
    { timeoutMs },
  );
  const injector = await Injector.start(config);
  const good = (path: string, samples = injector.samples()) =>
    samples.count('probes', { path, outcome: 'ok' }) + samples.count('probes', { path, outcome: 'slow' });
  await until(
    () => paths.every((path) => good(path) >= 5),
    () => injector.samples().log,
  );
  const close = async () => {
    const samples = await injector.stop();
    grpc.close();
    ws.close();
    return samples;
  };
  return { grpc, ws, injector, good, close };
}

/** Waits until both streams are answered again. */
async function recovered(good: (path: string) => number, injector: Injector): Promise<void> {
  const before = paths.map((path) => good(path));
  await until(
    () => paths.every((path, index) => good(path) >= before[index]! + 5),
    () => paths.map((path) => [injector.samples().outcomes({ path }), injector.samples().log]),
  );
}

test('a restart of echo with drain costs no probe', async () => {
  const start = async () => {
    const [grpcPort, wsPort, rawPort] = [await freePort(), await freePort(), await freePort()];
    const flags = Object.entries({ grpc: grpcPort, http: wsPort, tcp: rawPort, udp: rawPort }).map(
      ([name, port]) => `-${name}=127.0.0.1:${port}`,
    );
    const program = await Program.start('echo', wsPort, ...flags, '-drain-after=200ms', '-drain-within=2s');
    return { program, grpcPort, wsPort };
  };
  const [one, two] = [await start(), await start()];
  const { grpc, ws, injector, good, close } = await held(one);
  [grpc.to, ws.to] = [two.grpcPort, two.wsPort];
  one.program.signal('SIGTERM');
  await one.program.gone();
  await recovered(good, injector);
  const samples = await close();
  await two.program.kill();
  for (const path of paths) {
    expect([path, samples.count('probes', { path, outcome: 'failed' }), samples.outcomes({ path })]).toEqual([
      path,
      0,
      expect.anything(),
    ]);
    expect(samples.interruptions({ path })).toEqual({ closed: 1 });
  }
});

test('a killed server is a reset, then no connection; every message is counted once', async () => {
  const far = await FarEnd.start();
  const { grpc, ws, injector, good, close } = await held(far);
  grpc.refuse();
  ws.refuse();
  await far.kill();
  await until(
    () => paths.every((path) => (injector.samples().outcomes({ path })['failed connect'] ?? 0) >= 5),
    () => injector.samples().log,
  );
  const next = await FarEnd.start();
  [grpc.to, ws.to] = [next.grpcPort, next.wsPort];
  await grpc.open();
  await ws.open();
  await recovered(good, injector);
  const samples = await close();
  await next.kill();
  const answered = [...far.answered(), ...next.answered()];
  expect(new Set(answered).size).toBe(answered.length);
  let counted = 0;
  let late = 0;
  for (const path of paths) {
    expect(samples.interruptions({ path })).toEqual({ reset: 1 });
    const outcomes = samples.outcomes({ path });
    const { ok = 0, slow = 0, 'error lag': lag = 0 } = outcomes;
    const { 'failed connect': connect, 'failed reset': reset = 0 } = outcomes;
    // a busy machine makes slow answers and lag
    expect(
      Object.keys(outcomes).filter((name) => !/^(ok|slow|error lag|failed (connect|reset))$/.test(name)),
    ).toEqual([]);
    expect(connect).toBeGreaterThanOrEqual(5);
    expect(reset).toBeLessThanOrEqual(2);
    counted += ok + slow;
    late += lag;
  }
  // What was answered and not counted was late, or under way when the server was killed or k6 was stopped; or it had waited for a stream
  // for nearly its whole time, of which there are ten a second on each path.
  const [underWay, tooLate] = [6, 20];
  expect(answered.length - counted).toBeGreaterThanOrEqual(0);
  expect(answered.length - counted - late).toBeLessThanOrEqual(underWay + tooLate);
});

test('a server that stands still is silence within the timeout, and is left for another', async () => {
  const [far, other] = [await FarEnd.start(), await FarEnd.start()];
  const { grpc, ws, injector, good, close } = await held(far, 1000);
  far.signal('SIGSTOP');
  [grpc.to, ws.to] = [other.grpcPort, other.wsPort];
  await until(
    () => paths.every((path) => (injector.samples().outcomes({ path })['failed silence'] ?? 0) >= 1),
    () => injector.samples().log,
  );
  await recovered(good, injector);
  // k6 ends only when a socket that it closed is closed by the far end too.
  far.signal('SIGCONT');
  const samples = await close();
  await far.kill();
  await other.kill();
  for (const path of paths) {
    expect(samples.interruptions({ path })).toEqual({ silence: 1 });
    // Ten messages a second: those of one timeout, and no more, were under way on the silent stream.
    expect(samples.outcomes({ path })['failed silence']).toBeLessThanOrEqual(14);
  }
});

test('an answer to something else is a wrong body', async () => {
  const far = await FarEnd.start('wrong');
  const config = configOf(paths, {
    echoGrpc: `127.0.0.1:${far.grpcPort}`,
    echoWebSocket: `ws://127.0.0.1:${far.wsPort}/ws`,
  });
  const injector = await Injector.start(config);
  const wrong = (path: string) => injector.samples().outcomes({ path })['failed body'] ?? 0;
  await until(() => paths.every((path) => wrong(path) >= 3));
  const samples = await injector.stop();
  await far.kill();
  for (const path of paths) expect(Object.keys(samples.outcomes({ path }))).toEqual(['failed body']);
});

test('without a server each message due is one failure, and the injector says once that there is no stream', async () => {
  const port = await freePort();
  const injector = await Injector.start(
    configOf(
      paths,
      { echoGrpc: `127.0.0.1:${port}`, echoWebSocket: 'ws://nobody.invalid:1/ws' },
      { timeoutMs: 500 },
    ),
  );
  await sleep(3500);
  const samples = await injector.stop();
  for (const [path, reason] of [
    ['grpc-stream', 'connect'],
    ['websocket', 'dns'],
  ] as const) {
    const { [`failed ${reason}`]: failed = 0, 'error lag': lag = 0, ...others } = samples.outcomes({ path });
    expect([path, others]).toEqual([path, {}]);
    expect(failed + lag).toBeGreaterThan(10);
    expect(samples.interruptions({ path })).toEqual({ connect: 1 });
  }
});

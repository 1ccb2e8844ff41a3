import type { InjectorConfig } from '../../scenarios/config';
import { configOf, endAll, FarEnd, Injector, k6PatienceMs, Program, until } from './support/processes';
import { freePort } from '../support/ports';

jest.setTimeout(k6PatienceMs);
afterEach(endAll);

/** The path `grpc` several times over, each at its own address and counted under its own name. */
function configs(
  addresses: Record<string, string>,
  timeoutMs: number,
  latencyBoundMs: number,
): InjectorConfig {
  const [path] = configOf(['grpc'], {}, { timeoutMs, ratePerSecond: 8 }).paths;
  return {
    enabled: true,
    paths: Object.entries(addresses).map(([name, address]) => ({
      ...path!,
      latencyBoundMs,
      probes: path!.probes.map((probe) => ({ ...probe, path: name, name: `${name}-${probe.conn}`, address })),
    })),
  };
}

test('each fault of a callee has its reason, on kept and on fresh connections', async () => {
  const modes = ['ok', 'wrong', 'refuse', 'broken', 'late', 'slow'] as const;
  const ends = await Promise.all(modes.map((mode) => FarEnd.start(mode)));
  const addresses = Object.fromEntries(
    modes.map((mode, index) => [mode, `127.0.0.1:${ends[index]!.grpcPort}`]),
  );
  const injector = await Injector.start(
    configs({ ...addresses, gone: `127.0.0.1:${await freePort()}`, unknown: 'nobody.invalid:1' }, 1200, 120),
  );
  const expected: Record<string, string> = {
    ok: 'ok',
    wrong: 'failed body',
    refuse: 'failed grpc-unavailable',
    broken: 'failed grpc-other',
    late: 'failed grpc-deadline',
    slow: 'slow',
    gone: 'failed connect',
    unknown: 'failed dns',
  };
  // A machine under load may be late by itself, or make a good answer late; nothing else may be mixed in.
  const byLoad = ['slow', 'error lag', 'failed grpc-deadline'];
  const rows = Object.entries(expected).flatMap(([path, outcome]) =>
    ['kept', 'fresh'].map((conn) => ({ path, conn, outcome })),
  );
  await until(
    () => {
      const samples = injector.samples();
      return rows.every(({ path, conn, outcome }) => (samples.outcomes({ path, conn })[outcome] ?? 0) >= 5);
    },
    () => rows.map(({ path, conn }) => [path, conn, injector.samples().outcomes({ path, conn })]),
  );
  const samples = await injector.stop();
  for (const { path, conn, outcome } of rows) {
    const others = Object.keys(samples.outcomes({ path, conn })).filter((name) => name !== outcome);
    expect([path, conn, others.filter((name) => !byLoad.includes(name))]).toEqual([path, conn, []]);
  }
});

test('podinfo killed is seen as no connection at once, and back at once', async () => {
  const [port, httpPort] = [await freePort(), await freePort()];
  const start = () =>
    Program.start(
      'podinfo',
      port,
      `--port=${httpPort}`,
      '--port-metrics=0',
      `--grpc-port=${port}`,
      '--level=error',
    );
  const first = await start();
  const injector = await Injector.start(configs({ grpc: `127.0.0.1:${port}` }, 2000, 1000));
  const count = (conn: string, outcome: string) => injector.samples().outcomes({ conn })[outcome] ?? 0;
  const both = (outcome: string, more: number) => {
    const before = ['kept', 'fresh'].map((conn) => count(conn, outcome));
    return until(
      () => ['kept', 'fresh'].every((conn, index) => count(conn, outcome) >= before[index]! + more),
      () => [injector.samples().outcomes({}), injector.samples().log],
    );
  };
  await both('ok', 5);
  await first.kill();
  // Long enough for grpc-go's own waits between attempts to have grown over a second.
  await both('failed connect', 20);
  const second = await start();
  const backMs = Date.now();
  await both('ok', 3);
  expect(Date.now() - backMs).toBeLessThan(5000);
  const samples = await injector.stop();
  await second.kill();
  expect(Object.keys(samples.outcomes()).filter((outcome) => /grpc-|dns|script/.test(outcome))).toEqual([]);
});

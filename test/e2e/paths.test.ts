import { countOutcomes, countSeries, failures, sum } from './support/counts';
import { expectToo, onlyExpectedWasNotified } from './support/expected';
import { rollingRestart } from './support/kubernetes';
import { notifications } from './support/pager';
import { type Fault, filtered, frozen, noDns, noPods } from './support/path-faults';
import { StackUnderTest } from './support/stack-under-test';
import { eventually, report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const minutes = (count: number) => count * 60_000;

/** What a fault must do to a path: that it is down, and why. */
interface Effect {
  readonly path: string;
  /** Every failed probe has one of these reasons. */
  readonly reasons: readonly string[];
}

interface Row {
  readonly name: string;
  readonly fault: Fault;
  readonly down: readonly Effect[];
  /** Paths of which some probes fail too, without being down. */
  readonly touched?: readonly Effect[];
}

const tcpTo = (port: number) => ['-p', 'tcp', '--dport', String(port)];

const echoReasons = ['connect', 'reset', 'closed', 'timeout', 'silence', 'loss'];

/** Faults that concern different paths are made at once: each is told for itself. */
const rounds: readonly (readonly Row[])[] = [
  [
    {
      name: 'UDP dropped',
      fault: filtered(stack, 'raw', 'PREROUTING', '-p', 'udp', '--dport', '9007', '-j', 'DROP'),
      down: [{ path: 'udp', reasons: ['loss'] }],
    },
    {
      name: 'WebSocket port refused',
      fault: filtered(stack, 'filter', 'FORWARD', ...tcpTo(9009), '-j', 'REJECT'),
      // a refusal by ICMP does not end an open stream, it only becomes silent
      down: [{ path: 'websocket', reasons: ['connect', 'silence', 'reset'] }],
    },
    {
      name: 'API server paused',
      fault: frozen(stack, 'cp', 'kube-apiserver'),
      down: [{ path: 'api-server', reasons: ['timeout', 'reset'] }],
    },
  ],
  [
    {
      name: 'TCP swallowed by a black hole',
      fault: filtered(stack, 'raw', 'PREROUTING', ...tcpTo(9007), '-j', 'DROP'),
      down: [{ path: 'tcp', reasons: ['timeout', 'silence'] }],
    },
    {
      name: 'gRPC port refused',
      fault: filtered(stack, 'filter', 'FORWARD', ...tcpTo(9999), '-j', 'REJECT'),
      down: [{ path: 'grpc', reasons: ['connect', 'reset', 'grpc-unavailable', 'grpc-deadline'] }],
    },
  ],
  [
    {
      name: 'echo gone',
      fault: noPods(stack, 'echo'),
      down: [{ path: 'tcp', reasons: echoReasons }],
      // down too, and told by the page of tcp
      touched: ['grpc-stream', 'websocket', 'udp'].map((path) => ({ path, reasons: echoReasons })),
    },
  ],
  [
    {
      name: 'CoreDNS gone',
      fault: noDns(stack),
      down: [{ path: 'dns', reasons: ['connect', 'timeout'] }],
      // fresh connections need a name, kept ones and open streams do not
      touched: ['service', 'grpc', 'tcp', 'udp', 'api-server'].map((path) => ({
        path,
        reasons: ['dns', 'timeout', 'grpc-deadline'],
      })),
    },
  ],
];

describe('every workload restarted pod by pod', () => {
  test.each(['echo', 'target', 'source'])(
    '%s: no probe of any path fails',
    async (workload) => {
      const fromMs = Date.now();
      await rollingRestart(stack, workload);
      await until(Date.now() + 6_000);
      expect(await failures(prometheus, fromMs)).toEqual([]);
      onlyExpectedWasNotified(stack.lab);
    },
    minutes(4),
  );
});

describe('faults of the paths', () => {
  test.each(rounds.map((rows) => [rows.map(({ name }) => name).join(', '), rows] as const))(
    '%s',
    async (_names, rows) => {
      const effects = rows.flatMap(({ down }) => down);
      const touched = rows.flatMap((row) => row.touched ?? []);
      const fromMs = Date.now();
      const paged = new Map<string, number>();
      try {
        for (const { fault } of rows) await fault.make();
        const madeMs = Date.now();
        await eventually('every page', { withinMs: 60_000 }, () => {
          for (const { timeMs, alerts } of notifications(stack.lab, fromMs))
            for (const { labels, status } of alerts)
              if (
                labels['alertname'] === 'PathDown' &&
                status === 'firing' &&
                !paged.has(labels['path'] ?? '')
              )
                paged.set(labels['path'] ?? '', timeMs - madeMs);
          expect([...paged.keys()].sort()).toEqual(effects.map(({ path }) => path).sort());
        });
      } finally {
        for (const { fault } of rows) await fault.heal();
      }
      const healedMs = Date.now();
      await eventually('the end of every page', { withinMs: minutes(3) }, () => {
        const ended = notifications(stack.lab, healedMs).flatMap(({ alerts }) =>
          alerts
            .filter(({ labels, status }) => labels['alertname'] === 'PathDown' && status === 'resolved')
            .map(({ labels }) => labels['path'] ?? ''),
        );
        expect([...new Set(ended)].sort()).toEqual(effects.map(({ path }) => path).sort());
      });
      for (const { path, reasons } of effects) {
        const lost = await failures(prometheus, fromMs, Date.now(), `{path="${path}",outcome="failed"}`);
        report(path, `paged after ${seconds(paged.get(path) ?? Number.NaN)}; ${lost.join(', ')}`);
        const strange = await countSeries(
          prometheus,
          fromMs,
          Date.now(),
          `{path="${path}",outcome="failed",reason!~"${reasons.join('|')}"}`,
        );
        expect({ path, strange: sum(strange), some: lost.length > 0 }).toEqual({
          path,
          strange: 0,
          some: true,
        });
      }
      const concerned = [...effects, ...touched].map(({ path }) => path).join('|');
      expect(
        await failures(prometheus, fromMs, Date.now(), `{path!~"${concerned}",outcome="failed"}`),
      ).toEqual([]);
      for (const { path, reasons } of touched)
        expect(
          await failures(
            prometheus,
            fromMs,
            Date.now(),
            `{path="${path}",outcome="failed",reason!~"${reasons.join('|')}"}`,
          ),
        ).toEqual([]);
      for (const status of ['firing', 'resolved'])
        expectToo(...effects.map(({ path }) => `PathDown ${path} page ${status}`));
    },
    minutes(8),
  );

  test('every path is good again', async () => {
    const fromMs = Date.now();
    await until(fromMs + 20_000);
    expect(await failures(prometheus, fromMs)).toEqual([]);
    expect((await countOutcomes(prometheus, fromMs, Date.now())).ok).toBeGreaterThan(0);
  }, 60_000);
});

import { failures } from './support/counts';
import { expectToo, notified, onlyExpectedWasNotified } from './support/expected';
import { rollingRestart } from './support/kubernetes';
import { type Fault, noPods } from './support/path-faults';
import { StackUnderTest } from './support/stack-under-test';
import { eventually, report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const minutes = (count: number) => count * 60_000;
const on = ['--set', 'paths.ingress.enabled=true', '--set', 'paths.ingress-external.enabled=true'];
const paths = 'ingress|ingress-external';

beforeAll(async () => {
  const { stdout } = await stack.up(...on);
  expect(stdout).toMatch(/Every path is good/);
  expect((await stack.status()).paths.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['ingress', 'ingress-external']),
  );
}, minutes(20));

afterAll(async () => {
  await stack.up();
}, minutes(6));

test.each(['gateway', 'target', 'source-ingress'])(
  'a rolling restart of %s loses no probe through the gateway',
  async (workload) => {
    const fromMs = Date.now();
    await rollingRestart(stack, workload);
    await until(Date.now() + 6_000);
    expect(await failures(prometheus, fromMs, Date.now(), `{path=~"${paths}",outcome="failed"}`)).toEqual([]);
  },
  minutes(4),
);

test.each([
  { name: 'the route deleted', fault: noRoute(), page: 'ingress', reasons: ['route'] },
  {
    name: 'the gateway gone',
    fault: noPods(stack, 'gateway'),
    page: 'ingress',
    reasons: ['connect', 'timeout', 'reset'],
  },
  // the page of `service` speaks for both
  {
    name: 'target gone',
    fault: noPods(stack, 'target'),
    page: 'service',
    reasons: ['upstream', 'timeout', 'connect'],
  },
])(
  '$name: one page, with its reason',
  async ({ fault, page, reasons }) => {
    const fromMs = Date.now();
    try {
      await fault.make();
      const { timeMs } = await eventually('the page', { withinMs: 60_000 }, () =>
        notified(stack.lab, fromMs, `PathDown ${page} page firing`),
      );
      report('paged after', seconds(timeMs - fromMs));
      await until(Date.now() + 30_000);
    } finally {
      await fault.heal();
    }
    await eventually('the end of the page', { withinMs: minutes(3) }, () =>
      notified(stack.lab, fromMs, `PathDown ${page} page resolved`),
    );
    const lost = (more: string) =>
      failures(prometheus, fromMs, Date.now(), `{path=~"${paths}",outcome="failed"${more}}`);
    report('failed', (await lost('')).join(', '));
    expect((await lost('')).length).toBeGreaterThanOrEqual(4);
    expect(await lost(`,reason!~"${reasons.join('|')}"`)).toEqual([]);
    expectToo(`PathDown ${page} page firing`, `PathDown ${page} page resolved`);
    onlyExpectedWasNotified(stack.lab);
  },
  minutes(6),
);

/** The gateway without its route: it is applied again as it was. */
function noRoute(): Fault {
  return {
    make: async () => {
      await stack.kubectl('-n', 'continuous-load', 'delete', 'httproute', 'gateway');
    },
    heal: async () => {
      await stack.up(...on, '--refresh');
    },
  };
}

import { ingressRounds } from './matrix/rows';
import { byName, chosen } from './matrix/row';
import { MatrixRunner } from './matrix/runner';
import { failures } from './support/counts';
import { rollingRestart } from './support/kubernetes';
import { environment, recordsDirectory, StackUnderTest } from './support/stack-under-test';
import { until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const runner = new MatrixRunner(stack, recordsDirectory());
const minutes = (count: number) => count * 60_000;
const on = ['--set', 'paths.ingress.enabled=true', '--set', 'paths.ingress-external.enabled=true'];
const paths = 'ingress|ingress-external';
const rounds = chosen(ingressRounds(stack, on), process.env[environment.rows] ?? 'ci');

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

test.each(byName(rounds))('%s', async (_names, round) => runner.run(round), minutes(12));

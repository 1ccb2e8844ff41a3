import { recorded } from '../../signals/metrics';
import { meshNamespace, meshWorkloads } from '../../signals/targets';
import { namespaceNames } from '../../components/names';
import { byName, chosen } from './matrix/row';
import { meshRounds } from './matrix/rows';
import { MatrixRunner } from './matrix/runner';
import { countSeries, failures, sum } from './support/counts';
import { rollingRestart } from './support/kubernetes';
import { asIntruder, inPlaintext, passedOn, podOf, with503AtTarget } from './support/mesh';
import { environment, recordsDirectory, StackUnderTest } from './support/stack-under-test';
import { eventually, report, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const minutes = (count: number) => count * 60_000;
const on = ['--set', 'mesh.enabled=true'];
const { source, sourceRetry, target, stranger } = meshWorkloads;
const runner = new MatrixRunner(stack, recordsDirectory());
const rounds = chosen(meshRounds(stack, on), process.env[environment.rows] ?? 'ci');
const paths = ['mesh', 'mesh-retry', 'mesh-mtls', 'mesh-authz'];
const failed = `{path=~"${paths.join('|')}",outcome="failed"}`;
/** Until what was probed is exported and stored. */
const storedMs = 6_000;

const count = async (fromMs: number, selector: string, metric?: string) =>
  sum(await countSeries(prometheus, fromMs, Date.now(), selector, metric));

beforeAll(async () => {
  const { stdout } = await stack.up(...on);
  expect(stdout).toMatch(/Every path is good/);
  expect((await stack.status()).paths.map(({ path }) => path)).toEqual(expect.arrayContaining(paths));
}, minutes(20));

afterAll(async () => {
  await stack.up();
}, minutes(6));

test(
  'target answers nobody without a certificate, and nobody but source',
  async () => {
    await expect(inPlaintext(stack, await podOf(stack, target))).rejects.toThrow(/connection reset|EOF/);
    // The same request to a pod that takes plaintext arrives, so it is not the way that is closed.
    expect(await inPlaintext(stack, await podOf(stack, source))).toMatch(/OK/);
    expect(await passedOn(stack, await podOf(stack, source))).toMatch(/nonce/);
    expect(await asIntruder(stack, (pod) => passedOn(stack, pod))).toMatch(/response status code 403/);
  },
  minutes(4),
);

test(
  'a target that answers 503 shows where nothing is repeated, and is hidden and counted where it is',
  async () => {
    const fromMs = Date.now();
    await with503AtTarget(stack, () => until(Date.now() + 40_000));
    const toMs = Date.now();
    // The last ones of the fault are counted with it and not with what comes after it.
    await until(toMs + 2 * storedMs);
    // Recorded from what was scraped last: up to a scrape and an evaluation later.
    const masked = await eventually('what was repeated is recorded', { withinMs: 90_000 }, async () => {
      const found = await count(fromMs, '{path="mesh-retry",by="sidecar"}', recorded.masked);
      expect(found).toBeGreaterThan(10);
      return found;
    });
    const without = await count(fromMs, '{path="mesh",outcome="failed",reason="upstream",hop="2"}');
    const lost = await count(fromMs, '{path="mesh-retry",outcome="failed"}');
    const sent = await count(fromMs, '{path="mesh-retry",outcome!="error"}');
    report(
      `503 of one of two targets for ${Math.round((toMs - fromMs) / 1000)} s`,
      `${without} lost without retries`,
    );
    report('with retries', `${lost} of ${sent} lost, ${masked} attempts masked`);
    expect(without).toBeGreaterThan(10);
    // The proxy looks for another target six times for each repeat: it may find the same one still, once in thousands.
    expect(lost).toBeLessThanOrEqual(1);
    expect(await count(fromMs, '{path="mesh",by="sidecar"}', recorded.masked)).toBe(0);
  },
  minutes(4),
);

test.each([
  [target, meshNamespace],
  [source, meshNamespace],
  [sourceRetry, meshNamespace],
  [stranger, meshNamespace],
  ['istiod', namespaceNames.load],
])(
  'a rolling restart of %s loses no probe through the mesh',
  async (workload, namespace) => {
    const fromMs = Date.now();
    await rollingRestart(stack, workload, namespace);
    await until(Date.now() + storedMs);
    expect(await failures(prometheus, fromMs, Date.now(), failed)).toEqual([]);
  },
  minutes(5),
);

test.each(byName(rounds))('%s', async (_names, round) => runner.run(round), minutes(20));

test(
  'new certificates every minute lose no probe',
  async () => {
    await stack.up(...on, '--set', 'mesh.certificateLife=2m');
    const expiry = 'min(istio_agent_cert_expiry_seconds)';
    const fromMs = Date.now();
    // What has less life left than the whole has been renewed at least once more after each of these.
    await until(fromMs + 2 * 130_000);
    const left = (await prometheus.vector(expiry))[0]?.value ?? 0;
    report('life left of the oldest certificate', `${left.toFixed(0)} s`);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(130);
    expect(await failures(prometheus, fromMs, Date.now(), failed)).toEqual([]);
    for (const path of paths)
      expect(await count(fromMs, `{path="${path}",outcome=~"ok|slow"}`)).toBeGreaterThan(400);
    expect(await count(fromMs, '{path=~"mesh|mesh-retry",outcome!="error"}')).toBeGreaterThan(1000);
  },
  minutes(14),
);

import { chaosKillsTotal, chaosRecovery } from '../../../signals/metrics';
import { onlyExpectedWasNotified } from '../support/expected';
import { inStalls, inWords, lossesBetween } from '../support/lost-probes';
import { eventually, report, seconds } from '../support/wait';
import { alwaysAllowed, flags, minutes, often, stackWithReaper } from './reaper';

const workloads = ['echo', 'source', 'target'];
const churning = { ...often, interval: '30s', jitter: 20, 'churn.share': 100 };
const { stack, reaper, prometheus } = stackWithReaper(churning);
const replicas = async (workload: string) =>
  Number(await reaper.kubectl('get', `deploy/${workload}`, '-o', 'jsonpath={.spec.replicas}'));

test('it may patch and scale its own three Deployments now, and nothing else beside', async () => {
  expect(await reaper.allowed('continuous-load')).toEqual(
    [
      ...alwaysAllowed,
      ...workloads.flatMap((name) => [
        `deployments.apps ${name} [patch]`,
        `deployments.apps/scale ${name} [get patch]`,
      ]),
      'pods [get list]',
      'pods/eviction [create]',
    ].sort(),
  );
});

test(
  'rolling restarts and scalings cost no probe, tell nobody, and leave what they found',
  async () => {
    const fromMs = Date.now();
    const over = () => reaper.told(/has recovered from (restart|scale) after/, fromMs);
    await eventually(
      'five churns of both kinds, over',
      { withinMs: minutes(12), everyMs: 5_000 },
      async () => {
        const lines = (await over()).map(({ line }) => line);
        expect(lines.length).toBeGreaterThanOrEqual(5);
        for (const mode of ['restart', 'scale'])
          expect(lines.some((line) => line.includes(`from ${mode} `))).toBe(true);
      },
    );
    for (const { line } of await over())
      report('churn', line.replace(/^.*chaos: /, '').replace(/" source.*/, ''));
    // the last is over: none begins any more
    await reaper.halt(true);
    const untilMs = Date.now();
    const losses = await lossesBetween(prometheus, fromMs, untilMs);
    const stalls = await inStalls(prometheus, losses);
    report('lost probes', inWords(losses));
    report('of them while the machine stood still', inWords(stalls));
    expect(inWords(losses.filter((loss) => !stalls.includes(loss)))).toBe('none');
    onlyExpectedWasNotified(stack.lab);

    const reasons = new Set((await reaper.events()).map(({ reason }) => reason));
    expect([...reasons]).toEqual(expect.arrayContaining(['ChaosRestarted', 'ChaosScaled']));
    const counted = await prometheus.vector(
      `sum by (mode) (last_over_time(${chaosKillsTotal}{kind="workload"}[10m]))`,
    );
    report('counted', JSON.stringify(counted.map(({ metric, value }) => [metric['mode'], value])));
    for (const mode of ['restart', 'scale'])
      expect(counted.find(({ metric }) => metric['mode'] === mode)?.value ?? 0).toBeGreaterThan(0);
    const [slowest] = await prometheus.vector(
      `max(histogram_quantile(0.9, sum by (workload) (${chaosRecovery}{mode=~"restart|scale"})))`,
    );
    report('duration p90 of the slowest workload', seconds(slowest?.value ?? 0));
  },
  minutes(15),
);

test(
  'the program owns the replicas even so: the next up sets others without a conflict',
  async () => {
    await reaper.halt(false);
    await eventually('nothing is under way', { withinMs: minutes(4) }, async () => {
      expect(await Promise.all(workloads.map(replicas))).toEqual([2, 2, 2]);
    });
    await reaper.halt(true);
    await stack.up(...flags(churning), '--set', 'podinfo.replicas=3');
    expect(await Promise.all(['source', 'target'].map(replicas))).toEqual([3, 3]);
    await stack.up(...flags(churning));
    expect(await Promise.all(['source', 'target'].map(replicas))).toEqual([2, 2]);
  },
  minutes(15),
);

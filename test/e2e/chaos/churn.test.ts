import { madeByLabel, objectNames } from '../../../scenarios/chaos-objects';
import { chaosKillsTotal, chaosRecovery } from '../../../signals/metrics';
import { onlyExpectedWasNotified } from '../support/expected';
import { killReaper } from './reaper-process';
import { eventually, report, seconds } from '../support/wait';
import { alwaysAllowed, flags, minutes, noneLost, often, stackWithReaper } from './reaper';

const workloads = ['echo', 'source', 'target'];
const modes = ['restart', 'scale', 'services', 'routes'];
const churning = {
  ...often,
  interval: '30s',
  jitter: 20,
  'churn.share': 100,
  'churn.modes': JSON.stringify(modes),
};
/** Routes are made at the gateway of this path. */
const gateway = ['--set', 'paths.ingress.enabled=true'];
const { stack, reaper, prometheus } = stackWithReaper(churning, gateway);
const own = async () => {
  const found = await reaper.kubectl('get', 'services,httproutes', '-l', madeByLabel, '-o', 'name');
  return found.split('\n').filter((line) => line !== '');
};
const replicas = async (workload: string) =>
  Number(await reaper.kubectl('get', `deploy/${workload}`, '-o', 'jsonpath={.spec.replicas}'));

test('it may patch and scale its own three Deployments, and remove what it makes, and nothing else beside', async () => {
  expect(await reaper.allowed('continuous-load')).toEqual(
    [
      ...alwaysAllowed,
      ...workloads.flatMap((name) => [
        `deployments.apps ${name} [patch]`,
        `deployments.apps/scale ${name} [get patch]`,
      ]),
      ...(['services', 'routes'] as const).flatMap((mode) => {
        const kind = { services: 'services', routes: 'httproutes.gateway.networking.k8s.io' }[mode];
        return [`${kind} [list create]`, ...objectNames(mode).map((name) => `${kind} ${name} [delete]`)];
      }),
      'pods [get list]',
      'pods/eviction [create]',
    ].sort(),
  );
});

test(
  'restarts, scalings, Services and routes cost no probe, tell nobody, and leave what they found',
  async () => {
    const fromMs = Date.now();
    const over = () => reaper.told(/has recovered from \w+ after/, fromMs);
    await eventually(
      'eight churns, some of each mode, over',
      { withinMs: minutes(12), everyMs: 5_000 },
      async () => {
        const lines = (await over()).map(({ line }) => line);
        expect(lines.length).toBeGreaterThanOrEqual(8);
        for (const mode of modes) expect(lines.some((line) => line.includes(`from ${mode} `))).toBe(true);
      },
    );
    for (const { line } of await over())
      report('churn', line.replace(/^.*chaos: /, '').replace(/" source.*/, ''));
    // the last is over: none begins any more
    await reaper.halt(true);
    await eventually('nothing of its own is left', { withinMs: 30_000 }, async () => {
      expect(await own()).toEqual([]);
    });
    await noneLost({ stack, reaper }, fromMs);
    onlyExpectedWasNotified(stack.lab);

    const reasons = new Set((await reaper.events()).map(({ reason }) => reason));
    expect([...reasons]).toEqual(
      expect.arrayContaining(['ChaosRestarted', 'ChaosScaled', 'ChaosServices', 'ChaosRoutes']),
    );
    const counted = await prometheus.vector(
      `sum by (mode) (last_over_time(${chaosKillsTotal}{kind=~"workload|object"}[10m]))`,
    );
    report('counted', JSON.stringify(counted.map(({ metric, value }) => [metric['mode'], value])));
    for (const mode of modes)
      expect(counted.find(({ metric }) => metric['mode'] === mode)?.value ?? 0).toBeGreaterThan(0);
    const [slowest] = await prometheus.vector(
      `max(histogram_quantile(0.9, sum by (workload) (${chaosRecovery}{mode=~"${modes.join('|')}"})))`,
    );
    report('duration p90 of the slowest workload', seconds(slowest?.value ?? 0));
  },
  minutes(15),
);

test(
  'what a reaper made that is killed is removed by the next one',
  async () => {
    await reaper.halt(false);
    await eventually('ten of its own', { withinMs: minutes(6), everyMs: 500 }, async () => {
      expect(await own()).toHaveLength(10);
    });
    const fromMs = Date.now();
    killReaper(stack.lab);
    await eventually('none is left', { withinMs: minutes(2), everyMs: 500 }, async () => {
      expect(await own()).toEqual([]);
    });
    report('kill of the reaper → nothing of its own is left', seconds(Date.now() - fromMs));
    await reaper.halt(true);
  },
  minutes(9),
);

test(
  'the program owns the replicas even so: the next up sets others without a conflict',
  async () => {
    await reaper.halt(false);
    await eventually('nothing is under way', { withinMs: minutes(4) }, async () => {
      expect(await Promise.all(workloads.map(replicas))).toEqual([2, 2, 2]);
    });
    await reaper.halt(true);
    await stack.up(...flags(churning), ...gateway, '--set', 'podinfo.replicas=3');
    expect(await Promise.all(['source', 'target'].map(replicas))).toEqual([3, 3]);
    await stack.up(...flags(churning), ...gateway);
    expect(await Promise.all(['source', 'target'].map(replicas))).toEqual([2, 2]);
  },
  minutes(15),
);

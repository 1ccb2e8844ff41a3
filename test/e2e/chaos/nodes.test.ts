import { cordonAnnotation } from '../../../scenarios/chaos-nodes';
import { chaosKillsTotal } from '../../../signals/metrics';
import { onlyExpectedWasNotified } from '../support/expected';
import { list } from '../support/kubernetes';
import { eventually, report, seconds, until } from '../support/wait';
import { alwaysAllowed, minutes, noneLost, often, stackWithReaper } from './reaper';
import { killReaper } from './reaper-process';

const { stack, reaper, prometheus } = stackWithReaper({
  ...often,
  interval: '30s',
  jitter: 20,
  'nodes.share': 100,
});
const nodes = () => list(stack, 'nodes');
const cordoned = async () =>
  (await nodes()).filter(({ spec }) => spec.unschedulable === true).map(({ metadata }) => metadata.name);
/** The next drain, from its first pod that goes. */
const nextDrain = async () => {
  const fromMs = Date.now();
  await reaper.first(/chaos: drained /, fromMs, minutes(3));
  const [name = ''] = await cordoned();
  return name;
};

beforeAll(async () => {
  await reaper.nodesOptIn(true);
}, minutes(1));

afterAll(async () => {
  await reaper.nodesOptIn(false);
  await stack.kubectl('uncordon', ...(await nodes()).map(({ metadata }) => metadata.name));
}, minutes(1));

test('it may list and patch nodes now, tell of them, and nothing else beside', async () => {
  const onNodes = 'nodes [list patch]';
  expect(await reaper.allowed('continuous-load')).toEqual(
    [...alwaysAllowed, onNodes, 'pods [get list]', 'pods/eviction [create]'].sort(),
  );
  expect(await reaper.allowed('default')).toEqual(['events [create]', onNodes]);
  expect(await reaper.allowed('monitoring')).toEqual([onNodes]);
});

test(
  'nodes are drained while probes run: none is lost, each node is emptied of what may go, and given back',
  async () => {
    const fromMs = Date.now();
    const over = () => reaper.told(/node\d+ has recovered from drain after/, fromMs);
    await eventually('three drains, over', { withinMs: minutes(8), everyMs: 3_000 }, async () => {
      expect((await over()).length).toBeGreaterThanOrEqual(3);
    });
    await reaper.halt(true);
    for (const { line } of await over()) report('drain', line.replace(/^.*chaos: |" source.*$/g, ''));
    const evicted = await reaper.told(/chaos: drained /, fromMs);
    report('pods that left their node', evicted.length);
    await noneLost({ stack, reaper }, fromMs);
    onlyExpectedWasNotified(stack.lab);

    await eventually('no node is cordoned', { withinMs: 10_000 }, async () => {
      expect(await cordoned()).toEqual([]);
    });
    expect(JSON.stringify(await nodes())).not.toContain(cordonAnnotation);
    expect((await reaper.told(/uncordoned node\d+: drained/, fromMs)).length).toBeGreaterThanOrEqual(3);
    expect((await reaper.told(/not done in time/, fromMs)).length).toBe(0);
    const onNodes = (await list(stack, '-n', 'default', 'events')) as unknown as {
      reason: string;
      involvedObject: { kind: string };
    }[];
    expect(
      onNodes.filter(
        ({ reason, involvedObject }) => reason === 'ChaosDrained' && involvedObject.kind === 'Node',
      ).length,
    ).toBeGreaterThanOrEqual(3);
    const told = (await reaper.events()).filter(
      ({ reason, on }) => reason === 'ChaosDrained' && /^Pod/.test(on),
    );
    expect(told.length).toBeGreaterThanOrEqual(evicted.length - 1);
    const [counted] = await prometheus.vector(
      `sum(last_over_time(${chaosKillsTotal}{kind="node",mode="drain"}[10m]))`,
    );
    expect(counted?.value ?? 0).toBeGreaterThanOrEqual(3);
  },
  minutes(11),
);

test(
  'a node is given back within five seconds of the switch, and by a reaper that ends',
  async () => {
    await reaper.halt(false);
    const name = await nextDrain();
    const thrownMs = Date.now();
    await reaper.halt(true);
    const given = await reaper.first(/uncordoned node\d+: (held back|drained)/, thrownMs - 500, 15_000);
    report(`switch → ${name} given back`, seconds(given.timeMs - thrownMs));
    expect(given.timeMs - thrownMs).toBeLessThanOrEqual(5_000);
    expect(await cordoned()).toEqual([]);

    await reaper.halt(false);
    const next = await nextDrain();
    const fromMs = Date.now();
    await reaper.kubectl('delete', 'pod', '-l', 'app.kubernetes.io/name=chaos-reaper', '--wait=false');
    await eventually('the node is given back', { withinMs: 30_000, everyMs: 500 }, async () => {
      expect(await cordoned()).toEqual([]);
    });
    report(`end of the reaper → ${next || 'a node'} given back`, seconds(Date.now() - fromMs));
  },
  minutes(12),
);

test(
  'a reaper that is killed leaves its node to the next one, which ends what was begun',
  async () => {
    const name = await nextDrain();
    const fromMs = Date.now();
    killReaper(stack.lab);
    await eventually('the node is given back', { withinMs: minutes(2), everyMs: 500 }, async () => {
      expect(await cordoned()).toEqual([]);
    });
    report(`kill of the reaper → ${name || 'a node'} given back`, seconds(Date.now() - fromMs));
    await until(fromMs + 5_000);
    onlyExpectedWasNotified(stack.lab);
  },
  minutes(8),
);

import {
  type Churn,
  type ChurnMode,
  drawMode,
  progress,
  restartChange,
  scaleChange,
} from '../../scenarios/chaos-churn';
import { stateAnnotation } from '../../scenarios/chaos-lease';
import { Reaper } from '../../scenarios/chaos-reaper';
import { resumedState } from '../../scenarios/chaos-state';
import { podOf } from '../../scenarios/chaos-victims';
import {
  configWith,
  counted,
  deploymentPod,
  FakeCluster,
  run,
  seeded,
  turnMs,
  well,
} from './support/fake-cluster';

const hour = 3_600_000;
const workloads = ['source', 'target', 'echo'].map((name) => `continuous-load/${name}`);
const often = (modes: readonly ChurnMode[], percent = 100, deployments = workloads) =>
  configWith({
    intervalMs: 120_000,
    minAgeMs: 10_000,
    maxPerHour: 60,
    maxPerWorkloadPerHour: 60,
    churn: { percent, modes, deployments },
  });

describe('a whole life', () => {
  it('restarts and scales every workload, each is told, counted and over before the next begins', () => {
    const cluster = new FakeCluster(seeded(1));
    const config = often(['restart', 'scale']);
    const found = run(cluster, new Reaper(config, cluster.world('a')), 4 * hour);
    const kills = counted(cluster, 'kill');
    expect(kills.length).toBeGreaterThan(40);
    expect(new Set(kills).size).toBe(6);
    expect(cluster.done).toEqual([]);
    expect(counted(cluster, 'recovery').length).toBeGreaterThanOrEqual(kills.length - 1);
    expect(cluster.events).toEqual(
      kills.map((line) => line.replace(/^kill (\w+) continuous-load\/(\w+)$/, '$1 $2')),
    );
    expect(found).not.toContain('unrecovered');
    // up and back by turns, and nothing in between
    const scalings = cluster.changes.filter((line) => line.startsWith('scale'));
    const [first, second] = [scalings.slice(0, -1), scalings.slice(1)];
    expect(first.filter((_, index) => index % 2 === 0)).toEqual(
      first
        .map((line, index) => [line, second[index] ?? ''] as const)
        .filter((_, index) => index % 2 === 0)
        .map(([up, back]) => up.replace(/\d+$/, String(Number(back.split(' ')[2]) + 1))),
    );
    expect(scalings.length).toBeGreaterThan(20);
  });

  it('takes only the Deployments that are named, and kills the rest of the time', () => {
    const cluster = new FakeCluster(seeded(2));
    const config = often(['restart'], 50, ['continuous-load/echo']);
    run(cluster, new Reaper(config, cluster.world('a')), 4 * hour);
    expect(new Set(cluster.changes)).toEqual(new Set(['restart echo']));
    expect(new Set(cluster.done.map(({ mode }) => mode))).toEqual(new Set(['evict']));
    expect(cluster.done.length).toBeGreaterThan(15);
  });

  it('a dry run changes nothing', () => {
    const cluster = new FakeCluster(seeded(3));
    const config = { ...often(['restart', 'scale']), dryRun: true };
    run(cluster, new Reaper(config, cluster.world('a', config)), 2 * hour);
    expect(cluster.changes).toEqual([]);
    expect(counted(cluster, 'kill')).toEqual([]);
    expect(counted(cluster, 'spared').length).toBeGreaterThan(20);
  });
});

/** A reaper in the middle of a scaling: the replica was added a turn ago. */
function scaling(seed: number) {
  const cluster = new FakeCluster(seeded(seed));
  const config = often(['scale']);
  const reaper = new Reaper(config, cluster.world('a'));
  for (let turn = 0; turn < 1000 && cluster.changes.length === 0; turn += 1) run(cluster, reaper, turnMs);
  const [, name = '', up = ''] = cluster.changes[0]?.split(' ') ?? [];
  return { cluster, config, reaper, name, before: Number(up) - 1 };
}

describe('a scaling that is interrupted', () => {
  it('is ended by the next reaper', () => {
    const { cluster, config, name, before } = scaling(4);
    run(cluster, new Reaper(config, cluster.world('a')), 60_000);
    expect(cluster.changes.slice(0, 2)).toEqual([`scale ${name} ${before + 1}`, `scale ${name} ${before}`]);
    expect(cluster.replicas[name]).toBe(before);
  });

  it.each<[string, (cluster: FakeCluster) => void]>([
    ['a page', (cluster) => (cluster.signals = { ...well, pages: 1 })],
    ['the switch', (cluster) => (cluster.halted = 'true')],
    ['lost probes', (cluster) => (cluster.signals = { ...well, lost: 2 })],
  ])('keeps its replica while %s holds, and gives it back afterwards', (_, hold) => {
    const { cluster, reaper, name, before } = scaling(5);
    hold(cluster);
    run(cluster, reaper, 600_000);
    expect(cluster.replicas[name]).toBe(before + 1);
    Object.assign(cluster, { halted: 'false', signals: well });
    run(cluster, reaper, 60_000);
    expect(cluster.changes[1]).toBe(`scale ${name} ${before}`);
  });

  it('is given back after more than an hour too, also by another reaper', () => {
    for (const later of ['a', 'b']) {
      const { cluster, config, reaper, name, before } = scaling(5);
      cluster.signals = { ...well, budget: 0.1 };
      run(cluster, reaper, 1.2 * hour);
      expect(cluster.replicas[name]).toBe(before + 1);
      cluster.signals = well;
      run(cluster, later === 'a' ? reaper : new Reaper(config, cluster.world(later)), 60_000);
      expect(cluster.changes[1]).toBe(`scale ${name} ${before}`);
    }
  });

  it('is ended by a dry run too, which begins none', () => {
    const { cluster, config, name, before } = scaling(5);
    const dry = { ...config, dryRun: true };
    run(cluster, new Reaper(dry, cluster.world('a', dry)), hour);
    expect(cluster.changes.slice(1)).toEqual([`scale ${name} ${before}`]);
  });

  it('leaves what somebody else has set meanwhile', () => {
    const { cluster, reaper, name } = scaling(6);
    cluster.replicas[name] = 7;
    run(cluster, reaper, 60_000);
    expect(cluster.replicas[name]).toBe(7);
    expect(cluster.log.join('\n')).toMatch(/scaled by somebody else meanwhile/);
  });

  it('is left when scaling was switched off, with the permission', () => {
    const { cluster, name, before } = scaling(12);
    run(cluster, new Reaper(often(['restart']), cluster.world('a')), 20_000);
    expect(cluster.replicas[name]).toBe(before + 1);
    expect(cluster.log.join('\n')).toMatch(/may not be scaled any more/);
  });

  it('goes back without a new pod that gets ready, as there may be no room', () => {
    const cluster = new FakeCluster(seeded(7));
    cluster.stuck = true;
    const found = run(cluster, new Reaper(often(['scale']), cluster.world('a')), 600_000);
    const [up = '', back = ''] = cluster.changes;
    expect(Number(up.split(' ')[2]) - Number(back.split(' ')[2])).toBe(1);
    expect(found).not.toContain('unrecovered');
  });
});

test('a restart that never comes to its end stops everything', () => {
  const cluster = new FakeCluster(seeded(8));
  cluster.stuck = true;
  const found = run(cluster, new Reaper(often(['restart']), cluster.world('a')), 40 * 60_000);
  expect(cluster.changes).toHaveLength(1);
  expect(found.at(-1)).toBe('unrecovered');
});

test('a request that failed on its way is forgotten when the workload is as it was', () => {
  const cluster = new FakeCluster(seeded(9));
  const reaper = new Reaper(often(['restart']), cluster.world('a'));
  cluster.fault = { at: 'before' };
  run(cluster, reaper, 300_000);
  cluster.fault = undefined;
  expect(run(cluster, reaper, 900_000)).not.toContain('unrecovered');
  expect(cluster.changes.length).toBeGreaterThan(0);
});

describe('progress', () => {
  const atMs = Date.UTC(2026, 10, 22);
  const pod = (name: string, template: string, ready = true, ending = false) => {
    const raw = deploymentPod('source', name, atMs, template);
    raw.status!.conditions![0]!.status = ready ? 'True' : 'False';
    if (ending) raw.metadata.deletionTimestamp = new Date(atMs).toISOString();
    return podOf(raw);
  };
  const churn = (changes: Partial<Churn>): Churn => ({
    mode: 'restart',
    atMs,
    workload: 'continuous-load/source',
    readyBefore: 2,
    ...(changes.mode === 'scale' ? {} : { template: 'old' }),
    ...changes,
  });
  const old = [pod('a', 'old'), pod('b', 'old')];
  const made = [pod('c', 'new'), pod('d', 'new')];

  it.each<[string, Partial<Churn>, ReturnType<typeof pod>[], number, string]>([
    ['both are old yet', {}, old, 30_000, 'open'],
    ['both are still old after a minute', {}, old, 61_000, 'never'],
    ['one of each, after a minute', {}, [old[0]!, made[0]!], 61_000, 'open'],
    ['an old one ends', {}, [...made, pod('a', 'old', false, true)], 61_000, 'open'],
    ['a new one is not ready', {}, [made[0]!, pod('d', 'new', false)], 20_000, 'open'],
    ['there are too few', {}, [made[0]!], 20_000, 'open'],
    ['all are new', {}, made, 20_000, 'over'],
    ['no third one yet', { mode: 'scale', replicas: 2 }, old, 30_000, 'open'],
    [
      'a third one that is not ready',
      { mode: 'scale', replicas: 2 },
      [...old, pod('c', 'old', false)],
      30_000,
      'open',
    ],
    ['a third one', { mode: 'scale', replicas: 2 }, [...old, pod('c', 'old')], 30_000, 'back'],
    ['none after two minutes', { mode: 'scale', replicas: 2 }, old, 121_000, 'back'],
    ['the third one ends', { mode: 'scale' }, [...old, pod('c', 'old', true, true)], 130_000, 'open'],
    ['two again', { mode: 'scale' }, old, 130_000, 'over'],
  ])('%s', (_, changes, pods, tookMs, expected) => {
    expect(progress(churn(changes), pods, atMs + tookMs)).toBe(expected);
  });
});

test('nothing is drawn where there is neither churn nor drains, and each mode is as likely as the other', () => {
  const never = () => {
    throw new Error('drawn');
  };
  const none = { share: 0, modes: [] };
  expect(drawMode({ churn: none, drainShare: 0 }, never)).toBeUndefined();
  const random = seeded(10);
  const drawn = Array.from({ length: 2000 }, () =>
    drawMode({ churn: { share: 0.5, modes: ['restart', 'scale'] }, drainShare: 0.2 }, random),
  );
  for (const [mode, share] of [
    ['restart', 0.25],
    ['scale', 0.25],
    ['drain', 0.2],
    [undefined, 0.3],
  ] as const)
    expect(Math.abs(drawn.filter((one) => one === mode).length / 2000 - share)).toBeLessThan(0.04);
});

test('what is asked is a merge patch of one field', () => {
  expect(restartChange('shop/cart', 0, false)).toEqual({
    path: '/apis/apps/v1/namespaces/shop/deployments/cart?fieldManager=chaos-reaper',
    body: {
      spec: {
        template: {
          metadata: { annotations: { 'chaos.continuous-load/restarted-at': '1970-01-01T00:00:00.000Z' } },
        },
      },
    },
  });
  expect(scaleChange({ workload: 'shop/cart', replicas: 3, resourceVersion: '9' }, true)).toEqual({
    path: '/apis/apps/v1/namespaces/shop/deployments/cart/scale?fieldManager=chaos-reaper&dryRun=All',
    body: { metadata: { resourceVersion: '9' }, spec: { replicas: 3 } },
  });
});

test('a churn is remembered over a restart', () => {
  const { cluster, config } = scaling(11);
  const text = cluster.lease?.metadata.annotations?.[stateAnnotation];
  const state = resumedState(text, cluster.nowMs, config, seeded(1));
  expect(state.blockedUntilMs).toBe(0);
  expect(state.kills).toEqual([expect.objectContaining({ mode: 'scale', recovered: false })]);
  expect(state.kills[0]?.replicas).toBeGreaterThan(1);
});

import fc from 'fast-check';
import { guards } from '../../scenarios/chaos-guards';
import { stateAnnotation } from '../../scenarios/chaos-lease';
import { Reaper } from '../../scenarios/chaos-reaper';
import type { ChaosState } from '../../scenarios/chaos-state';
import { readyOf } from '../../scenarios/chaos-victims';
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
/** Often enough that some hundred turns see many kills. */
const often = configWith({
  intervalMs: 60_000,
  minAgeMs: 10_000,
  maxPerHour: 60,
  maxPerWorkloadPerHour: 60,
  killPercent: 50,
});

test('kills come about once an interval, of every workload and both modes, and all are told and recovered from', () => {
  const cluster = new FakeCluster(seeded(1));
  run(cluster, new Reaper(often, cluster.world('a')), 2 * hour);
  expect(cluster.done.length).toBeGreaterThan(90);
  expect(cluster.done.length).toBeLessThanOrEqual(120);
  expect(new Set(cluster.done.map(({ pod, mode }) => `${pod.workload} ${mode}`)).size).toBe(6);
  expect(counted(cluster, 'kill')).toEqual(
    cluster.done.map(({ mode, pod }) => `kill ${mode} ${pod.workload}`),
  );
  expect(cluster.events).toEqual(cluster.done.map(({ mode, pod }) => `${mode} ${pod.name}`));
  expect(counted(cluster, 'recovery').length).toBeGreaterThanOrEqual(cluster.done.length - 1);
  // zeros of a workload come before anything else of it
  for (const workload of ['source', 'target', 'echo'])
    expect(cluster.counts.find((line) => line.includes(`/${workload}`))).toBe(
      `zeros continuous-load/${workload}`,
    );
});

test.each(['Failed', 'Succeeded'])(
  'a pod that has ended for good (%s) and stays listed is no pod',
  (phase) => {
    const cluster = new FakeCluster(seeded(1));
    for (const workload of ['source', 'target', 'echo']) {
      const left = deploymentPod(workload, 'left', cluster.nowMs - hour);
      cluster.raw.push({ ...left, status: { phase, conditions: [{ type: 'Ready', status: 'False' }] } });
    }
    run(cluster, new Reaper(often, cluster.world('a')), 2 * hour);
    expect(cluster.done.length).toBeGreaterThan(90);
    expect(counted(cluster, 'recovery').length).toBeGreaterThanOrEqual(cluster.done.length - 1);
    expect(cluster.events.filter((line) => line.endsWith('-left'))).toEqual([]);
  },
);

/** Kills that the memory holds. */
function stateOf(cluster: FakeCluster): ChaosState['kills'] {
  const text = cluster.lease?.metadata.annotations?.[stateAnnotation] ?? '';
  return (JSON.parse(text) as ChaosState).kills;
}

describe('a calendar that is set back by an hour', () => {
  it('keeps nobody from renewing the Lease, and nothing from being seen', () => {
    const cluster = new FakeCluster(seeded(1));
    const reaper = new Reaper(often, cluster.world('a'));
    run(cluster, reaper, 60_000);
    cluster.offMs = -hour;
    const before = cluster.lease?.metadata.resourceVersion;
    const zeros = counted(cluster, 'zeros').length;
    cluster.raw.push(deploymentPod('late', 'one', cluster.nowMs));
    run(cluster, reaper, 40_000);
    expect(Number(cluster.lease?.metadata.resourceVersion) - Number(before)).toBeGreaterThanOrEqual(5);
    expect(counted(cluster, 'zeros').slice(zeros)).toEqual(['zeros continuous-load/late']);
  });

  it('makes no fault last longer', () => {
    const cluster = new FakeCluster(seeded(11));
    const reaper = new Reaper(often, cluster.world('a'));
    cluster.fault = { at: 'before' };
    for (let turn = 0; turn < 1000 && run(cluster, reaper, turnMs)[0] !== 'fault'; turn += 1);
    cluster.fault = undefined;
    cluster.offMs = -hour;
    expect(run(cluster, reaper, 306_000).at(-1)).not.toBe('fault');
  });

  it('lets another reaper take over from one that is silent in its time', () => {
    const cluster = new FakeCluster(seeded(3));
    run(cluster, new Reaper(often, cluster.world('a')), 60_000);
    const other = new Reaper(often, cluster.world('b'));
    run(cluster, other, 10_000);
    cluster.offMs = -hour;
    run(cluster, other, 60_000);
    expect(cluster.lease?.spec.holderIdentity).toBe('b');
  });
});

/** What may go wrong between two turns. */
const happenings = fc.constantFrom(
  'nothing',
  'nothing',
  'nothing',
  'crash',
  'other reaper',
  'switch',
  'page',
  'prometheus gone',
  'budget low',
  'lost probes',
  'fault before',
  'fault after',
  'budget keeps',
  'all well',
);

test('whatever happens, no cap is passed, no kill follows another too soon, and none is made while something holds', () => {
  const limits = configWith({
    intervalMs: 120_000,
    jitterPercent: 50,
    minAgeMs: 30_000,
    maxPerHour: 12,
    maxPerWorkloadPerHour: 5,
    killPercent: 30,
  });
  let kills = 0;
  fc.assert(
    fc.property(fc.integer(), fc.array(happenings, { minLength: 50, maxLength: 50 }), (seed, story) => {
      const cluster = new FakeCluster(seeded(seed));
      let names = 0;
      const started = () => new Reaper(limits, cluster.world(`reaper-${names}`));
      let reapers = [started()];
      for (const happening of story) {
        if (happening === 'crash') reapers = [started()];
        if (happening === 'other reaper') {
          names += 1;
          reapers = [...reapers.slice(-1), started()];
        }
        if (happening === 'switch') cluster.halted = cluster.halted === 'false' ? 'true' : 'false';
        if (happening === 'page') cluster.signals = { ...well, pages: 1 };
        if (happening === 'prometheus gone') cluster.signals = undefined;
        if (happening === 'budget low') cluster.signals = { ...well, budget: 0.2 };
        if (happening === 'lost probes') cluster.signals = { ...well, lost: 3 };
        if (happening === 'fault before') cluster.fault = { at: 'before' };
        if (happening === 'fault after') cluster.fault = { at: 'after' };
        if (happening === 'budget keeps') cluster.budget = 'keeps';
        if (happening === 'all well') {
          Object.assign(cluster, { halted: 'false', signals: well, fault: undefined, budget: 'allows' });
        }
        for (let turn = 0; turn < 60; turn += 1) {
          for (const reaper of reapers) reaper.check();
          cluster.advance(turnMs);
        }
      }
      cluster.done.forEach(({ atMs, pod, pods, halted, signals }, index) => {
        const before = cluster.done.slice(0, index);
        const inHour = before.filter((other) => other.atMs > atMs - hour);
        expect(inHour.length).toBeLessThan(12);
        expect(inHour.filter((other) => other.pod.workload === pod.workload).length).toBeLessThan(5);
        expect(atMs - (before.at(-1)?.atMs ?? 0)).toBeGreaterThanOrEqual(60_000);
        expect([halted, signals]).toEqual(['false', well]);
        expect(readyOf(pods, pod.workload)).toBeGreaterThan(1);
        expect(atMs - pod.createdMs).toBeGreaterThanOrEqual(30_000);
        for (const other of pods.filter(({ workload }) => workload === pod.workload))
          expect([other.ready, other.ending]).toEqual([true, false]);
      });
      kills += cluster.done.length;
    }),
    { seed: 20261121, numRuns: 20 },
  );
  // the property says nothing unless there were kills
  expect(kills).toBeGreaterThan(80);
});

test('a reaper that starts again goes on with the time that was drawn, and makes up for nothing', () => {
  const cluster = new FakeCluster(seeded(5));
  run(cluster, new Reaper(often, cluster.world('a')), 600_000);
  const before = cluster.done.length;
  cluster.advance(6 * hour);
  const again = new Reaper(often, cluster.world('a'));
  run(cluster, again, 28_000);
  expect(cluster.done).toHaveLength(before);
  run(cluster, again, 120_000);
  expect(cluster.done.length).toBeGreaterThan(before);
});

test('a recovery whose end no reaper saw is not timed', () => {
  const cluster = new FakeCluster(seeded(17));
  const first = new Reaper(often, cluster.world('a'));
  for (let turn = 0; turn < 300 && cluster.done.length === 0; turn += 1) run(cluster, first, turnMs);
  expect(cluster.done).toHaveLength(1);
  cluster.advance(600_000);
  run(cluster, new Reaper(often, cluster.world('b')), 20_000);
  expect(counted(cluster, 'recovery')).toEqual([]);
  expect(cluster.log.join('\n')).toMatch(/has recovered from \w+ of [\w-]+, unseen/);
});

test('after a time in which something held, no kill comes at once', () => {
  const cluster = new FakeCluster(seeded(6));
  const reaper = new Reaper(often, cluster.world('a'));
  cluster.halted = 'true';
  run(cluster, reaper, hour);
  cluster.halted = 'false';
  const free = run(cluster, reaper, 10_000);
  expect(free).toEqual(free.map(() => 'none'));
  // a kill that came due in the meantime was drawn anew, from then on
  expect(cluster.done).toEqual([]);
  run(cluster, reaper, 120_000);
  expect(cluster.done.length).toBeGreaterThan(0);
});

test('a memory that cannot be read stops kills for an hour', () => {
  const cluster = new FakeCluster(seeded(7));
  run(cluster, new Reaper(often, cluster.world('a')), 10_000);
  cluster.lease!.metadata.annotations![stateAnnotation] = '{"kills": "many"}';
  expect(new Set(run(cluster, new Reaper(often, cluster.world('a')), hour - turnMs))).toEqual(
    new Set(['fault']),
  );
  expect(cluster.done).toEqual([]);
});

test('two reapers: one acts, the other waits for the lease and takes it when its holder is silent', () => {
  const cluster = new FakeCluster(seeded(8));
  const first = new Reaper(often, cluster.world('first'));
  const second = new Reaper(often, cluster.world('second'));
  for (let turn = 0; turn < 600; turn += 1) {
    first.check();
    expect(second.check()).toBe('lease');
    cluster.advance(turnMs);
  }
  expect(new Set(cluster.done.map(({ by }) => by))).toEqual(new Set(['first']));
  const silent = run(cluster, second, 20_000);
  expect(silent.slice(0, 5)).toEqual(Array(5).fill('lease'));
  expect(silent.at(-1)).toBe('none');
  expect(cluster.lease?.spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
  expect(first.check()).toBe('lease');
});

test('the switch thrown between the choice and the kill saves the pod', () => {
  const cluster = new FakeCluster(seeded(9));
  const world = cluster.world('a');
  let reads = 0;
  const reaper = new Reaper(often, {
    ...world,
    // on at the turn's beginning, thrown when it is looked at again right before the kill
    halted: () => ((reads += 1) % 2 === 0 ? 'true' : 'false'),
  });
  for (let turn = 0; turn < 300; turn += 1) {
    reads = 0;
    reaper.check();
    cluster.advance(turnMs);
  }
  expect(cluster.done).toEqual([]);
  expect(counted(cluster, 'check')).toContain('check switch');
});

test('a process that stood still between its lease and its kill does not kill', () => {
  const cluster = new FakeCluster(seeded(10));
  const world = cluster.world('a');
  const reaper = new Reaper(often, {
    ...world,
    writeLease: (lease) => {
      const written = world.writeLease(lease);
      if (lease.metadata.annotations?.[stateAnnotation]?.includes('"recovered":false'))
        cluster.advance(9_000);
      return written;
    },
  });
  run(cluster, reaper, 300_000);
  expect(cluster.done).toEqual([]);
});

test('a fault of its own holds it back for five minutes', () => {
  const cluster = new FakeCluster(seeded(11));
  const world = cluster.world('a');
  let broken = false;
  const pods = () => {
    if (broken) throw new Error('GET pods: 500');
    return world.pods('');
  };
  const reaper = new Reaper(often, { ...world, pods });
  run(cluster, reaper, 30_000);
  broken = true;
  run(cluster, reaper, 120_000);
  expect(cluster.log.join('\n')).toMatch(/fault, no kill for some minutes: Error: GET pods: 500/);
  broken = false;
  const kills = cluster.done.length;
  const held = run(cluster, reaper, 240_000);
  expect(new Set(held)).toEqual(new Set(['fault']));
  expect(cluster.done).toHaveLength(kills);
  expect(run(cluster, reaper, 120_000).at(-1)).toBe('none');
});

test('a workload that does not recover stops everything', () => {
  const cluster = new FakeCluster(seeded(12));
  cluster.stuck = true;
  const found = run(cluster, new Reaper(often, cluster.world('a')), 40 * 60_000);
  // one each at most: a workload that is not whole is no victim
  expect(cluster.done.length).toBeLessThanOrEqual(3);
  expect(found.at(-1)).toBe('unrecovered');
  expect(counted(cluster, 'recovery')).toEqual([]);
});

test('a workload that does not recover stops everything for longer than an hour', () => {
  const cluster = new FakeCluster(seeded(7));
  cluster.stuck = true;
  const reaper = new Reaper(often, cluster.world('a'));
  run(cluster, reaper, 600_000);
  const { length } = cluster.done;
  expect(new Set(run(cluster, reaper, 2 * hour))).toEqual(new Set(['unrecovered']));
  expect(cluster.done).toHaveLength(length);
});

test('a workload that somebody made smaller holds everything for an hour, and is taken as it is then', () => {
  const cluster = new FakeCluster(seeded(8));
  const reaper = new Reaper(often, cluster.world('a'));
  for (let turn = 0; turn < 1000 && cluster.done.length === 0; turn += 1) run(cluster, reaper, turnMs);
  const [{ pod }] = cluster.done as [(typeof cluster.done)[number]];
  cluster.raw = cluster.raw.filter(
    ({ metadata }) => !metadata.name.startsWith(pod.name.replace(/-[^-]*$/, '')) || metadata.uid === pod.uid,
  );
  cluster.raw.push(deploymentPod(pod.workload.split('/')[1]!, 'left', cluster.nowMs));
  const found = run(cluster, reaper, 58 * 60_000);
  expect(found.at(-1)).toBe('unrecovered');
  expect(run(cluster, reaper, 5 * 60_000).at(-1)).toBe('none');
  expect(cluster.log.join('\n')).toMatch(/whole with other numbers/);
  run(cluster, reaper, hour);
  expect(cluster.done.length).toBeGreaterThan(5);
  expect(stateOf(cluster).every(({ atMs }) => atMs > cluster.nowMs - 1.1 * hour)).toBe(true);
});

test('a removal that failed on its way is forgotten when its pod is still well', () => {
  const cluster = new FakeCluster(seeded(13));
  const reaper = new Reaper(often, cluster.world('a'));
  cluster.fault = { at: 'before' };
  run(cluster, reaper, 120_000);
  cluster.fault = undefined;
  expect(run(cluster, reaper, 600_000)).not.toContain('unrecovered');
  expect(cluster.done.length).toBeGreaterThan(0);
});

test('what the budget keeps is counted as spared, and not towards the caps', () => {
  const cluster = new FakeCluster(seeded(14));
  cluster.budget = 'keeps';
  const config = configWith({ intervalMs: 60_000, minAgeMs: 0, maxPerHour: 2, maxPerWorkloadPerHour: 1 });
  const found = run(cluster, new Reaper(config, cluster.world('a')), hour);
  expect(found).not.toContain('cap');
  expect(counted(cluster, 'spared').length).toBeGreaterThan(40);
  expect(counted(cluster, 'kill')).toEqual([]);
});

test('a dry run does everything but remove', () => {
  const cluster = new FakeCluster(seeded(15));
  const config = { ...often, dryRun: true };
  run(cluster, new Reaper(config, cluster.world('a', config)), hour);
  expect(cluster.done).toEqual([]);
  expect(counted(cluster, 'kill')).toEqual([]);
  expect(counted(cluster, 'spared').length).toBeGreaterThan(45);
  expect(counted(cluster, 'spared').every((line) => line.endsWith('dry-run'))).toBe(true);
  expect(cluster.events.length).toBe(counted(cluster, 'spared').length);
});

test('every guard is counted under its own name, and its change is a line', () => {
  const cluster = new FakeCluster(seeded(16));
  const reaper = new Reaper(often, cluster.world('a'));
  run(cluster, reaper, 20_000);
  cluster.signals = { ...well, pages: 2 };
  expect(reaper.check()).toBe('page');
  cluster.signals = undefined;
  expect(reaper.check()).toBe('prometheus');
  cluster.halted = undefined;
  expect(reaper.check()).toBe('switch');
  expect(cluster.log.slice(-3)).toEqual([
    'held back by: page',
    'held back by: prometheus',
    'held back by: switch',
  ]);
  for (const guard of ['none', 'page', 'prometheus', 'switch'])
    expect(counted(cluster, 'check')).toContain(`check ${guard}`);
  expect(guards).toContain('cap');
});

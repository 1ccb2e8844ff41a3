import fc from 'fast-check';
import { killEvent } from '../../scenarios/chaos-bodies';
import type { ChaosConfig } from '../../scenarios/chaos-config';
import { giveBackOwn, subjectOf } from '../../scenarios/chaos-drain';
import {
  cordonAnnotation,
  cordonChange,
  drainable,
  drainWithinMs,
  listedNodes,
  nodeOf,
  type NodePage,
  type RawNode,
  uncordonChange,
} from '../../scenarios/chaos-nodes';
import { Reaper } from '../../scenarios/chaos-reaper';
import { podOf } from '../../scenarios/chaos-victims';
import { configWith, counted, FakeCluster, run, seeded, turnMs, well } from './support/fake-cluster';
import { fakeNode } from './support/fake-nodes';

const hour = 3_600_000;
const limits = (changes = {}) =>
  configWith({
    intervalMs: 300_000,
    minAgeMs: 10_000,
    maxPerHour: 60,
    maxPerWorkloadPerHour: 60,
    drainPercent: 100,
    ...changes,
  });
const always = limits();

/** A cluster whose pods are spread over nodes. */
function clusterOf(seed: number, names = ['n1', 'n2', 'n3'], labels?: Record<string, string>) {
  const cluster = new FakeCluster(seeded(seed));
  cluster.nodes.raw = names.map((name) => fakeNode(name, labels));
  for (const pod of cluster.raw) cluster.nodes.place(pod, cluster.raw);
  return cluster;
}

/** A cluster in the middle of its first drain: one pod is told to go at least. */
function draining(seed: number, config: ChaosConfig = always) {
  const cluster = clusterOf(seed);
  const reaper = new Reaper(config, cluster.world('a', config));
  for (let turn = 0; turn < 1000 && cluster.done.length === 0; turn += 1) run(cluster, reaper, turnMs);
  const [name = ''] = cluster.nodes.cordoned();
  expect(cluster.nodes.changes).toEqual([`cordon ${name}`]);
  return { cluster, reaper, name, config };
}

describe('a whole life', () => {
  it('drains node after node, empties each, and gives each back before the next', () => {
    const cluster = clusterOf(1);
    const reaper = new Reaper(always, cluster.world('a'));
    let mostCordoned = 0;
    for (let at = 0; at < 4 * hour; at += turnMs) {
      const before = cluster.nodes.changes.length;
      run(cluster, reaper, turnMs);
      mostCordoned = Math.max(mostCordoned, cluster.nodes.cordoned().length);
      const [given] = cluster.nodes.changes.slice(before).filter((change) => change.startsWith('uncordon'));
      const name = given?.split(' ')[1];
      // what came in the same turn came after it
      if (name !== undefined) expect(cluster.raw.filter(({ spec }) => spec?.nodeName === name)).toEqual([]);
    }
    expect(mostCordoned).toBe(1);
    const drains = counted(cluster, 'kill');
    expect(drains.length).toBeGreaterThan(20);
    expect(new Set(drains)).toEqual(new Set(['kill drain n1', 'kill drain n2', 'kill drain n3']));
    expect(counted(cluster, 'recovery').length).toBeGreaterThanOrEqual(drains.length - 1);
    expect(cluster.log.filter((line) => /^uncordoned n\d: drained$/.test(line)).length).toBeGreaterThan(20);
    expect(cluster.events).toContain('drain n1');
    expect(cluster.events.filter((line) => line.startsWith('drain source-')).length).toBeGreaterThan(5);
    for (const name of ['n1', 'n2', 'n3'])
      expect(cluster.counts.find((line) => line.endsWith(` ${name}`))).toBe(`zeros ${name}`);
  });

  it('takes pods only of workloads that are whole, and leaves the last ready one', () => {
    const { cluster, reaper } = draining(2);
    run(cluster, reaper, hour);
    expect(cluster.done.length).toBeGreaterThan(6);
    for (const { pod, pods, mode } of cluster.done) {
      expect(mode).toBe('evict');
      const own = pods.filter(({ workload }) => workload === pod.workload);
      expect(own.every(({ ready, ending }) => ready && !ending)).toBe(true);
      expect(own.length).toBeGreaterThan(1);
    }
  });

  it('a dry run cordons nothing', () => {
    const cluster = clusterOf(3);
    const config = { ...always, dryRun: true };
    run(cluster, new Reaper(config, cluster.world('a', config)), 2 * hour);
    expect(cluster.nodes.changes).toEqual([]);
    expect(cluster.done).toEqual([]);
    expect(counted(cluster, 'spared').length).toBeGreaterThan(10);
  });

  it('asks nothing of nodes unless it is switched on', () => {
    const cluster = clusterOf(4);
    const asked = () => {
      throw new Error('nodes were asked for');
    };
    const config = limits({ drainPercent: undefined });
    run(cluster, new Reaper(config, { ...cluster.world('a'), nodes: asked, cordon: asked }), hour);
    expect(cluster.done.length).toBeGreaterThan(5);
    expect(cluster.log.join('\n')).not.toMatch(/fault/);
  });
});

describe('a node is given back', () => {
  it.each<[string, (cluster: FakeCluster) => void]>([
    ['a page', (cluster) => (cluster.signals = { ...well, pages: 1 })],
    ['the switch', (cluster) => (cluster.halted = 'true')],
    ['lost probes', (cluster) => (cluster.signals = { ...well, lost: 2 })],
    ['no Prometheus', (cluster) => (cluster.signals = undefined)],
  ])('at once by %s', (_, hold) => {
    const { cluster, reaper, name } = draining(5);
    const before = cluster.done.length;
    hold(cluster);
    run(cluster, reaper, turnMs);
    expect(cluster.nodes.changes).toEqual([`cordon ${name}`, `uncordon ${name}`]);
    run(cluster, reaper, 60_000);
    expect(cluster.done).toHaveLength(before);
    expect(cluster.log.join('\n')).toContain(`uncordoned ${name}: held back`);
  });

  it('by a reaper that may only pretend from now on', () => {
    const { cluster, name, config } = draining(14);
    const before = cluster.done.length;
    const pretending = { ...config, dryRun: true };
    run(cluster, new Reaper(pretending, cluster.world('a', pretending)), 60_000);
    expect(cluster.nodes.changes).toEqual([`cordon ${name}`, `uncordon ${name}`]);
    expect(cluster.done).toHaveLength(before);
  });

  it('when its pods cannot go, or find no place', () => {
    for (const spoil of [
      (cluster: FakeCluster) => (cluster.budget = 'keeps'),
      (cluster: FakeCluster) => (cluster.stuck = true),
    ]) {
      const cluster = clusterOf(6);
      spoil(cluster);
      const reaper = new Reaper(always, cluster.world('a'));
      for (let turn = 0; turn < 1000 && cluster.nodes.changes.length === 0; turn += 1)
        run(cluster, reaper, turnMs);
      run(cluster, reaper, drainWithinMs - 10_000);
      expect(cluster.nodes.cordoned()).toHaveLength(1);
      run(cluster, reaper, 20_000);
      expect(cluster.nodes.cordoned()).toEqual([]);
      expect(cluster.log.join('\n')).toMatch(/uncordoned n\d: not done in time/);
    }
  });

  it('by the next reaper, which goes on with it', () => {
    const { cluster, name, config } = draining(7);
    run(cluster, new Reaper(config, cluster.world('a')), 200_000);
    expect(cluster.nodes.changes.slice(0, 2)).toEqual([`cordon ${name}`, `uncordon ${name}`]);
    expect(cluster.log.join('\n')).toContain(`uncordoned ${name}: drained`);
  });

  it('by the next reaper though the memory is gone, or cannot be read', () => {
    for (const forget of [
      (cluster: FakeCluster) => (cluster.lease = undefined),
      (cluster: FakeCluster) =>
        (cluster.lease!.metadata.annotations = { 'chaos.continuous-load/state': '{' }),
    ]) {
      const { cluster, name, config } = draining(8);
      forget(cluster);
      run(cluster, new Reaper(config, cluster.world('a')), turnMs);
      expect(cluster.nodes.changes).toEqual([`cordon ${name}`, `uncordon ${name}`]);
    }
  });

  it('when the request came through and its answer did not', () => {
    const cluster = clusterOf(9);
    const reaper = new Reaper(always, cluster.world('a'));
    cluster.fault = { at: 'after' };
    for (let turn = 0; turn < 1000 && cluster.nodes.changes.length === 0; turn += 1)
      run(cluster, reaper, turnMs);
    cluster.fault = undefined;
    run(cluster, reaper, turnMs);
    expect(cluster.nodes.cordoned()).toEqual([]);
  });

  it('by a reaper that ends, if that reaper cordoned it, and though another wrote to the node meanwhile', () => {
    const { cluster, name, config } = draining(10);
    giveBackOwn(config, cluster.world('another'));
    expect(cluster.nodes.cordoned()).toEqual([name]);
    const world = cluster.world('a');
    let looks = 0;
    const nodes = () => {
      const seen = world.nodes();
      if ((looks += 1) === 1) cluster.nodes.touch(name, () => undefined);
      return seen;
    };
    giveBackOwn(config, { ...world, nodes });
    expect(cluster.nodes.cordoned()).toEqual([]);
    expect(looks).toBe(3);
    giveBackOwn(limits({ drainPercent: undefined }), { ...world, nodes });
    expect(looks).toBe(3);
  });

  it('but never one that somebody else cordoned or took over', () => {
    const { cluster, reaper, name } = draining(11);
    cluster.nodes.touch(name, ({ metadata }) => (metadata.annotations = {}));
    cluster.nodes.touch('n1', (node) => (node.spec = { unschedulable: true }));
    const before = cluster.done.length;
    run(cluster, reaper, hour);
    expect(cluster.nodes.changes).toEqual([`cordon ${name}`]);
    expect(cluster.done).toHaveLength(before);
  });
});

const happenings = fc.constantFrom(
  ...[
    'nothing',
    'nothing',
    'crash',
    'switch',
    'page',
    'no lease',
    'stuck',
    'budget keeps',
    'all well',
    'all well',
  ],
  ...['fault before', 'fault after', 'touched'],
);

test('whatever happens, at most one node is cordoned, for at most a drain’s time, and in the end none is', () => {
  let drains = 0;
  fc.assert(
    fc.property(fc.integer(), fc.array(happenings, { minLength: 40, maxLength: 40 }), (seed, story) => {
      const cluster = clusterOf(seed);
      const config = limits({ drainPercent: 60, intervalMs: 120_000 });
      let reaper = new Reaper(config, cluster.world('a'));
      let cordonedSince = Infinity;
      const live = (forMs: number) => {
        for (let at = 0; at < forMs; at += turnMs) {
          run(cluster, reaper, turnMs);
          const cordoned = cluster.nodes.cordoned().length;
          expect(cordoned).toBeLessThanOrEqual(1);
          cordonedSince = cordoned === 0 ? Infinity : Math.min(cordonedSince, cluster.nowMs);
          if (cluster.fault === undefined)
            expect(cluster.nowMs - cordonedSince).toBeLessThanOrEqual(drainWithinMs + 10 * turnMs);
          else cordonedSince = cordoned === 0 ? Infinity : cluster.nowMs;
        }
      };
      const mend = () =>
        Object.assign(cluster, {
          ...{ halted: 'false', signals: well, fault: undefined, budget: 'allows', stuck: false },
        });
      for (const happening of story) {
        if (happening === 'crash') reaper = new Reaper(config, cluster.world('a'));
        if (happening === 'no lease') cluster.lease = undefined;
        if (happening === 'switch') cluster.halted = cluster.halted === 'false' ? 'true' : 'false';
        if (happening === 'page') cluster.signals = { ...well, pages: 1 };
        if (happening === 'stuck') cluster.stuck = true;
        if (happening === 'budget keeps') cluster.budget = 'keeps';
        if (happening === 'fault before') cluster.fault = { at: 'before' };
        if (happening === 'fault after') cluster.fault = { at: 'after' };
        if (happening === 'touched') cluster.nodes.touch('n2', () => undefined);
        if (happening === 'all well') mend();
        live(80_000);
      }
      mend();
      cluster.halted = 'true';
      live(40_000);
      expect(cluster.nodes.cordoned()).toEqual([]);
      drains += cluster.nodes.changes.filter((change) => change.startsWith('cordon')).length;
    }),
    { seed: 20261122, numRuns: 10 },
  );
  // the property says nothing unless nodes were drained
  expect(drains).toBeGreaterThan(40);
});

describe('which node', () => {
  const nowMs = Date.UTC(2026, 10, 22);
  const empty = { nextAtMs: 0, blockedUntilMs: 0, kills: [] };
  const found = (change: (cluster: FakeCluster) => void = () => undefined, config = always) => {
    const cluster = clusterOf(12);
    change(cluster);
    const nodes = cluster.nodes.raw.map((raw) => nodeOf(raw, config.selector));
    return drainable(nodes, cluster.raw.map(podOf), config, empty, cluster.nowMs).map(({ name }) => name);
  };

  it('is every one with the label and pods, while the cluster is whole', () => {
    expect(found()).toEqual(['n1', 'n2', 'n3']);
  });

  it.each<[string, (cluster: FakeCluster) => void, string[]]>([
    [
      'without the label',
      ({ nodes }) => nodes.touch('n1', ({ metadata }) => (metadata.labels = {})),
      ['n2', 'n3'],
    ],
    [
      'of the control plane, label or not',
      ({ nodes }) =>
        nodes.touch('n2', ({ metadata }) => (metadata.labels!['node-role.kubernetes.io/control-plane'] = '')),
      ['n1', 'n3'],
    ],
    [
      'while another is cordoned',
      ({ nodes }) => nodes.touch('n3', (node) => (node.spec = { unschedulable: true })),
      [],
    ],
    [
      'while another is not ready',
      ({ nodes }) => nodes.touch('n3', (node) => (node.status!.conditions![0]!.status = 'Unknown')),
      [],
    ],
    ['that is the only one', (cluster) => (cluster.nodes.raw = cluster.nodes.raw.slice(0, 1)), []],
    [
      'with a pod that is not ready',
      (cluster) => {
        const pod = cluster.raw.find(({ metadata }) => metadata.name.startsWith('source'))!;
        pod.status!.conditions![0]!.status = 'False';
      },
      // source has its pods on two of three
      ['n3'],
    ],
    ['without pods', (cluster) => cluster.raw.forEach((pod) => (pod.spec = { nodeName: 'n1' })), ['n1']],
  ])('is none %s', (_, change, expected) => {
    expect(found(change)).toEqual(expected);
  });

  it('waits while a kill is not over, and for its cap', () => {
    const cluster = clusterOf(13);
    const nodes = cluster.nodes.raw.map((raw) => nodeOf(raw, always.selector));
    const names = (recovered: boolean, cap: number) => {
      const drain = { mode: 'drain', workload: 'n1', pod: '', uid: 'u', readyBefore: 7, recovered } as const;
      const state = { ...empty, kills: [{ ...drain, atMs: cluster.nowMs - 1000 }] };
      const config = { ...always, maxPerWorkloadPerHour: cap };
      return drainable(nodes, cluster.raw.map(podOf), config, state, cluster.nowMs).map(({ name }) => name);
    };
    expect(names(true, 2)).toEqual(['n1', 'n2', 'n3']);
    expect(names(true, 1)).toEqual(['n2', 'n3']);
    expect(names(false, 2)).toEqual([]);
  });

  it('is told by an Event on it, which has no namespace', () => {
    const node = nodeOf(fakeNode('n1'), always.selector);
    expect(killEvent(subjectOf(node), 'drain', false, 'r', nowMs)).toMatchObject({
      metadata: { namespace: 'default' },
      involvedObject: { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'uid-n1' },
      reason: 'ChaosDrained',
      message: "drained by continuous-load's chaos (n1)",
    });
    expect(killEvent(subjectOf(node), 'drain', false, 'r', nowMs)).not.toHaveProperty(
      'involvedObject.namespace',
    );
  });

  it('is changed only if nobody did since it was read', () => {
    const node = nodeOf(fakeNode('n1'), always.selector);
    expect(cordonChange(node, 'r', true)).toEqual({
      path: '/api/v1/nodes/n1?fieldManager=chaos-reaper&dryRun=All',
      body: {
        metadata: { resourceVersion: '1', annotations: { [cordonAnnotation]: 'r' } },
        spec: { unschedulable: true },
      },
    });
    expect(uncordonChange(node)).toEqual({
      path: '/api/v1/nodes/n1?fieldManager=chaos-reaper',
      body: {
        metadata: { resourceVersion: '1', annotations: { [cordonAnnotation]: null } },
        spec: { unschedulable: null },
      },
    });
  });
});

describe('the list of nodes', () => {
  const many = Array.from({ length: 250 }, (_, index) => {
    const node = fakeNode(`n${index}`);
    return {
      ...node,
      metadata: { ...node.metadata, annotations: { [cordonAnnotation]: 'a', other: 'x'.repeat(1000) } },
      spec: { unschedulable: index % 2 === 0, podCIDR: '10.0.0.0/24' },
      status: { ...node.status, images: [{ names: ['y'.repeat(1000)] }] },
    };
  });
  const asked: string[] = [];
  /** As the API server pages: no more than the limit, and a mark by which the next page is asked for. */
  const get = (path: string): NodePage => {
    asked.push(path);
    const query = new URL(path, 'http://api').searchParams;
    const from = Number((query.get('continue') ?? 'at/0').slice(3));
    const to = from + Number(query.get('limit') ?? Infinity);
    return {
      metadata: to < many.length ? { continue: `at/${to}` } : {},
      items: many.slice(from, to),
    };
  };

  it('is asked for in pages, and keeps nothing that nobody looks at', () => {
    const all = listedNodes(get);
    expect(asked).toEqual([
      '/api/v1/nodes?limit=100',
      '/api/v1/nodes?limit=100&continue=at%2F100',
      '/api/v1/nodes?limit=100&continue=at%2F200',
    ]);
    const read = (raw: RawNode) => nodeOf(raw, 'chaos.continuous-load/enabled=true');
    expect(all.map(read)).toEqual(many.map(read));
    expect(JSON.stringify(all)).not.toMatch(/xxx|yyy|podCIDR/);
  });

  it('is a fault where a page is missing', () => {
    expect(() =>
      listedNodes((path) => {
        if (path.includes('continue')) throw new Error('410');
        return get(path);
      }),
    ).toThrow('410');
  });
});

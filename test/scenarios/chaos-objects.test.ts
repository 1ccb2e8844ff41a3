import fc from 'fast-check';
import { killEvent } from '../../scenarios/chaos-bodies';
import type { ChurnMode } from '../../scenarios/chaos-churn';
import {
  holdMs,
  listPath,
  madeByLabel,
  making,
  objectModesOf,
  objectNames,
  ownObjects,
  subjectOfObjects,
  unmaking,
} from '../../scenarios/chaos-objects';
import { removeOwn } from '../../scenarios/chaos-own';
import { Reaper } from '../../scenarios/chaos-reaper';
import { stateAnnotation } from '../../scenarios/chaos-lease';
import { configWith, counted, FakeCluster, run, seeded, turnMs, well } from './support/fake-cluster';

const hour = 3_600_000;
const often = (modes: readonly ChurnMode[] = ['services', 'routes'], percent = 100) =>
  configWith({
    intervalMs: 120_000,
    minAgeMs: 10_000,
    maxPerHour: 60,
    maxPerWorkloadPerHour: 60,
    churn: { percent, modes, deployments: [] },
  });
const ten = 10;

/** A reaper that has just made its first ten. */
function making10(seed: number, config = often(['services'])) {
  const cluster = new FakeCluster(seeded(seed));
  const reaper = new Reaper(config, cluster.world('a', config));
  for (let turn = 0; turn < 1000 && cluster.objects.changes.length === 0; turn += 1)
    run(cluster, reaper, turnMs);
  expect(cluster.objects.names()).toHaveLength(ten);
  return { cluster, reaper, config };
}

describe('a whole life', () => {
  it('makes ten of a kind, leaves them for a while, removes them, and touches no pod', () => {
    const cluster = new FakeCluster(seeded(1));
    const found = run(cluster, new Reaper(often(), cluster.world('a')), 4 * hour);
    const kills = counted(cluster, 'kill');
    expect(kills.length).toBeGreaterThan(40);
    expect(new Set(kills)).toEqual(
      new Set(['kill services continuous-load/chaos-services', 'kill routes continuous-load/chaos-routes']),
    );
    expect(counted(cluster, 'recovery').length).toBeGreaterThanOrEqual(kills.length - 1);
    for (const line of counted(cluster, 'recovery'))
      expect(Number(line.split(' ').at(-1))).toBeLessThanOrEqual(holdMs + 3 * turnMs);
    expect(cluster.objects.changes.length).toBeGreaterThanOrEqual(2 * ten * (kills.length - 1));
    expect(cluster.done).toEqual([]);
    expect(found).not.toContain('unrecovered');
    expect(cluster.events).toContain('services chaos-services-0');
    // counted from zero
    for (const group of ['chaos-services', 'chaos-routes'])
      expect(cluster.counts.find((line) => line.includes(group))).toBe(`zeros continuous-load/${group}`);
  });

  it('a dry run makes nothing', () => {
    const cluster = new FakeCluster(seeded(2));
    const config = { ...often(), dryRun: true };
    run(cluster, new Reaper(config, cluster.world('a', config)), 2 * hour);
    expect(cluster.objects.changes).toEqual([]);
    expect(counted(cluster, 'spared').length).toBeGreaterThan(20);
  });

  it('keeps to the cap of one kind in an hour', () => {
    const cluster = new FakeCluster(seeded(3));
    const config = { ...often(['services']), maxPerWorkloadPerHour: 2 };
    run(cluster, new Reaper(config, cluster.world('a')), hour);
    expect(counted(cluster, 'kill')).toHaveLength(2);
    expect(cluster.log.join('\n')).toMatch(/no services now/);
  });

  it('asks nothing of these kinds unless they are among the modes', () => {
    const cluster = new FakeCluster(seeded(4));
    const asked = () => {
      throw new Error('asked');
    };
    const config = often(['restart'], 50);
    run(cluster, new Reaper(config, { ...cluster.world('a'), own: asked, make: asked, unmake: asked }), hour);
    expect(cluster.log.join('\n')).not.toMatch(/fault/);
    expect(objectModesOf(often(['services', 'restart'], 0))).toEqual([]);
  });
});

describe('what it made is removed', () => {
  it.each<[string, (cluster: FakeCluster) => void]>([
    ['a page', (cluster) => (cluster.signals = { ...well, pages: 1 })],
    ['the switch', (cluster) => (cluster.halted = 'true')],
    ['lost probes', (cluster) => (cluster.signals = { ...well, lost: 2 })],
    ['no Prometheus', (cluster) => (cluster.signals = undefined)],
  ])('at once by %s', (_, hold) => {
    const { cluster, reaper } = making10(5);
    hold(cluster);
    run(cluster, reaper, turnMs);
    expect(cluster.objects.names()).toEqual([]);
    expect(cluster.log.join('\n')).toContain('removed 10 services of its own: held back');
  });

  it('by the next reaper, which goes on with it', () => {
    const { cluster, config } = making10(6);
    run(cluster, new Reaper(config, cluster.world('b')), holdMs + 60_000);
    expect(cluster.objects.names()).toEqual([]);
  });

  it('by the next reaper though the memory is gone, or cannot be read', () => {
    for (const forget of [
      (cluster: FakeCluster) => (cluster.lease = undefined),
      (cluster: FakeCluster) => (cluster.lease!.metadata.annotations = { [stateAnnotation]: '{' }),
    ]) {
      const { cluster, config } = making10(7);
      forget(cluster);
      run(cluster, new Reaper(config, cluster.world('a')), turnMs);
      expect(cluster.objects.names()).toEqual([]);
    }
  });

  it('when the requests came through and their answers did not', () => {
    const cluster = new FakeCluster(seeded(8));
    const reaper = new Reaper(often(['services']), cluster.world('a'));
    cluster.fault = { at: 'after' };
    for (let turn = 0; turn < 1000 && cluster.objects.changes.length === 0; turn += 1)
      run(cluster, reaper, turnMs);
    expect(cluster.objects.names()).toHaveLength(1);
    cluster.fault = undefined;
    run(cluster, reaper, turnMs);
    expect(cluster.objects.names()).toEqual([]);
  });

  it('by a reaper that ends, if that reaper made it', () => {
    const { cluster, config } = making10(9);
    removeOwn(config, cluster.world('another'));
    expect(cluster.objects.names()).toHaveLength(ten);
    removeOwn(config, cluster.world('a'));
    expect(cluster.objects.names()).toEqual([]);
  });

  it('but nothing that somebody else made, whatever it is called', () => {
    const { cluster, reaper } = making10(10);
    const foreign = [
      { metadata: { name: 'chaos-services-3', uid: 'theirs' } },
      { metadata: { name: 'shop', uid: 'labelled', labels: { [madeByLabel]: 'a' } } },
    ];
    cluster.objects.raw.services = [
      ...cluster.objects.raw.services.filter(({ metadata }) => metadata.name !== 'chaos-services-3'),
      ...foreign,
    ];
    run(cluster, reaper, hour);
    expect(cluster.objects.raw.services).toEqual(foreign);
    // the name is taken: not done, and no rest of it stays
    expect(counted(cluster, 'spared').at(-1)).toBe('spared services continuous-load/chaos-services gone');
  });

  it('and forgotten where the mode was switched off, with the permission', () => {
    const { cluster } = making10(11);
    const next = new Reaper(often(['routes']), cluster.world('b'));
    expect(run(cluster, next, 600_000)).not.toContain('unrecovered');
    // Kubernetes removes what the pod owned
    expect(cluster.objects.raw.services).toHaveLength(ten);
  });
});

const happenings = fc.constantFrom(
  ...['nothing', 'nothing', 'crash', 'switch', 'page', 'no lease', 'all well', 'all well'],
  ...['fault before', 'fault after'],
);

test('whatever happens, there are never more than ten of a kind, and in the end none', () => {
  let made = 0;
  fc.assert(
    fc.property(fc.integer(), fc.array(happenings, { minLength: 40, maxLength: 40 }), (seed, story) => {
      const cluster = new FakeCluster(seeded(seed));
      const config = often(['services', 'routes', 'restart'], 80);
      let reaper = new Reaper(config, cluster.world('a'));
      const mend = () => Object.assign(cluster, { halted: 'false', signals: well, fault: undefined });
      for (const happening of story) {
        if (happening === 'crash') reaper = new Reaper(config, cluster.world('a'));
        if (happening === 'no lease') cluster.lease = undefined;
        if (happening === 'switch') cluster.halted = cluster.halted === 'false' ? 'true' : 'false';
        if (happening === 'page') cluster.signals = { ...well, pages: 1 };
        if (happening === 'fault before') cluster.fault = { at: 'before' };
        if (happening === 'fault after') cluster.fault = { at: 'after' };
        if (happening === 'all well') mend();
        for (let at = 0; at < 60_000; at += turnMs) {
          run(cluster, reaper, turnMs);
          for (const raw of Object.values(cluster.objects.raw)) expect(raw.length).toBeLessThanOrEqual(ten);
        }
      }
      mend();
      cluster.halted = 'true';
      run(cluster, reaper, 60_000);
      expect(cluster.objects.names()).toEqual([]);
      made += cluster.objects.changes.filter((change) => change.startsWith('make')).length;
    }),
    { seed: 20261122, numRuns: 10 },
  );
  // the property says nothing unless something was made
  expect(made).toBeGreaterThan(150);
});

describe('what is asked', () => {
  const config = often();
  const by = { name: 'chaos-reaper-1', uid: 'pod-uid' };

  it('is a Service over the pods that may go, owned by the reaper’s pod', () => {
    expect(making('services', 'chaos-services-0', by, config)).toEqual({
      method: 'POST',
      path: '/api/v1/namespaces/continuous-load/services?fieldManager=chaos-reaper',
      body: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: 'chaos-services-0',
          namespace: 'continuous-load',
          labels: { 'app.kubernetes.io/part-of': 'continuous-load', [madeByLabel]: 'chaos-reaper-1' },
          ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', ...by }],
        },
        spec: {
          selector: { 'chaos.continuous-load/enabled': 'true' },
          ports: [{ name: 'discard', protocol: 'TCP', port: 9, targetPort: 9 }],
        },
      },
    });
  });

  it('is a route of a host that nobody calls', () => {
    expect(making('routes', 'chaos-routes-7', by, { ...config, dryRun: true })).toMatchObject({
      path: '/apis/gateway.networking.k8s.io/v1/namespaces/continuous-load/httproutes?fieldManager=chaos-reaper&dryRun=All',
      body: {
        kind: 'HTTPRoute',
        spec: { parentRefs: [{ name: 'gateway' }], hostnames: ['chaos-routes-7.invalid'] },
      },
    });
  });

  it('is nothing by a reaper that does not know its pod', () => {
    expect(() => making('services', 'x', { name: 'a', uid: '' }, config)).toThrow(/its own pod/);
  });

  it('is to find by label, and to remove exactly this one', () => {
    expect(listPath('routes', config)).toBe(
      '/apis/gateway.networking.k8s.io/v1/namespaces/continuous-load/httproutes?labelSelector=chaos.continuous-load%2Fmade-by',
    );
    expect(unmaking('services', { name: 'chaos-services-1', uid: 'u', madeBy: 'a' }, config)).toEqual({
      method: 'DELETE',
      path: '/api/v1/namespaces/continuous-load/services/chaos-services-1',
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u' } },
    });
  });

  it('leaves out what ends already', () => {
    const labels = { [madeByLabel]: 'a' };
    const [first = ''] = objectNames('services');
    const raw = { name: first, uid: 'u', labels };
    expect(ownObjects('services', [{ metadata: raw }])).toEqual([{ name: first, uid: 'u', madeBy: 'a' }]);
    expect(ownObjects('services', [{ metadata: { ...raw, deletionTimestamp: 'now' } }])).toEqual([]);
  });

  it('is told by an Event on the first of them', () => {
    expect(killEvent(subjectOfObjects('routes', 'u', config), 'routes', false, 'r', 0)).toMatchObject({
      involvedObject: {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        namespace: 'continuous-load',
        name: 'chaos-routes-0',
        uid: 'u',
      },
      reason: 'ChaosRoutes',
    });
  });
});

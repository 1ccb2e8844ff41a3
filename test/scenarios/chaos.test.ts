import fc from 'fast-check';
import { killEvent, removal, removalOutcome } from '../../scenarios/chaos-bodies';
import { guardOf, type View } from '../../scenarios/chaos-guards';
import { heldLease, LeaseWatch } from '../../scenarios/chaos-lease';
import { isQuiet, type QuietHours } from '../../scenarios/chaos-quiet';
import { type ChaosState, drawDelayMs, type Kill, resumedState } from '../../scenarios/chaos-state';
import { choose, podOf, type RawPod, victims } from '../../scenarios/chaos-victims';
import { parseQuietTimes } from '../../settings/quiet-hours';
import { isTimeZone, zoneTable } from '../../signals/time-zone';
import { configWith, deploymentPod, seeded, well } from './support/fake-cluster';

const nowMs = Date.UTC(2026, 10, 21, 12);
const hour = 3_600_000;
const config = configWith();
const empty: ChaosState = { nextAtMs: nowMs, blockedUntilMs: 0, kills: [] };
const kill = (changes: Partial<Kill> = {}): Kill => ({
  atMs: nowMs - 600_000,
  workload: 'continuous-load/target',
  pod: 'target-1',
  uid: 'u',
  mode: 'evict',
  readyBefore: 2,
  recovered: true,
  ...changes,
});

describe('quiet hours', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Pacific/Chatham',
  ];
  const tables = Object.fromEntries(zones.map((zone) => [zone, zoneTable(zone)]));
  const quiet = (zone: string, hours: string[], holidays: string[] = []): QuietHours => ({
    times: hours.flatMap((text) => parseQuietTimes(text) ?? []),
    holidays,
    ...tables[zone]!,
  });

  it('read the clock of their zone as the time zone data do', () => {
    const formats = Object.fromEntries(
      zones.map((timeZone) => [
        timeZone,
        new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }),
      ]),
    );
    const moments = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2050, 11, 31) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), moments, (zone, ms) => {
        const [day = '', time = ''] = formats[zone]!.format(ms).split(' ');
        const [hours = 0, minutes = 0] = time.split(':').map(Number);
        const minute = hours * 60 + minutes;
        const weekday = new Date(`${day}T00:00Z`).getUTCDay();
        const at = (fromMinute: number) => ({
          ...quiet(zone, []),
          times: [{ day: weekday, fromMinute, toMinute: fromMinute + 1 }],
        });
        expect(isQuiet(at(minute), ms)).toBe(true);
        expect(isQuiet(at(minute + 1), ms)).toBe(false);
        expect(isQuiet(quiet(zone, [], [day]), ms)).toBe(true);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it.each([
    // Saturday the 21st of November 2026; Berlin is an hour ahead
    ['in the evening', 'Europe/Berlin', 'daily 22:00-06:00', '2026-11-21T21:00Z', true],
    ['a minute before', 'Europe/Berlin', 'daily 22:00-06:00', '2026-11-21T20:59Z', false],
    ['after midnight', 'Europe/Berlin', 'daily 22:00-06:00', '2026-11-22T04:59Z', true],
    ['in the morning', 'Europe/Berlin', 'daily 22:00-06:00', '2026-11-22T05:00Z', false],
    ['in summer', 'Europe/Berlin', 'daily 22:00-06:00', '2026-07-01T20:00Z', true],
    ['the night that Friday began', 'UTC', 'mon-fri 18:00-08:00', '2026-11-21T07:59Z', true],
    ['no night that Saturday began', 'UTC', 'mon-fri 18:00-08:00', '2026-11-22T07:59Z', false],
    ['the night of Saturday to Sunday', 'UTC', 'sat 18:00-08:00', '2026-11-22T07:59Z', true],
    ['the whole weekend', 'UTC', 'sat,sun', '2026-11-22T23:59Z', true],
    ['and no more', 'UTC', 'sat,sun', '2026-11-23T00:00Z', false],
  ])('%s', (_, zone, hours, moment, expected) => {
    expect(isQuiet(quiet(zone, [hours]), Date.parse(moment))).toBe(expected);
  });

  it('are always where the table ends, and never where nothing is quiet', () => {
    expect(isQuiet(quiet('UTC', ['sat 10:00-11:00']), Date.UTC(2051, 0, 1))).toBe(true);
    expect(isQuiet(quiet('UTC', ['sat 10:00-11:00']), Date.UTC(2025, 0, 1))).toBe(true);
    expect(isQuiet(quiet('UTC', []), Date.UTC(2051, 0, 1))).toBe(false);
  });

  it.each([
    '',
    'mon-fri 18:00',
    'mon 25:00-26:00',
    'mon 08:00-08:00',
    'mon 24:00-08:00',
    'monday',
    'mon-tue-wed',
    'mon 8:00-9:00',
    'daily 08:60-09:00',
    'mon 08:00-09:00 x',
  ])('are not %j', (text) => expect(parseQuietTimes(text)).toBeUndefined());

  it('know a zone from no zone', () => {
    expect(['Europe/Berlin', 'UTC', 'America/Argentina/Salta'].filter(isTimeZone)).toHaveLength(3);
    expect(['Europe/Berln', '+01:00', '', 'Mars/Base'].filter(isTimeZone)).toEqual([]);
  });
});

describe('the time of the next kill', () => {
  it('is within the jitter, and the interval on average', () => {
    const random = seeded(3);
    const schedule = { intervalMs: 600_000, jitter: 0.5 };
    const drawn = Array.from({ length: 4000 }, () => drawDelayMs(schedule, random));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(300_000);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(900_000);
    const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
    expect(Math.abs(mean - 600_000)).toBeLessThan(12_000);
  });

  it('after any memory is in the future, and no further off than a draw', () => {
    const schedule = { intervalMs: 600_000, jitter: 0.5 };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.integer().map((nextAtMs) => JSON.stringify({ ...empty, nextAtMs: nowMs + nextAtMs })),
        ),
        fc.integer(),
        (text, seed) => {
          const { nextAtMs, blockedUntilMs, kills } = resumedState(text, nowMs, schedule, seeded(seed));
          expect(nextAtMs).toBeGreaterThan(nowMs);
          expect(nextAtMs).toBeLessThanOrEqual(nowMs + 900_000);
          expect(kills).toEqual([]);
          if (!text.includes('nextAtMs')) expect(blockedUntilMs).toBe(nowMs + hour);
        },
      ),
      { seed: 2 },
    );
  });

  it('of a good memory is kept, with the kills of the last hour', () => {
    const kills = [kill({ atMs: nowMs - hour - 1 }), kill({ atMs: nowMs - hour + 1 })];
    const state = { nextAtMs: nowMs + 1000, blockedUntilMs: 0, kills };
    expect(resumedState(JSON.stringify(state), nowMs, config, seeded(1))).toEqual({
      ...state,
      kills: kills.slice(1),
    });
  });
});

describe('victims', () => {
  const of = (...raw: RawPod[]) => [...victims(raw.map(podOf), config, empty, nowMs).values()].flat();
  const old = nowMs - hour;
  const two = () => [deploymentPod('target', 'a', old), deploymentPod('target', 'b', old)] as const;
  const owned = (kind: string, name: string, pods = two()) => {
    for (const { metadata } of pods) metadata.ownerReferences = [{ kind, name, controller: true }];
    return pods;
  };
  const unready = (pod: RawPod) => ({ ...pod, status: { conditions: [{ type: 'Ready', status: 'False' }] } });

  it('are the old, ready pods of a whole Deployment', () => {
    expect(of(...two()).map(({ name }) => name)).toEqual(['target-7d9-a', 'target-7d9-b']);
    expect(of(two()[0], deploymentPod('target', 'young', nowMs - 299_000)).map(({ name }) => name)).toEqual([
      'target-7d9-a',
    ]);
  });

  it('are never the last ready one, unless told', () => {
    expect(of(two()[0])).toEqual([]);
    expect(
      [...victims([podOf(two()[0])], { ...config, minReady: 0 }, empty, nowMs).values()].flat(),
    ).toHaveLength(1);
    expect([...victims(two().map(podOf), { ...config, minReady: 2 }, empty, nowMs).values()].flat()).toEqual(
      [],
    );
  });

  it('are none of a workload that is not whole', () => {
    expect(of(...two(), unready(deploymentPod('target', 'c', old)))).toEqual([]);
    const ending = deploymentPod('target', 'c', old);
    ending.metadata.deletionTimestamp = '2026-11-21T11:59:59Z';
    expect(of(...two(), ending)).toEqual([]);
  });

  it('are of StatefulSets only when named, and of nothing else', () => {
    expect(of(...owned('StatefulSet', 'queue'))).toEqual([]);
    const named = { ...config, statefulSets: ['continuous-load/queue'] };
    expect(
      victims(owned('StatefulSet', 'queue').map(podOf), named, empty, nowMs).get('continuous-load/queue'),
    ).toHaveLength(2);
    for (const kind of ['DaemonSet', 'Job', 'ReplicaSet', 'Node'])
      expect(of(...owned(kind, 'x'))).toEqual([]);
    const nobodys = two();
    for (const { metadata } of nobodys) delete metadata.ownerReferences;
    expect(of(...nobodys)).toEqual([]);
  });

  it('wait for recovery and for their cap', () => {
    const after = (kills: Kill[]) =>
      [...victims(two().map(podOf), config, { ...empty, kills }, nowMs).values()].flat().length;
    expect(after([kill({ recovered: false })])).toBe(0);
    expect(after([kill({ recovered: false, workload: 'continuous-load/echo' })])).toBe(2);
    expect(after([kill(), kill(), kill()])).toBe(2);
    expect(after([kill(), kill(), kill(), kill()])).toBe(0);
  });

  it('are chosen by workload first, so that a big one is not hit more often', () => {
    const random = seeded(4);
    const pods = (workload: string, count: number) =>
      Array.from({ length: count }, (_, index) => podOf(deploymentPod(workload, `${index}`, old)));
    const candidates = new Map([
      ['big', pods('big', 20)],
      ['small', pods('small', 2)],
    ]);
    const hits = Array.from({ length: 2000 }, () => choose(candidates, random)?.workload);
    const small = hits.filter((workload) => workload === 'continuous-load/small').length;
    expect(Math.abs(small - 1000)).toBeLessThan(100);
    expect(choose(new Map(), random)).toBeUndefined();
  });
});

describe('guards', () => {
  const view: View = {
    nowMs,
    halted: 'false',
    holdsLease: true,
    sinceFaultMs: undefined,
    signals: well,
    state: empty,
  };
  const guard = (changes: Partial<View>) => guardOf({ ...view, ...changes }, config);

  it.each<[string, Partial<View>, string]>([
    ['all is well', {}, 'none'],
    ['no page at all is no page', { signals: { ...well, pages: 0 } }, 'none'],
    ['the switch', { halted: 'true' }, 'switch'],
    ['no switch', { halted: undefined }, 'switch'],
    ['a switch that says neither', { halted: 'False' }, 'switch'],
    ['another reaper', { holdsLease: false }, 'lease'],
    ['a fault a while ago', { sinceFaultMs: 299_000 }, 'fault'],
    ['a fault long ago', { sinceFaultMs: 301_000 }, 'none'],
    ['a lost memory', { state: { ...empty, blockedUntilMs: nowMs + 1 } }, 'fault'],
    ['no answer of Prometheus', { signals: undefined }, 'prometheus'],
    ['rules that are not evaluated', { signals: { measured: 8, budget: 1, lost: 0 } }, 'prometheus'],
    ['probes that are not counted', { signals: { rules: 1, budget: 1, lost: 0 } }, 'prometheus'],
    ['a page', { signals: { ...well, pages: 1 } }, 'page'],
    ['little budget', { signals: { ...well, budget: 0.249 } }, 'budget'],
    ['just enough budget', { signals: { ...well, budget: 0.25 } }, 'none'],
    ['no budget known', { signals: { rules: 1, measured: 8, lost: 0 } }, 'budget'],
    ['a budget that is no number', { signals: { ...well, budget: NaN } }, 'budget'],
    ['a lost probe', { signals: { ...well, lost: 1.02 } }, 'losing'],
    ['a workload that is late', { state: { ...empty, kills: [kill({ recovered: false })] } }, 'unrecovered'],
    [
      'a workload that may still come',
      { state: { ...empty, kills: [kill({ recovered: false, atMs: nowMs - 299_000 })] } },
      'none',
    ],
    ['enough for this hour', { state: { ...empty, kills: Array.from({ length: 10 }, () => kill()) } }, 'cap'],
    ['the switch before the rest', { halted: 'true', signals: undefined, holdsLease: false }, 'switch'],
  ])('%s', (_, changes, expected) => expect(guard(changes)).toBe(expected));

  it('quiet hours', () => {
    const quiet = { times: parseQuietTimes('sat')!, holidays: [], ...zoneTable('UTC') };
    expect(guardOf(view, { ...config, quiet })).toBe('quiet');
  });
});

describe('the lease', () => {
  const held = (holderIdentity: string, renewTime: string) =>
    ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', namespace: 'n' },
      spec: { holderIdentity, renewTime },
    }) as const;

  it('may be taken when its holder has not renewed it for its whole time, by our own clock', () => {
    const watch = new LeaseWatch('me', 15_000);
    // a holder whose clock is years off
    expect(watch.mayHold(held('other', '2001-01-01T00:00:00Z'), nowMs)).toBe(false);
    expect(watch.mayHold(held('other', '2001-01-01T00:00:00Z'), nowMs + 15_000)).toBe(false);
    expect(watch.mayHold(held('other', '2001-01-01T00:00:05Z'), nowMs + 15_001)).toBe(false);
    expect(watch.mayHold(held('other', '2001-01-01T00:00:05Z'), nowMs + 30_002)).toBe(true);
    expect(watch.mayHold(held('me', '2001-01-01T00:00:00Z'), nowMs)).toBe(true);
    expect(watch.mayHold(undefined, nowMs)).toBe(true);
  });

  it('is written with what was read, so that a race is a conflict', () => {
    const read = {
      ...held('other', 'x'),
      metadata: { name: 'l', namespace: 'n', resourceVersion: '7', annotations: { a: 'b' } },
    };
    const to = { name: 'l', namespace: 'n', me: 'me', leaseMs: 15_000, state: '{}' };
    const lease = heldLease(read, to, nowMs);
    expect(lease.metadata).toMatchObject({
      resourceVersion: '7',
      annotations: { a: 'b', 'chaos.continuous-load/state': '{}' },
    });
    expect(lease.spec).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: '2026-11-21T12:00:00.000000Z',
      renewTime: '2026-11-21T12:00:00.000000Z',
      leaseTransitions: 1,
    });
    const renewed = heldLease(lease, to, nowMs + 5000).spec;
    expect([renewed.acquireTime, renewed.renewTime, renewed.leaseTransitions]).toEqual([
      '2026-11-21T12:00:00.000000Z',
      '2026-11-21T12:00:05.000000Z',
      1,
    ]);
  });
});

describe('requests', () => {
  const pod = podOf(deploymentPod('target', 'a', 0));

  it('evict and delete exactly one pod, by its UID', () => {
    expect(removal(pod, 'evict', false)).toEqual({
      method: 'POST',
      path: '/api/v1/namespaces/continuous-load/pods/target-7d9-a/eviction',
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'target-7d9-a', namespace: 'continuous-load' },
        deleteOptions: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'uid-target-a' } },
      },
    });
    expect(removal(pod, 'kill', false)).toMatchObject({
      method: 'DELETE',
      path: '/api/v1/namespaces/continuous-load/pods/target-7d9-a',
      body: { gracePeriodSeconds: 1, preconditions: { uid: 'uid-target-a' } },
    });
  });

  it('of a dry run say so to the API server, in both modes', () => {
    expect(removal(pod, 'evict', true).body).toMatchObject({ deleteOptions: { dryRun: ['All'] } });
    expect(removal(pod, 'kill', true).body).toMatchObject({ dryRun: ['All'] });
    expect(JSON.stringify([removal(pod, 'evict', false), removal(pod, 'kill', false)])).not.toMatch(/dryRun/);
  });

  it('are judged by their status', () => {
    expect([200, 201, 202, 429, 404, 409, 403, 500, 0].map(removalOutcome)).toEqual([
      'done',
      'done',
      'done',
      'budget',
      'gone',
      'gone',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('tell the victim by an Event', () => {
    expect(killEvent({ ...pod, apiVersion: 'v1', kind: 'Pod' }, 'kill', false, 'r', nowMs)).toMatchObject({
      involvedObject: { kind: 'Pod', name: 'target-7d9-a', uid: 'uid-target-a' },
      reason: 'ChaosKilled',
      message: "deleted with 1 s of grace by continuous-load's chaos (continuous-load/target)",
      firstTimestamp: '2026-11-21T12:00:00Z',
    });
    expect(killEvent({ ...pod, apiVersion: 'v1', kind: 'Pod' }, 'evict', true, 'r', nowMs)).toMatchObject({
      reason: 'ChaosDryRun',
      message: "would be evicted by continuous-load's chaos (continuous-load/target)",
    });
  });
});

import { chaosChecksTotal, chaosKillsTotal, chaosRecovery } from '../../signals/metrics';
import { failures } from './support/counts';
import { expectToo, notified, onlyExpectedWasNotified } from './support/expected';
import { list } from './support/kubernetes';
import { noPods, frozen } from './support/path-faults';
import { StackUnderTest } from './support/stack-under-test';
import { eventually, report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const minutes = (count: number) => count * 60_000;
const namespace = 'continuous-load';
const account = `system:serviceaccount:${namespace}:chaos-reaper`;
/** A kill every quarter of a minute: what takes a day by default is seen in minutes. */
const raised = Object.entries({
  enabled: true,
  interval: '15s',
  maxPerHour: 240,
  maxPerWorkloadPerHour: 240,
  minAge: '15s',
}).flatMap(([key, value]) => ['--set', `chaos.${key}=${String(value)}`]);

/** Lines of the reaper about its guards and kills, with the kubelet's time. */
async function told(pattern: RegExp, sinceMs = 0): Promise<{ timeMs: number; line: string }[]> {
  const text = await stack.kubectl('-n', namespace, 'logs', '--timestamps', 'deploy/chaos-reaper');
  return text
    .split('\n')
    .map((line) => ({ timeMs: Date.parse(line.slice(0, line.indexOf(' '))), line }))
    .filter(({ timeMs, line }) => timeMs >= sinceMs && pattern.test(line));
}

/** The first such line since a moment. */
async function first(pattern: RegExp, sinceMs: number, withinMs: number) {
  return eventually(String(pattern), { withinMs }, async () => {
    const [found] = await told(pattern, sinceMs);
    if (!found)
      throw new Error(
        (await told(/chaos: /))
          .slice(-3)
          .map(({ line }) => line)
          .join('\n'),
      );
    return found;
  });
}

const removed = async (sinceMs: number) => (await told(/chaos: removed /, sinceMs)).length;

async function halt(halted: boolean): Promise<void> {
  const patch = JSON.stringify({ data: { halted: String(halted) } });
  await stack.kubectl('-n', namespace, 'patch', 'configmap/chaos-switch', '--type=merge', '-p', patch);
}

beforeAll(async () => {
  await stack.up(...raised);
  // the budget of a fresh stack is known after five minutes at most, and until then nothing is killed
  await first(/chaos: free to kill/, 0, minutes(7));
}, minutes(12));

afterAll(async () => {
  await stack.up();
}, minutes(6));

test(
  'three minutes of evictions: no page and no lost probe; each is an Event, a count and a recovery',
  async () => {
    const fromMs = Date.now();
    await until(fromMs + minutes(3));
    const kills = await removed(fromMs);
    await until(Date.now() + 6_000);
    report('evictions', kills);
    expect(kills).toBeGreaterThanOrEqual(6);
    const lost = await failures(prometheus, fromMs, Date.now());
    report('lost probes', lost.join(', ') || 'none');
    expect(lost).toEqual([]);
    onlyExpectedWasNotified(stack.lab);

    const all = await removed(0);
    const events = (await list(stack, '-n', namespace, 'events')) as unknown as {
      reason: string;
      involvedObject: { name: string };
      source?: { component?: string };
    }[];
    const ofReaper = events.filter(({ source }) => source?.component === 'chaos-reaper');
    expect(new Set(ofReaper.map(({ reason }) => reason))).toEqual(new Set(['ChaosEvicted']));
    expect(ofReaper.length).toBeGreaterThanOrEqual(all - 1);
    const [counted] = await prometheus.vector(`sum(${chaosKillsTotal}{kind="pod",mode="evict"})`);
    expect(Math.abs((counted?.value ?? 0) - (await removed(0)))).toBeLessThanOrEqual(1);
    const [recovered] = await prometheus.vector(`sum(histogram_count(${chaosRecovery}))`);
    report('recoveries', recovered?.value ?? 0);
    expect(recovered?.value ?? 0).toBeGreaterThanOrEqual(all - 3);
    const [slowest] = await prometheus.vector(
      `max(histogram_quantile(0.9, sum by (workload) (${chaosRecovery})))`,
    );
    report('recovery p90 of the slowest workload', seconds(slowest?.value ?? 0));
  },
  minutes(7),
);

test(
  'the switch stops it within five seconds, also for the next up, and lets it go on',
  async () => {
    const thrownMs = Date.now();
    await halt(true);
    const stopped = await first(/held back by: switch/, thrownMs, 15_000);
    report('switch → held back', seconds(stopped.timeMs - thrownMs));
    expect(stopped.timeMs - thrownMs).toBeLessThanOrEqual(5_000);
    await until(Date.now() + 30_000);
    expect(await removed(thrownMs + 5_000)).toBe(0);
    await stack.up(...raised, '--refresh');
    const halted = await stack.kubectl(
      '-n',
      namespace,
      'get',
      'cm',
      'chaos-switch',
      '-o',
      'jsonpath={.data.halted}',
    );
    expect(halted).toBe('true');
    const freedMs = Date.now();
    await halt(false);
    await first(/chaos: removed /, freedMs, minutes(2));
  },
  minutes(6),
);

test(
  'without Prometheus it stops',
  async () => {
    const fault = frozen(stack, 'node1', 'prometheus');
    const fromMs = Date.now();
    try {
      await fault.make();
      const stopped = await first(/held back by: prometheus/, fromMs, 20_000);
      report('Prometheus silent → held back', seconds(stopped.timeMs - fromMs));
      await until(fromMs + 20_000);
      expect(await removed(stopped.timeMs)).toBe(0);
    } finally {
      await fault.heal();
    }
    await first(/chaos: free to kill/, Date.now(), minutes(2));
    onlyExpectedWasNotified(stack.lab);
  },
  minutes(4),
);

test(
  'lost probes stop it within 15 s, and the page holds it',
  async () => {
    const fault = noPods(stack, 'source');
    const fromMs = Date.now();
    try {
      await fault.make();
      const page = await eventually('the page', { withinMs: 60_000 }, () =>
        notified(stack.lab, fromMs, 'PathDown service page firing'),
      );
      const [stopped] = await told(/held back by: (losing|page)/, fromMs);
      const [firstLost] = await prometheus.vector(
        `min(min_over_time(timestamp(increase(k6_probes_total{path="service",outcome="failed"}[10s]) > 0)[2m:1s]))`,
      );
      const lostMs = (firstLost?.value ?? 0) * 1000;
      report('first lost probe seen → held back', seconds((stopped?.timeMs ?? Infinity) - lostMs));
      report('source scaled to 0 → held back', seconds((stopped?.timeMs ?? Infinity) - fromMs));
      expect((stopped?.timeMs ?? Infinity) - lostMs).toBeLessThanOrEqual(15_000);
      expect(stopped?.timeMs).toBeLessThan(page.timeMs + 5_000);
      await first(/held back by: page/, fromMs, 30_000);
      expect(await removed(stopped?.timeMs ?? 0)).toBe(0);
    } finally {
      await fault.heal();
    }
    const healedMs = Date.now();
    await eventually('the end of the page', { withinMs: minutes(3) }, () =>
      notified(stack.lab, fromMs, 'PathDown service page resolved'),
    );
    await first(/chaos: free to kill/, healedMs, minutes(3));
    expectToo('PathDown service page firing', 'PathDown service page resolved');
    onlyExpectedWasNotified(stack.lab);
  },
  minutes(8),
);

test('its account may do nothing else', async () => {
  const onPods = ['events [create]', 'pods [get list]', 'pods/eviction [create]'];
  for (const [where, expected] of Object.entries({
    [namespace]: [
      'configmaps chaos-switch [get]',
      'events [create]',
      'leases.coordination.k8s.io [create]',
      'leases.coordination.k8s.io chaos-reaper [get update]',
      ...onPods.slice(1),
    ],
    monitoring: [],
    'kube-system': [],
    default: [],
  }))
    expect([where, await allowed(where)]).toEqual([where, expected]);
});

/** What the reaper's account may do with resources of a namespace or of the whole cluster, beside what everybody may: asking about itself. */
async function allowed(where: string): Promise<string[]> {
  const table = await stack.kubectl(
    'auth',
    'can-i',
    '--list',
    '--no-headers',
    '-n',
    where,
    `--as=${account}`,
  );
  return table
    .split('\n')
    .map((line) => /^(\S+)\s+\[\]\s+\[(.*?)\]\s+\[(.*?)\]/.exec(line))
    .filter((match) => match !== null)
    .map(([, resource = '', names = '', verbs = '']) => `${resource}${names && ` ${names}`} [${verbs}]`)
    .filter((rule) => !rule.startsWith('selfsubject'))
    .sort();
}

test('every look at the guards was counted', async () => {
  const looks = await prometheus.vector(`sum by (guard) (${chaosChecksTotal})`);
  const by = Object.fromEntries(looks.map(({ metric, value }) => [metric['guard'], value]));
  report('looks', JSON.stringify(by));
  for (const guard of ['none', 'switch', 'prometheus', 'page', 'losing'])
    expect(by[guard]).toBeGreaterThan(0);
  expect(by['fault']).toBe(0);
});

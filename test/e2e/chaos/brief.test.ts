// What every run of CI shows of the reaper, in about ten minutes; the rest of it is beside this file.
import { guardQuery } from '../../../signals/chaos';
import { chaosKillsTotal, chaosRecovery } from '../../../signals/metrics';
import { expectToo, mayStillCome, notified, onlyExpectedWasNotified } from '../support/expected';
import { pods } from '../support/kubernetes';
import { noPods } from '../support/path-faults';
import { eventually, report, seconds, until } from '../support/wait';
import { alwaysAllowed, flags, minutes, noneLost, often, stackWithReaper } from './reaper';

const { stack, reaper, prometheus } = stackWithReaper(often);
const namespace = 'continuous-load';

test(
  'three minutes of evictions: no page and no lost probe; each is an Event, a count and a recovery',
  async () => {
    const fromMs = Date.now();
    await until(fromMs + minutes(3));
    const kills = await eventually('six evictions', { withinMs: minutes(6), everyMs: 3_000 }, async () => {
      const told = (await reaper.kills(fromMs)).length;
      expect(told).toBeGreaterThanOrEqual(6);
      return told;
    });
    await until(Date.now() + 6_000);
    report('evictions', `${kills} in ${seconds(Date.now() - fromMs)}`);
    await noneLost({ stack, reaper }, fromMs);
    onlyExpectedWasNotified(stack.lab);

    const all = (await reaper.kills(0)).length;
    const events = (await reaper.events()).filter(({ atMs }) => atMs >= fromMs);
    expect(new Set(events.map(({ reason }) => reason))).toEqual(new Set(['ChaosEvicted']));
    expect(events.length).toBeGreaterThanOrEqual(kills - 1);
    // an earlier reaper's series linger
    const [{ metadata } = { metadata: { name: '' } }] = await pods(stack, 'chaos-reaper');
    const mine = `instance="${metadata.name}"`;
    const [counted] = await prometheus.vector(`sum(${chaosKillsTotal}{kind="pod",mode="evict",${mine}})`);
    expect(Math.abs((counted?.value ?? 0) - (await reaper.kills(0)).length)).toBeLessThanOrEqual(1);
    const [recovered] = await prometheus.vector(`sum(histogram_count(${chaosRecovery}{${mine}}))`);
    report('recoveries', recovered?.value ?? 0);
    expect(recovered?.value ?? 0).toBeGreaterThanOrEqual(all - 3);
    const [slowest] = await prometheus.vector(
      `max(histogram_quantile(0.9, sum by (workload) (${chaosRecovery})))`,
    );
    report('recovery p90 of the slowest workload', seconds(slowest?.value ?? 0));
  },
  minutes(12),
);

test('its account may do nothing else', async () => {
  for (const [where, expected] of Object.entries({
    [namespace]: [...alwaysAllowed, 'pods [get list]', 'pods/eviction [create]'],
    monitoring: [],
    'kube-system': [],
    default: [],
  }))
    expect([where, await reaper.allowed(where)]).toEqual([where, expected]);
});

test(
  'the switch stops it within five seconds, also for the next up, and lets it go on',
  async () => {
    await reaper.halt(false);
    await reaper.free();
    const thrownMs = Date.now();
    await reaper.halt(true);
    const stopped = await reaper.first(/held back by: switch/, thrownMs, 15_000);
    report('switch → held back', seconds(stopped.timeMs - thrownMs));
    expect(stopped.timeMs - thrownMs).toBeLessThanOrEqual(5_000);
    await until(Date.now() + 30_000);
    expect(await reaper.kills(thrownMs + 5_000)).toEqual([]);
    await stack.up(...flags(often), '--refresh');
    const halted = await reaper.kubectl('get', 'cm', 'chaos-switch', '-o', 'jsonpath={.data.halted}');
    expect(halted).toBe('true');
    const freedMs = Date.now();
    await reaper.halt(false);
    await reaper.first(/chaos: removed /, freedMs, minutes(2));
  },
  minutes(15),
);

test(
  'lost probes stop it within 15 s, the page holds it, then the budget that is gone, until less is asked for',
  async () => {
    // true, if the fault came within 90 s of an eviction
    for (const status of ['firing', 'resolved']) mayStillCome(`ChaosLostProbes service ticket ${status}`);
    // as the reaper asks it: what was lost a moment ago is off already, also what another try of this has cost
    const signals = await prometheus.vector(guardQuery(stack.model()));
    const left = signals.find(({ metric }) => metric['guard'] === 'budget')?.value ?? 0;
    // a fault of half a minute spends more than 0.3 % of a budget of 30 days
    const startedMs = Date.now();
    await reaper.halt(false);
    await reaper.reconfigure({ leastBudget: left - 0.003 });
    await reaper.first(/chaos: free to kill/, startedMs, minutes(8));
    const fault = noPods(stack, 'source');
    const fromMs = Date.now();
    try {
      await fault.make();
      const page = await eventually('the page', { withinMs: 60_000 }, () =>
        notified(stack.lab, fromMs, 'PathDown service page firing'),
      );
      const [stopped] = await reaper.told(/held back by: (losing|page)/, fromMs);
      const [firstLost] = await prometheus.vector(
        `min(min_over_time(timestamp(increase(k6_probes_total{path="service",outcome="failed"}[10s]) > 0)[2m:1s]))`,
      );
      const lostMs = (firstLost?.value ?? 0) * 1000;
      report('first lost probe seen → held back', seconds((stopped?.timeMs ?? Infinity) - lostMs));
      report('source scaled to 0 → held back', seconds((stopped?.timeMs ?? Infinity) - fromMs));
      expect((stopped?.timeMs ?? Infinity) - lostMs).toBeLessThanOrEqual(15_000);
      expect(stopped?.timeMs).toBeLessThan(page.timeMs + 5_000);
      await reaper.first(/held back by: page/, fromMs, 30_000);
      expect(await reaper.kills(stopped?.timeMs ?? 0)).toEqual([]);
    } finally {
      await fault.heal();
    }
    await eventually('the end of the page', { withinMs: minutes(3) }, () =>
      notified(stack.lab, fromMs, 'PathDown service page resolved'),
    );
    await reaper.first(/held back by: budget/, fromMs, minutes(3));
    await until(Date.now() + 20_000);
    expect(await reaper.told(/free to kill/, fromMs)).toEqual([]);
    const freedMs = Date.now();
    await reaper.asBefore();
    await reaper.first(/chaos: free to kill/, freedMs, minutes(3));
    expectToo('PathDown service page firing', 'PathDown service page resolved');
    onlyExpectedWasNotified(stack.lab);
  },
  minutes(18),
);

test('every look at these guards was counted', async () => {
  await reaper.expectLooks('switch', 'page', 'budget', 'losing', 'none');
});

import { recorded } from '../../../signals/metrics';
import { mayStillCome, notified } from '../support/expected';
import { attributed, inStalls, inWords, lossesBetween, lostIn } from '../support/lost-probes';
import { eventually, report, until } from '../support/wait';
import { alwaysAllowed, minutes, often, stackWithReaper } from './reaper';

/** Far enough apart that the windows of one path cover little of the time, so that what is laid at a kill is its own. */
const crashes = { ...often, interval: '40s', jitter: 20, killShare: 100, lostPerKill: 0 };
const { stack, reaper, prometheus } = stackWithReaper(crashes);
/** Grace of 1 s, a probe's timeout of 2 s twice, an export of 2 s, and what a busy machine takes to forget an endpoint. */
const windowMs = 20_000;
const spanMs = minutes(6);

test('to delete pods is allowed now, and nothing else beside', async () => {
  expect(await reaper.allowed('continuous-load')).toEqual([
    ...alwaysAllowed,
    'pods [get list delete]',
    'pods/eviction [create]',
  ]);
});

test(
  'what deletions cost lies within seconds after one of a workload of the path; the rest of the time costs nothing',
  async () => {
    const fromMs = Date.now();
    await until(fromMs + spanMs);
    // the last kill's losses and their export
    await until(Date.now() + windowMs);
    const untilMs = Date.now();
    const kills = await reaper.kills(fromMs - windowMs);
    report('deletions', kills.length);
    expect(kills.length).toBeGreaterThanOrEqual(3);
    const losses = await lossesBetween(prometheus, fromMs, untilMs);
    const { costs, unexplained } = attributed(losses, kills, windowMs);
    for (const { atMs, workload, losses: own } of costs)
      report(`deletion of ${workload} ${new Date(atMs).toISOString().slice(11, 19)}`, inWords(own));
    report('lost in all', lostIn(losses));
    const stalls = await inStalls(prometheus, unexplained);
    report('lost while the machine stood still', inWords(stalls));
    expect(inWords(unexplained.filter((loss) => !stalls.includes(loss)))).toBe('none');
    // the same losses laid at kills of a quarter of a minute before each find no cause: the windows do not cover everything
    if (losses.length > 0) {
      const earlier = kills.map((kill) => ({ ...kill, atMs: kill.atMs - windowMs }));
      expect(lostIn(attributed(losses, earlier, windowMs).unexplained)).toBeGreaterThan(0);
    }
    const [counted] = await prometheus.vector(`sum(sum_over_time(${recorded.kills}{mode="kill"}[10m]))`);
    expect(counted?.value ?? 0).toBeGreaterThanOrEqual(kills.length - 1);

    const paths = [...new Set(losses.map(({ path }) => path))];
    for (const path of paths) {
      await eventually(`the ticket of ${path}`, { withinMs: minutes(2) }, () =>
        notified(stack.lab, fromMs, `ChaosLostProbes ${path} ticket firing`),
      );
      mayStillCome(`ChaosLostProbes ${path} ticket firing`);
      mayStillCome(`ChaosLostProbes ${path} ticket resolved`);
    }
    report('told by ChaosLostProbes', paths.join(', ') || 'nothing was lost, so nothing');
  },
  minutes(12),
);

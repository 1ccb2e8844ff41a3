import { expectToo, mayStillCome, notified, onlyExpectedWasNotified } from '../support/expected';
import { list } from '../support/kubernetes';
import { eventually, report, seconds } from '../support/wait';
import { minutes, noneLost, often, stackWithReaper } from './reaper';

const { stack, reaper } = stackWithReaper({
  ...often,
  // one workload, so that the others keep both pods while there is no place for new ones
  victims: '["echo"]',
  alertAfter: '2m',
});
const nodes = async () => (await list(stack, 'nodes')).map(({ metadata }) => metadata.name);

afterAll(async () => {
  await stack.kubectl('uncordon', ...(await nodes()));
}, minutes(1));

test(
  'a pod that finds no place again stops it after five minutes, then somebody is told that there is no chaos; a place frees it',
  async () => {
    const fromMs = Date.now();
    await stack.kubectl('cordon', ...(await nodes()));
    const killed = await reaper.first(/chaos: removed /, fromMs, minutes(2));
    const stopped = await reaper.first(/held back by: unrecovered/, fromMs, minutes(7));
    report('kill without recovery → held back', seconds(stopped.timeMs - killed.timeMs));
    expect(stopped.timeMs - killed.timeMs).toBeGreaterThanOrEqual(minutes(5));
    expect(await reaper.kills(killed.timeMs + 1)).toEqual([]);
    const told = await eventually('the ticket', { withinMs: minutes(8) }, () =>
      notified(stack.lab, stopped.timeMs, 'ChaosHalted - ticket firing'),
    );
    report('held back → told', seconds(told.timeMs - stopped.timeMs));
    await stack.kubectl('uncordon', ...(await nodes()));
    const placedMs = Date.now();
    const freed = await reaper.first(/free to kill/, placedMs, minutes(2));
    report('a place for it → free', seconds(freed.timeMs - placedMs));
    await reaper.first(/chaos: removed /, placedMs, minutes(2));
    await eventually('its end', { withinMs: minutes(4) }, () =>
      notified(stack.lab, placedMs, 'ChaosHalted - ticket resolved'),
    );
    expectToo('ChaosHalted - ticket firing', 'ChaosHalted - ticket resolved');
    await noneLost({ stack, reaper }, fromMs);
    for (const status of ['firing', 'resolved']) mayStillCome(`ReplicasMissing - ticket ${status}`);
    onlyExpectedWasNotified(stack.lab);
  },
  minutes(25),
);

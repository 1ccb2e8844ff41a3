import { volumesNode } from '../../../lab/cluster/node-config';
import { receivesPushes } from '../matrix/fresh-prometheus';
import { onlyExpectedWasNotified } from '../support/expected';
import { frozen } from '../support/path-faults';
import { eventually, report, seconds, until } from '../support/wait';
import { minutes, often, stackWithReaper } from './reaper';

const { stack, reaper } = stackWithReaper(often);

test(
  'a second reaper waits for the lease',
  async () => {
    const fromMs = Date.now();
    await reaper.kubectl('scale', 'deploy/chaos-reaper', '--replicas=2');
    await reaper.first(/held back by: lease/, fromMs, minutes(1));
    const scaledMs = Date.now();
    await reaper.kubectl('scale', 'deploy/chaos-reaper', '--replicas=1');
    // whichever is left has the lease, or takes it when the other has been silent for its time
    await reaper.first(/chaos: removed /, scaledMs + 5_000, minutes(2));
  },
  minutes(5),
);

test(
  'an account that lost its permissions is a fault of its own',
  async () => {
    const fromMs = Date.now();
    const rearm = await reaper.disarm();
    try {
      await reaper.first(/held back by: fault/, fromMs, 30_000);
    } finally {
      await rearm();
    }
    await until(Date.now() + 20_000);
    // allowed again, and yet it waits: five minutes from the last fault, unless somebody starts it anew
    expect(await reaper.told(/free to kill/, fromMs)).toEqual([]);
    expect(await reaper.kills(fromMs + 5_000)).toEqual([]);
    const againMs = Date.now();
    await reaper.kubectl('rollout', 'restart', 'deploy/chaos-reaper');
    await reaper.first(/free to kill/, againMs, minutes(2));
  },
  minutes(6),
);

test(
  'without Prometheus it stops',
  async () => {
    const fault = frozen(stack, volumesNode, 'prometheus', receivesPushes);
    const fromMs = Date.now();
    try {
      await fault.make();
      const stopped = await reaper.first(/held back by: prometheus/, fromMs, 20_000);
      report('Prometheus silent → held back', seconds(stopped.timeMs - fromMs));
      await until(fromMs + 20_000);
      expect(await reaper.kills(stopped.timeMs)).toEqual([]);
    } finally {
      await fault.heal();
    }
    await reaper.first(/chaos: free to kill/, Date.now(), minutes(2));
    onlyExpectedWasNotified(stack.lab);
  },
  minutes(4),
);

test(
  'quiet hours hold it, and without them the cap does, as it remembers its kills over restarts',
  async () => {
    // enough for the cap below
    await eventually('three kills', { withinMs: minutes(3) }, async () => {
      expect((await reaper.kills(0)).length).toBeGreaterThanOrEqual(3);
    });
    const now = Date.now();
    const times = [-1, 0, 1].map((days) => {
      const day = new Date(now + days * minutes(1440)).getUTCDay();
      return { day, fromMinute: 0, toMinute: 1440 };
    });
    const zone = { zone: [{ fromMs: 0, minutes: 0 }], zoneUntilMs: now + minutes(1440) };
    await reaper.reconfigure({ quiet: { times, holidays: [], ...zone }, maxPerHour: 3 });
    const held = await reaper.first(/held back by: quiet/, now, minutes(1));
    const restartedMs = Date.now();
    await reaper.reconfigure({ maxPerHour: 3 });
    await reaper.first(/held back by: cap/, restartedMs, minutes(1));
    expect(await reaper.kills(held.timeMs)).toEqual([]);
    const freedMs = Date.now();
    await reaper.asBefore();
    await reaper.first(/free to kill/, freedMs, minutes(2));
  },
  minutes(9),
);

test('every look at these guards was counted', async () => {
  await reaper.expectLooks('fault', 'lease', 'prometheus', 'quiet', 'cap', 'none');
});

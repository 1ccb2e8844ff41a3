import { probesTotal } from '../../signals/metrics';
import { expectedSoFar, stillToCome, onlyExpectedWasNotified, without } from './support/expected';
import { beganAnew, samples } from './support/counts';
import { inWords, notifications, retold } from './support/pager';
import { StackUnderTest } from './support/stack-under-test';
import { report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
/** The last notification is this long ago before the log counts as whole; the suite before this one takes most of it. */
const calmMs = 300_000;

test(
  'since the lab was made the pager received what the faults were meant to cause, and nothing else',
  async () => {
    await until((notifications(stack.lab).at(-1)?.timeMs ?? 0) + calmMs);
    const all = notifications(stack.lab);
    report('notifications', all.map(inWords).join(', ') || 'none');
    onlyExpectedWasNotified(stack.lab);
    // a page per cause and its end: nothing fires twice, nothing stays open
    const of = (state: string) =>
      expectedSoFar()
        .filter((words) => words.endsWith(` ${state}`))
        .map((words) => words.slice(0, -state.length - 1));
    const late = stillToCome().map((words) => words.replace(/ resolved$/, ''));
    expect(without(without(of('firing'), of('resolved')), late)).toEqual([]);
    expect(without(of('resolved'), of('firing'))).toEqual([]);
  },
  calmMs + 30_000,
);

// Alertmanager promises "at least once": what it sent it knows by a log that it writes down every quarter of an hour, and power cuts lose.
test('nobody was told the same twice, except by an Alertmanager that had been killed in between', async () => {
  const twice = [];
  for (const { timeMs, toldMs, words } of retold(notifications(stack.lab))) {
    const sent = await samples(
      stack.prometheus(),
      toldMs - 60_000,
      timeMs + 60_000,
      'alertmanager_notifications_total{integration="webhook"}',
    );
    const killed = beganAnew(sent);
    report(`told again after ${seconds(timeMs - toldMs)}${killed ? ', by a new Alertmanager' : ''}`, words);
    if (!killed) twice.push({ words, at: new Date(timeMs).toISOString(), after: seconds(timeMs - toldMs) });
  }
  expect(twice).toEqual([]);
});

test('no probe failed by a fault of the script', async () => {
  const [most] = await stack
    .prometheus()
    .vector(`max(max_over_time(${probesTotal}{outcome="error",reason="script"}[3h]))`);
  expect(most?.value).toBe(0);
});

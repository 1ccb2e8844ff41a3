import { expectedSoFar, onlyExpectedWasNotified } from './support/expected';
import { inWords, notifications } from './support/pager';
import { StackUnderTest } from './support/stack-under-test';
import { report, until } from './support/wait';

const stack = new StackUnderTest();
/** The last cause is this long ago before the log counts as whole. */
const calmMs = 120_000;

test(
  'since the lab was made the pager received what the faults were meant to cause, and nothing else',
  async () => {
    await until(Date.now() + calmMs);
    const all = notifications(stack.lab);
    report('notifications', all.map(inWords).join(', ') || 'none');
    onlyExpectedWasNotified(stack.lab);
    // a page per cause and its end: nothing fires twice, nothing stays open
    const pages = expectedSoFar();
    expect(pages.filter((words) => words.endsWith('firing'))).toHaveLength(pages.length / 2);
  },
  calmMs + 30_000,
);

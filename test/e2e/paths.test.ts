import { failures } from './support/counts';
import { onlyExpectedWasNotified } from './support/expected';
import { rollingRestart } from './support/kubernetes';
import { StackUnderTest } from './support/stack-under-test';
import { until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();

test.each(['echo', 'target', 'source'])(
  'every pod of %s restarted: no probe of any path fails',
  async (workload) => {
    const fromMs = Date.now();
    await rollingRestart(stack, workload);
    await until(Date.now() + 6_000);
    expect(await failures(prometheus, fromMs)).toEqual([]);
    onlyExpectedWasNotified(stack.lab);
  },
  240_000,
);

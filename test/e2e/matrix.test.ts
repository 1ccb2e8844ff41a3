import { faultRounds } from './matrix/rows';
import { byName, chosen } from './matrix/row';
import { MatrixRunner } from './matrix/runner';
import { countOutcomes, failures } from './support/counts';
import { environment, recordsDirectory, StackUnderTest } from './support/stack-under-test';
import { until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const runner = new MatrixRunner(stack, recordsDirectory());
const rounds = chosen(faultRounds(stack), process.env[environment.rows] ?? 'ci');
const minutes = (count: number) => count * 60_000;

describe('faults of the table', () => {
  test.each(byName(rounds))('%s', async (_names, round) => runner.run(round), minutes(45));

  test('every path is good after them', async () => {
    const fromMs = Date.now();
    await until(fromMs + 20_000);
    expect(await failures(prometheus, fromMs)).toEqual([]);
    expect((await countOutcomes(prometheus, fromMs, Date.now())).ok).toBeGreaterThan(0);
  }, 60_000);
});

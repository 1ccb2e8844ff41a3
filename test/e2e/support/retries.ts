import { settleFailedTry, triedAllTheSame } from './expected';
import { environment, StackUnderTest } from './stack-under-test';
import { percent, stolenBetween, stolenNow, tooMuchStolen } from './stolen';
import { eventually, report } from './wait';

// A test that passes when tried again counts as passed and is named at the end of the run: it is unsteady, not well.
jest.retryTimes(Number(process.env[environment.retries] ?? 0), {
  logErrorsBeforeRetry: true,
  retryImmediately: true,
});

/** Bursts of other work on the host lasted some minutes where they were seen; where they last longer, a run has no time to wait for their end. */
const stolenForMs = 180_000;
/** More than all of the waiting before a try. */
const hookMs = 900_000;

let last: { readonly test: string | undefined; readonly fromMs: number } | undefined;

// nobody but a test that is tried again has the name of the test before it
beforeEach(async () => {
  const test = expect.getState().currentTestName;
  if (last !== undefined && last.test === test) await beforeAnotherTry(last.fromMs);
  last = { test, fromMs: Date.now() };
}, hookMs);

async function beforeAnotherTry(fromMs: number): Promise<void> {
  report(
    'CPU time stolen by others on this host in the failed try',
    percent(stolenBetween(fromMs, Date.now())),
  );
  await eventually('CPUs that are not given to others', { withinMs: stolenForMs, everyMs: 5_000 }, () => {
    const share = stolenNow();
    if (share >= tooMuchStolen) throw new Error(`${percent(share)} of its time is stolen`);
  }).catch(triedAllTheSame);
  // what has no lab may run beside one that is somebody else's
  if (process.env[environment.needs] !== 'nothing') await settleFailedTry(new StackUnderTest().lab, fromMs);
}

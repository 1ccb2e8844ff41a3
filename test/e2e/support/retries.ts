import { settleFailedTry, triedAllTheSame } from './expected';
import { environment, StackUnderTest } from './stack-under-test';
import { cpuTime, type CpuTime, stolenShare, untilNotStolen } from './stolen';
import { report } from './wait';

// A test that passes when tried again counts as passed and is named at the end of the run: it is unsteady, not well.
jest.retryTimes(Number(process.env[environment.retries] ?? 0), {
  logErrorsBeforeRetry: true,
  retryImmediately: true,
});

/** Bursts of other work on the host lasted some minutes where they were seen; where they last longer, a run has no time to wait for their end. */
const stolenForMs = 180_000;
/** More than all of the waiting before a try. */
const hookMs = 900_000;

interface Try {
  readonly test: string | undefined;
  readonly fromMs: number;
  readonly cpu: CpuTime;
}

let last: Try | undefined;

// nobody but a test that is tried again has the name of the test before it
beforeEach(async () => {
  const test = expect.getState().currentTestName;
  if (last !== undefined && last.test === test) await beforeAnotherTry(last);
  last = { test, fromMs: Date.now(), cpu: cpuTime() };
}, hookMs);

async function beforeAnotherTry({ fromMs, cpu }: Try): Promise<void> {
  const share = stolenShare(cpu, cpuTime());
  report('CPU time stolen by others on this host in the failed try', `${Math.round(share * 100)} %`);
  await untilNotStolen(stolenForMs).catch(triedAllTheSame);
  await settleFailedTry(new StackUnderTest().lab, fromMs);
}

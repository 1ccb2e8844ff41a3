import { failedTryEndsMs, settleFailedTry } from './expected';
import { environment, StackUnderTest } from './stack-under-test';

// A test that passes the second time counts as passed and is named at the end of the run: it is unsteady, not well.
jest.retryTimes(Number(process.env[environment.retries] ?? 0), {
  logErrorsBeforeRetry: true,
  retryImmediately: true,
});

let last: { readonly test: string | undefined; readonly fromMs: number } | undefined;

// nobody but a test that is tried again has the name of the test before it
beforeEach(async () => {
  const test = expect.getState().currentTestName;
  if (last !== undefined && last.test === test) await settleFailedTry(new StackUnderTest().lab, last.fromMs);
  last = { test, fromMs: Date.now() };
}, failedTryEndsMs + 30_000);

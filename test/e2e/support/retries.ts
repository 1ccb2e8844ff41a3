import { environment } from './stack-under-test';

// A test that passes the second time counts as passed and is named at the end of the run: it is unsteady, not well.
jest.retryTimes(Number(process.env[environment.retries] ?? 0), {
  logErrorsBeforeRetry: true,
  retryImmediately: true,
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, readReport, triedAgain } from './jest-report';

const directory = mkdtempSync(join(tmpdir(), 'jest-report-'));
afterAll(() => rmSync(directory, { recursive: true }));

type Tests = Readonly<Record<string, 'passed' | 'failed' | 'unsteady'>>;

/** What Jest says of these files; one without tests could not run. */
function outcomeOf(files: Readonly<Record<string, Tests>>): Outcome {
  const testResults = Object.entries(files).map(([name, tests]) => ({
    name,
    status: Object.keys(tests).length === 0 || Object.values(tests).includes('failed') ? 'failed' : 'passed',
    message: 'it does not even load',
    assertionResults: Object.entries(tests).map(([fullName, status]) => ({
      fullName,
      status: status === 'unsteady' ? 'passed' : status,
      failureMessages: status === 'failed' ? ['expected 2\ngot 1'] : [],
      ...(status === 'unsteady' ? { retryReasons: ['expected 2'] } : {}),
    })),
  }));
  const statuses = testResults.flatMap(({ assertionResults }) => assertionResults);
  const report = {
    numPassedTests: statuses.filter(({ status }) => status === 'passed').length,
    numFailedTests: statuses.filter(({ status }) => status === 'failed').length,
    numRuntimeErrorTestSuites: testResults.filter(({ assertionResults }) => assertionResults.length === 0)
      .length,
    testResults,
  };
  const file = join(directory, 'report.json');
  writeFileSync(file, JSON.stringify(report));
  return readReport(file);
}

test('a report is counted, and what failed is named with what it said', () => {
  const outcome = outcomeOf({
    a: { one: 'passed', two: 'unsteady' },
    b: { three: 'failed', four: 'passed' },
    c: {},
  });
  expect(outcome).toEqual({
    passed: 3,
    failed: 2,
    failures: ['three\nexpected 2\ngot 1', 'c\nit does not even load'],
    unsteady: ['two\nexpected 2'],
    failedFiles: ['b', 'c'],
    passedInGoodFiles: 2,
  });
});

test('no report and a run of nothing are failures', () => {
  expect(readReport(join(directory, 'none.json'))).toMatchObject({ passed: 0, failed: 1 });
  expect(outcomeOf({})).toMatchObject({ passed: 0, failed: 1 });
});

test('what passes when it is tried again counts as passed and is named; what fails again has failed', () => {
  const first = outcomeOf({ a: { one: 'passed' }, b: { two: 'failed', three: 'failed', four: 'passed' } });
  const again = outcomeOf({ b: { two: 'passed', three: 'failed', four: 'passed' } });
  expect(triedAgain(first, again)).toMatchObject({
    passed: 3,
    failed: 1,
    failures: ['three\nexpected 2\ngot 1'],
    unsteady: ['two\nexpected 2\ngot 1'],
  });
});

test('a file that cannot run again has failed, whatever it said first', () => {
  const first = outcomeOf({ a: { one: 'passed' }, b: { two: 'failed' } });
  expect(triedAgain(first, outcomeOf({ b: {} }))).toMatchObject({ passed: 1, failed: 1 });
});

import { existsSync, readFileSync } from 'node:fs';

/** What a run of tests came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** The failed tests, each with the beginning of what it said. */
  readonly failures: readonly string[];
  /** The tests that failed first and passed when tried again, each with the beginning of what it said. */
  readonly unsteady: readonly string[];
  /** Files with a failed test, or that could not run. */
  readonly failedFiles: readonly string[];
  /** Number of tests that passed in the other files. */
  readonly passedInGoodFiles: number;
}

interface Assertion {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[] | null;
  readonly retryReasons?: readonly string[];
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly Assertion[];
  }[];
}

/** What a report of Jest says; a file that could not run is one failure, and so is a run of nothing, or one without a report. */
export function readReport(file: string): Outcome {
  if (!existsSync(file))
    return {
      passed: 0,
      failed: 1,
      failures: ['it wrote no report'],
      unsteady: [],
      failedFiles: [],
      passedInGoodFiles: 0,
    };
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const good = report.testResults.filter(({ status }) => status !== 'failed');
  const said = ({ fullName }: Assertion, messages: readonly string[] | null = []) =>
    beginning([fullName, ...(messages ?? [])].join('\n'));
  return {
    passed: report.numPassedTests,
    failed: report.numPassedTests + failed === 0 ? 1 : failed,
    unsteady: tests
      .filter(({ status, retryReasons }) => status === 'passed' && (retryReasons?.length ?? 0) > 0)
      .map((test) => said(test, test.retryReasons)),
    failures: report.testResults.flatMap(({ name, status, message, assertionResults }) =>
      status === 'failed' && assertionResults.length === 0
        ? [`${name}\n${beginning(message)}`]
        : assertionResults
            .filter((test) => test.status === 'failed')
            .map((test) => said(test, test.failureMessages)),
    ),
    failedFiles: report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name),
    passedInGoodFiles: good
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed').length,
  };
}

/** A run of everything, and after it one of the files that failed: what passes then counts as passed, and is named as unsteady. */
export function triedAgain(first: Outcome, again: Outcome): Outcome {
  const still = new Set(again.failures.map(nameOf));
  return {
    ...again,
    passed: first.passedInGoodFiles + again.passed,
    unsteady: [...again.unsteady, ...first.failures.filter((failure) => !still.has(nameOf(failure)))],
  };
}

function nameOf(failure: string): string {
  return failure.split('\n', 1)[0] ?? '';
}

function beginning(text: string): string {
  const kept = 25;
  return text.split('\n').slice(0, kept).join('\n');
}

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, readReport, triedAgain } from './support/jest-report';

/** With more failed files than this it is not the machine, and trying again would only cost time. */
const mostTriedAgain = 5;

const say = (text: string) => process.stderr.write(`${text}\n`);

/**
 * `npm run unit:ci -- SUMMARY`: the unit suites as CI runs them. Many of them run real programs side by side, and the machine
 * is shared: files that failed are run once more, one after the other, and what passes only then is named. Writes {passed, failed} to SUMMARY.
 */
async function main(summary: string): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'continuous-load-unit-'));
  try {
    const first = await run(join(directory, 'first.json'));
    const outcome = mayTryAgain(first)
      ? triedAgain(first, await run(join(directory, 'again.json'), '--runInBand', ...first.failedFiles))
      : first;
    for (const each of outcome.unsteady) say(`\nunsteady, passed when tried again: ${each}`);
    for (const each of outcome.failures) say(`\nfailed: ${each}`);
    writeFileSync(summary, JSON.stringify({ passed: outcome.passed, failed: outcome.failed }));
    return outcome.failed > 0 ? 1 : 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function mayTryAgain({ failed, failedFiles }: Outcome): boolean {
  return failed > 0 && failedFiles.length > 0 && failedFiles.length <= mostTriedAgain;
}

async function run(report: string, ...words: string[]): Promise<Outcome> {
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--forceExit', '--ci'];
  const child = spawn(process.execPath, [...jest, '--json', `--outputFile=${report}`, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await new Promise((resolve) => child.once('close', resolve));
  return readReport(report);
}

const [summary] = process.argv.slice(2);
if (summary === undefined) throw new Error('say where to write {passed, failed}');
void main(summary).then((code) => process.exit(code));

import { createProgress, type Progress } from '../../lab/progress';
import { describeError, Failure, Interrupted } from './failure';
import { Interruption } from './interruption';

/** What every verb works with. */
export interface Terminal {
  /** On stderr, so that stdout stays data. */
  readonly progress: Progress;
  readonly interruption: Interruption;
  /** Says in which stage the verb is, and what to do when it is interrupted there. */
  readonly stage: (advice: string) => void;
  /** A line on stdout. */
  readonly print: (text: string) => void;
}

/**
 * Runs a verb to its exit code: an error becomes one paragraph on stderr, a signal 130 (or its like) with what to do next. Sets
 * `process.exitCode` and ends the process when output has been written.
 */
export async function runVerb(name: string, verb: (terminal: Terminal) => Promise<void>): Promise<void> {
  const interruption = new Interruption().listen();
  const progress = createProgress();
  let advice = 'Nothing was changed.';
  const terminal: Terminal = {
    progress,
    interruption,
    stage: (text) => (advice = text),
    print: (text) => process.stdout.write(`${text}\n`),
  };
  try {
    await verb(terminal);
    progress.end();
    process.exitCode = 0;
  } catch (error) {
    progress.end('failed');
    process.exitCode = report(name, error, advice);
  }
  interruption.dispose();
  // Work that was given up after an interruption may still hold the event loop.
  if (interruption.signal.aborted) process.exit();
}

function report(name: string, error: unknown, advice: string): number {
  if (error instanceof Interrupted) {
    process.stderr.write(`\n${name}: interrupted. ${advice}\n`);
    return error.exitCode;
  }
  process.stderr.write(`\n${name}: ${describeError(error)}\n`);
  return error instanceof Failure ? error.exitCode : 1;
}

/** A command cannot do what was asked: `message` is for the user, one clear paragraph with the way out; no stack is shown. */
export class Failure extends Error {
  override readonly name = 'Failure';

  /** @param exitCode of the process, 1 unless an engine gave its own. */
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** The user ended the command by a signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(readonly by: NodeJS.Signals) {
    super(`interrupted by ${by}`);
  }

  /** 128 + the signal's number, as a shell has it: 130 for Ctrl-C. */
  get exitCode(): number {
    return 128 + (signalNumbers[this.by] ?? 0);
  }
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** Error text for the terminal; with DEBUG set in the environment the stack and the causes too. */
export function describeError(error: unknown, debug = process.env['DEBUG'] !== undefined): string {
  if (!(error instanceof Error)) return String(error);
  if (!debug) return error.message || error.name;
  const cause = error.cause === undefined ? '' : `\ncaused by: ${describeError(error.cause, true)}`;
  return `${error.stack ?? error.message}${cause}`;
}

import type { ChildProcess } from 'node:child_process';
import { Interrupted } from './failure';

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const settleMs = 10_000;

/**
 * Ctrl-C and its kin, for a whole command: the first signal aborts what is running and is handed to each engine once, as SIGINT;
 * a second one is handed on too (Pulumi then stops at once) or ends a command that has no engine.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private readonly engines = new Set<Pick<ChildProcess, 'kill'>>();
  private readonly listener = (signal: NodeJS.Signals): void => this.receive(signal);

  constructor(private readonly exit: (code: number) => void = (code) => process.exit(code)) {}

  /** Aborted with an {@link Interrupted} as reason. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Begins to listen to the process's signals. */
  listen(): this {
    for (const signal of signals) process.on(signal, this.listener);
    return this;
  }

  /** Stops listening, so that the next signal ends the process as usual. */
  dispose(): void {
    for (const signal of signals) process.off(signal, this.listener);
  }

  /** Registers a child that finishes cleanly on SIGINT and does not hear the terminal itself; returns its removal. */
  forwardTo(engine: Pick<ChildProcess, 'kill'>): () => void {
    this.engines.add(engine);
    return () => this.engines.delete(engine);
  }

  /** What happens when a signal comes; public for tests. */
  receive(signal: NodeJS.Signals): void {
    const again = this.controller.signal.aborted;
    const reason = new Interrupted(signal);
    this.controller.abort(reason);
    for (const engine of this.engines) engine.kill('SIGINT');
    if (again && this.engines.size === 0) this.exit(reason.exitCode);
  }

  /** Waits for work; once interrupted gives it ten seconds to end by itself, then goes on without it. Throws {@link Interrupted}. */
  async guard<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.controller;
    let timer: NodeJS.Timeout | undefined;
    let giveUp: (reason: Error) => void = () => undefined;
    const interrupted = new Promise<never>((_, reject) => (giveUp = reject));
    const end = (): void => {
      timer = setTimeout(() => giveUp(signal.reason as Error), settleMs);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    try {
      const result = await Promise.race([work, interrupted]);
      signal.throwIfAborted();
      return result;
    } catch (error) {
      // Work that fails because it was interrupted says so in its own words; what the user did is the truth.
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', end);
      clearTimeout(timer);
    }
  }
}

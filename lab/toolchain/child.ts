import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** How a child is run. */
export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the child and its children when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each line of its standard output and error. */
  readonly onLine?: (line: string) => void;
}

/** How a child ended: its exit code (undefined when a signal ended it or it could not start), and what it said. */
export interface ChildOutcome {
  readonly code: number | undefined;
  /** All of its standard output. */
  readonly stdout: string;
  /** The last 200 lines of output and error, in the order in which they came. */
  readonly lines: readonly string[];
}

const keptLines = 200;
const graceMs = 5_000;

/**
 * Runs a program in a process group of its own and waits for its end; resolves whatever its exit code is. An abort interrupts the
 * group, kills it after five seconds and rejects with the signal's reason. If this process dies, the kernel kills the child too.
 * A program that cannot be started rejects with the system's error (code ENOENT when it is not on PATH).
 */
export async function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<ChildOutcome> {
  options.signal?.throwIfAborted();
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env ?? process.env,
  });
  const lines: string[] = [];
  const output: string[] = [];
  const keep = (line: string): void => {
    if (lines.push(line) > keptLines) lines.shift();
    options.onLine?.(line);
  };
  const read = async (stream: Readable, also?: string[]): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      also?.push(line);
      keep(line);
    }
  };

  let killer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    endGroup(child.pid, 'SIGINT');
    killer = setTimeout(() => endGroup(child.pid, 'SIGKILL'), graceMs);
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    const ended = new Promise<number | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? undefined));
    });
    const [code] = await Promise.all([ended, read(child.stdout, output), read(child.stderr)]);
    options.signal?.throwIfAborted();
    return { code, stdout: output.map((line) => `${line}\n`).join(''), lines };
  } finally {
    clearTimeout(killer);
    options.signal?.removeEventListener('abort', stop);
    // What a child left behind in its group would keep writing into a directory that is about to be removed.
    if (options.signal?.aborted) endGroup(child.pid, 'SIGKILL');
  }
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

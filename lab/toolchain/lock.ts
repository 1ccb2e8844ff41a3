import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { ToolchainError } from './toolchain-error';

const taken = 75;

/**
 * Runs `work` while this process alone holds the lock `file` (made when missing). The kernel holds it (flock(1) in a child that
 * lives as long as our pipe to it), so a lock is never stale: it ends with the process that took it. While another process holds
 * it, `onWait` is called once with that process's id ('?' when unknown). An abort while waiting rejects with the signal's reason.
 */
export async function withLock<Result>(
  file: string,
  onWait: (holder: string) => void,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const release = (await take(file, false, signal)) ?? (await waitFor(file, onWait, signal));
  try {
    writeFileSync(file, `${process.pid}\n`);
    return await work();
  } finally {
    await release();
  }
}

async function waitFor(
  file: string,
  onWait: (holder: string) => void,
  signal?: AbortSignal,
): Promise<Release> {
  onWait(readFileSync(file, 'utf8').trim() || '?');
  const release = await take(file, true, signal);
  if (!release)
    throw new ToolchainError(`The lock ${file} could not be taken. Remove the file and try again.`);
  return release;
}

type Release = () => Promise<void>;

/** Undefined when another process holds the lock and `wait` is false. */
async function take(file: string, wait: boolean, signal?: AbortSignal): Promise<Release | undefined> {
  signal?.throwIfAborted();
  const mode = wait ? [] : ['--nonblock', '--conflict-exit-code', String(taken)];
  const holder = spawn('flock', [...mode, file, 'sh', '-c', 'echo taken; exec cat'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C at the terminal must not free the lock before this process has cleaned up.
    detached: true,
  });
  const ended = new Promise<number | undefined>((resolve, reject) => {
    holder.once('error', reject);
    holder.once('exit', (code) => resolve(code ?? undefined));
  });
  let said = '';
  holder.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const stop = (): void => void holder.kill();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const code = await Promise.race([ended, once(holder.stdout, 'data').then(() => 'taken' as const)]);
    signal?.throwIfAborted();
    if (code === 'taken') {
      return async () => {
        holder.stdin.end();
        await ended;
      };
    }
    if (code === taken && !wait) return undefined;
    throw new ToolchainError(
      `The lock ${file} cannot be taken: ${said.trim() || 'flock ended'}. Is the directory writable?`,
    );
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

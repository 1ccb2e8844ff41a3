import { execFile, type ExecFileException } from 'node:child_process';

/** What a program said. `code` is 127 when it is not on PATH, 124 when it took too long, 255 when a signal ended it. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  /** Text for its standard input. */
  readonly input?: string;
  /** It is killed after this time, in milliseconds; default 60 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The programs that keep k3d clusters; both are looked for on PATH. */
export type ProgramName = 'docker' | 'k3d';

/** k3d's own settings that are about its helper images and workarounds, and not about a cluster's config. */
const harmless = /^K3D_(IMAGE_|HELPER_|FIX_|DEBUG_)/;

/** This process's environment without the variables by which k3d would change the config that it is given (`K3D_SERVERS=3`). */
export function programEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('K3D_') || harmless.test(name)),
  );
}

/**
 * Runs docker or k3d to its end; resolves whatever its exit code is. It ends with this process, and is killed with all its pipes closed
 * when it takes too long: a docker CLI without an answering engine may hang for ever.
 */
export function run(program: ProgramName, args: readonly string[], options: RunOptions = {}): Promise<Said> {
  const { input, timeoutMs = 60_000, signal } = options;
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      {
        env: programEnvironment(),
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 2 ** 20,
        ...(signal ? { signal } : {}),
      },
      (error, stdout, stderr) => {
        process.removeListener('exit', stop);
        if (error === null) {
          resolve({ code: 0, stdout, stderr });
          return;
        }
        resolve(ended(program, timeoutMs, error, { stdout, stderr }));
      },
    );
    const stop = (): void => void child.kill('SIGTERM');
    process.once('exit', stop);
    // A program that ends without reading all of its input says why on standard error.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

function ended(
  program: ProgramName,
  timeoutMs: number,
  error: ExecFileException,
  { stdout, stderr }: Pick<Said, 'stdout' | 'stderr'>,
): Said {
  if (error.code === 'ENOENT') return { code: 127, stdout, stderr: `${program} is not on PATH` };
  if (error.killed === true) return { code: 124, stdout, stderr: `no answer within ${timeoutMs / 1000} s` };
  const code = typeof error.code === 'number' ? error.code : 255;
  return { code, stdout, stderr: stderr || error.message };
}

/** A program did not do what it was asked to; the message holds its own words. */
export class ProgramFailed extends Error {
  constructor(program: ProgramName, args: readonly string[], { code, stdout, stderr }: Said) {
    const words = (stderr.trim() || stdout.trim()).split('\n').map(withoutColours).slice(-6).join('\n  ');
    super(`\`${program} ${args.join(' ')}\` failed: ${words || `exit code ${code}`}`);
    this.name = 'ProgramFailed';
  }
}

/** {@link run} that throws {@link ProgramFailed} on any exit code but 0, and returns standard output. */
export async function demand(
  program: ProgramName,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const said = await run(program, args, options);
  if (said.code !== 0) throw new ProgramFailed(program, args, said);
  return said.stdout;
}

function withoutColours(line: string): string {
  // eslint-disable-next-line no-control-regex
  return line.replace(/\u001b\[[0-9;]*m/g, '');
}

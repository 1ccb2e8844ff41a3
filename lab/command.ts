import { spawn } from 'node:child_process';

/** How a quiet child is run. */
export interface CaptureOptions {
  readonly cwd?: string;
  /** Its whole environment; this process's by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Text for its standard input; none by default. */
  readonly input?: string | undefined;
  /** It is killed after this time; never by default. */
  readonly timeoutMs?: number;
  /** It is killed when this is aborted. */
  readonly signal?: AbortSignal;
}

/** What a quiet child said. `code` is 127 when it could not be started and 255 when a signal ended it. */
export interface Captured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a short program without a terminal; resolves whatever its exit code is. (execa 10 cannot be loaded from CommonJS through tsx.) */
export async function capture(
  program: string,
  args: readonly string[],
  options: CaptureOptions = {},
): Promise<Captured> {
  const { cwd, env = process.env, input, timeoutMs, signal } = options;
  const child = spawn(program, args, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env,
    // A session of its own: Ctrl-C is the caller's to handle.
    detached: true,
    killSignal: 'SIGKILL',
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8');
    child[name]?.on('data', (data: string) => (texts[name] += data));
  }
  // A program that ends without reading all of its input says why on standard error.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, stdout: '', stderr: error.message }));
    child.once('close', (code) => resolve({ ...texts, code: code ?? 255 }));
  });
}

/** Runs a short program to its end and returns its standard output; throws with the command line and what it said when it fails. */
export async function command(
  program: string,
  args: readonly string[],
  options: CaptureOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await capture(program, args, options);
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')}: ${stderr.trim() || `exit code ${code}`}`);
  return stdout;
}

import { spawn } from 'node:child_process';

/** Settings of one command. */
export interface CommandOptions {
  /** Text for its standard input; none by default. */
  readonly input?: string;
}

/**
 * Runs a short command to its end and returns its standard output. Throws with the command and what it said on standard
 * error when it cannot be started or ends with another code than 0. (execa 10 cannot be loaded from CommonJS through tsx.)
 */
export async function command(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const child = spawn(program, args, { stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8');
    child[name]?.on('data', (data: string) => (texts[name] += data));
  }
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code === 0 ? '' : (signal ?? `exit ${code}`)));
  });
  // a program that ends without reading all of its input says why on standard error
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input);
  const failure = await ended;
  if (failure !== '') throw new Error(`${[program, ...args].join(' ')}: ${texts.stderr.trim() || failure}`);
  return texts.stdout;
}

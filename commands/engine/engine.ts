import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cacheDirectory } from '../../lab/directories';
import { ensurePulumiHome } from '../../lab/pulumi/home';
import { compareVersions } from '../../lab/toolchain/versions';
import { checkout, projectName, type Stack } from '../stack/stack';
import { capture, type Captured } from '../../lab/command';
import { Failure } from '../terminal/failure';
import type { Interruption } from '../terminal/interruption';

/** A Pulumi CLI and the environment it runs in. */
export interface Engine {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  /** Directory of the file backend, where the stack's state and locks lie; undefined for a backend of the user's own. */
  readonly backend: string | undefined;
}

/** The engine was ended from outside; what it had under way is settled by the next `up`. */
export class EngineKilled extends Failure {
  constructor(signal: string) {
    super(
      `Pulumi was ended by ${signal} from outside. What it had done is in its state: run the same command again to go on.`,
      255,
    );
  }
}

/** The oldest CLI taken from PATH for stacks of the user's own. */
export const oldestPulumi = '3.259.0';

/**
 * The engine of a stack: for a lab the CLI that was compiled, with a home and a backend in the state directory; for others the
 * user's `pulumi` on PATH when it is new enough, else the npm package's, with the user's own login.
 */
export async function engineFor(stack: Stack): Promise<Engine> {
  if (!stack.isLab)
    return { command: await userPulumi(), env: { ...compiledOnce(), ...process.env }, backend: undefined };
  const { cli, env } = await ensurePulumiHome();
  const url = env['PULUMI_BACKEND_URL'] ?? '';
  return {
    command: cli,
    env: {
      ...compiledOnce(),
      ...process.env,
      ...env,
      // The language host and the shims lie beside the CLI.
      PATH: [dirname(cli), env['PATH'] ?? process.env['PATH']].filter(Boolean).join(delimiter),
    },
    backend: /^file:\/\/([^?]*)/.exec(url)?.[1],
  };
}

/** Lets Node.js keep what it compiled of the program and its packages: a seventh of the 3.9 s of CPU time of a start, and each `up` has two. */
function compiledOnce(): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: join(cacheDirectory(), 'node') };
}

/**
 * Runs the CLI on the user's terminal; resolves its exit code, throws {@link EngineKilled} when it has none. It gets a session of its own, so that Ctrl-C reaches it once, through
 * the interruption, and not also from the terminal: Pulumi takes a second one as "stop without saving what you do".
 */
export async function runEngine(
  engine: Engine,
  args: readonly string[],
  interruption: Interruption,
): Promise<number> {
  interruption.signal.throwIfAborted();
  const child = spawn(engine.command, args, {
    cwd: checkout,
    env: engine.env,
    stdio: 'inherit',
    detached: true,
  });
  const forget = interruption.forwardTo(child);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(new Failure(`Pulumi cannot be started: ${error.message}`)));
      child.once('exit', (exitCode, signal) => {
        if (exitCode !== null) resolve(exitCode);
        else reject(new EngineKilled(signal ?? 'a signal'));
      });
    });
    interruption.signal.throwIfAborted();
    return code;
  } finally {
    forget();
  }
}

/** Runs a short command of the CLI without a terminal, in the stack's directory; resolves whatever its exit code is. */
export async function askEngine(
  engine: Engine,
  stack: Stack,
  args: readonly string[],
  input?: string,
): Promise<Captured> {
  return capture(engine.command, [...args, '--non-interactive'], {
    cwd: stack.directory,
    env: engine.env,
    input,
  });
}

/** As {@link askEngine}; throws a Failure with the CLI's words when it does not succeed. */
export async function tellEngine(
  engine: Engine,
  stack: Stack,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { code, stdout, stderr } = await askEngine(engine, stack, args, input);
  if (code === 0) return stdout;
  throw new Failure(
    `\`pulumi ${args.join(' ')}\` failed: ${stderr.trim() || stdout.trim() || `exit code ${code}`}`,
  );
}

/** The file in which a DIY backend keeps a stack's state (`.pulumi/stacks/<project>/<stack>.json`). */
export function stateFile(backend: string, stack: string): string {
  return join(backend, '.pulumi', 'stacks', projectName, `${stack}.json`);
}

async function userPulumi(): Promise<string> {
  const own = whichPulumi();
  const { code, stdout } = own === undefined ? { code: 127, stdout: '' } : await capture(own, ['version']);
  if (own !== undefined && code === 0 && compareVersions(stdout, oldestPulumi) >= 0) return own;
  const packaged = join(checkout, 'node_modules', '.bin', 'pulumi');
  if (!existsSync(packaged))
    throw new Failure(`There is no Pulumi CLI: run \`npm ci\`, or install Pulumi ${oldestPulumi} or newer.`);
  return packaged;
}

/** npm puts the checkout's packages first on PATH; the user's own CLI is looked for behind them. */
function whichPulumi(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((directory) => !directory.includes('node_modules'))
    .map((directory) => join(directory, 'pulumi'))
    .find((file) => existsSync(file));
}

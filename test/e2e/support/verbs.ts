import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkout } from '../../../commands/stack/stack';

/** What a finished verb said. */
export interface VerbAnswer {
  /** Exit code; 128 + 9 and the like when it ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Everything in the order in which it came. */
  readonly output: string;
  readonly tookMs: number;
}

/** A verb that runs. */
export interface RunningVerb {
  readonly child: ChildProcess;
  readonly done: Promise<VerbAnswer>;
}

/** Starts `npm run -s <verb>` in the checkout the way a user does, without a terminal. */
export function startVerb(verb: string, args: readonly string[]): RunningVerb {
  const startedMs = Date.now();
  const child = spawn('npm', ['run', '-s', verb, '--', ...args], {
    cwd: checkout,
    env: { ...process.env, CI: 'true', NODE_OPTIONS: '', E2E: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '', output: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      texts[name] += text;
      texts.output += text;
    });
  }
  const done = new Promise<VerbAnswer>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ ...texts, code: code ?? (signal === 'SIGKILL' ? 137 : 143), tookMs: Date.now() - startedMs }),
    );
  });
  return { child, done };
}

/** Runs a verb to its end; throws with what it said when it ends with another code than 0. */
export async function verb(name: string, args: readonly string[]): Promise<VerbAnswer> {
  const answer = await startVerb(name, args).done;
  if (answer.code !== 0)
    throw new Error(
      `npm run ${[name, ...args].join(' ')} ended with ${answer.code}:\n${answer.output.slice(-4000)}`,
    );
  return answer;
}

/** Ids of the processes below one, itself excluded, whose executable has the given name. */
export function descendants(pid: number, executable: string): number[] {
  const children = childrenByParent();
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid).filter((child) => executableOf(child) === executable);
}

/** File name of a process's executable; undefined when it is gone. */
export function executableOf(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
  } catch {
    return undefined;
  }
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(join('/proc', entry, 'stat'), 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // gone between the listing and the look
    }
  }
  return children;
}

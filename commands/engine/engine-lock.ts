import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { projectName } from '../stack/stack';
import { Failure } from '../terminal/failure';

/** What a DIY backend writes while an engine works on a stack (`pulumi/pkg/backend/diy/lock.go`). */
export interface EngineLock {
  readonly file: string;
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** RFC 3339. */
  readonly timestamp: string;
}

/** What is known of a process: when it began, in ms since the epoch; undefined when there is none. */
export type ProcessStart = (pid: number) => number | undefined;

/** The lock's state: `held` by a living engine here, `stale`, or `foreign`, which cannot be judged from this host. */
export type LockState = 'held' | 'stale' | 'foreign';

/** A process may begin a moment before the lock it writes; clocks of /proc and of the lock differ by less than this. */
const clockSlackMs = 2_000;

/** Judges a lock: stale only when its process is not on this host any more, or its id belongs to a process that began later. */
export function lockState(lock: EngineLock, host: string, startOf: ProcessStart): LockState {
  if (lock.hostname !== host) return 'foreign';
  const startedMs = startOf(lock.pid);
  if (startedMs === undefined) return 'stale';
  return startedMs > Date.parse(lock.timestamp) + clockSlackMs ? 'stale' : 'held';
}

/** Directory of a stack's locks in a DIY backend. */
export function locksDirectory(backend: string, stack: string): string {
  return join(backend, '.pulumi', 'locks', 'organization', projectName, stack);
}

/** Reads every lock of a stack; a file that cannot be read as one counts as a lock of process 0 (a write cut short). */
export function readLocks(directory: string): EngineLock[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readLock(join(directory, name)));
}

function readLock(file: string): EngineLock {
  try {
    return { ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<EngineLock, 'file'>), file };
  } catch {
    return {
      file,
      pid: 0,
      username: 'unknown',
      hostname: hostname(),
      timestamp: new Date(statSync(file).mtimeMs).toISOString(),
    };
  }
}

/**
 * Removes the stale locks of a stack and returns them. Throws a Failure when an engine is at work, or one on another host may be.
 */
export function clearStaleLocks(
  backend: string,
  stack: string,
  host = hostname(),
  startOf: ProcessStart = processStartMs,
): EngineLock[] {
  const locks = readLocks(locksDirectory(backend, stack));
  const judged = locks.map((lock) => ({ lock, state: lockState(lock, host, startOf) }));
  const inTheWay = judged.find(({ state }) => state !== 'stale');
  if (inTheWay) throw new Failure(describeLock(inTheWay.lock, inTheWay.state, stack));
  for (const { file } of locks) for (const part of [file, `${file}.attrs`]) rmSync(part, { force: true });
  return locks;
}

function describeLock(
  { pid, username, hostname: host, timestamp, file }: EngineLock,
  state: LockState,
  stack: string,
): string {
  return state === 'held'
    ? `Pulumi is at work on stack ${stack} already (process ${pid}, begun ${timestamp}). Wait for its end, or end it with \`kill -INT ${pid}\`, then run this again.`
    : `Stack ${stack} is locked by ${username} on ${host} (process ${pid}, since ${timestamp}), which cannot be seen from here. If that process is gone, remove ${file} and run this again.`;
}

/** When a process began, by /proc/PID/stat and the machine's boot time; undefined when it is gone or a zombie. */
export function processStartMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets and may hold anything, blanks too.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const bootSeconds = Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0);
    return (bootSeconds + Number(fields[19]) / clockTicksPerSecond) * 1000;
  } catch {
    return undefined;
  }
}

/** USER_HZ: 100 on every Linux that Node runs on. */
const clockTicksPerSecond = 100;

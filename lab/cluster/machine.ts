import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from '../command';
import { programPath } from '../toolchain/toolchain';
import { cgroupProcesses, makeCgroups, removeCgroups } from './cgroups';
import type { Plan } from './plan';
import { writePrivate } from './pki';
import { type LabPaths, type MachinePaths } from './spec';

/** A process, told apart from a later one with the same id by its start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since boot (proc(5)). */
  readonly startTicks: string;
}

/** Bit of the flags in /proc/PID/stat of a process that is on its way out (PF_EXITING of linux/sched.h). */
const exiting = 0x4;

/** Start time of a living process; undefined when there is none, it is a zombie, or it is on its way out. */
export function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const gone = fields[0] === 'Z' || fields[0] === 'X' || (Number(fields[6]) & exiting) !== 0;
    return gone ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** The PID 1 of a machine, when it lives. */
export function machineProcess(machine: MachinePaths): ProcessIdentity | undefined {
  if (!existsSync(machine.process)) return undefined;
  const known = JSON.parse(readFileSync(machine.process, 'utf8')) as ProcessIdentity;
  return startTicks(known.pid) === known.startTicks ? known : undefined;
}

/** Powers a machine on; what a former power-off left of its cgroups is removed first. Throws with the machine's own words when PID 1 does not come up. */
export async function powerOn(machine: string, paths: LabPaths, plan: Plan): Promise<void> {
  const own = paths.machine(machine);
  await powerOff(machine, paths);
  makeCgroups(paths.cgroup, machine);
  mkdirSync(own.log, { recursive: true, mode: 0o700 });
  writePrivate(own.plan, JSON.stringify(plan, null, 1));
  const init = programPath('lab-init');
  const pid = Number((await command(init, ['launch', own.plan])).trim());
  const ticks = startTicks(pid);
  if (ticks === undefined) throw new Error(`${machine} did not start; its log is ${plan.log}`);
  writePrivate(own.process, JSON.stringify({ pid, startTicks: ticks } satisfies ProcessIdentity));
}

/** Powers a machine off: SIGKILL to its PID 1 takes all its processes along; stragglers found in its cgroup go too. */
export async function powerOff(machine: string, paths: LabPaths): Promise<void> {
  const own = paths.machine(machine);
  const known = machineProcess(own);
  if (known) kill(known.pid);
  for (let attempt = 0; attempt < 200; attempt++) {
    const left = cgroupProcesses(paths.cgroup, machine);
    if (left.length === 0) break;
    if (attempt > 4 || !known) left.forEach(kill);
    await sleep(25);
  }
  await removeCgroups(paths.cgroup, machine);
  rmSync(own.process, { force: true });
}

/** Runs a command inside a machine, as `nsenter` does. */
export async function inside(machine: MachinePaths, words: readonly string[]): Promise<string> {
  const known = machineProcess(machine);
  if (!known) throw new Error('the machine is off');
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wdns=/'];
  return command('nsenter', ['-t', String(known.pid), ...namespaces, ...words]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // already gone
  }
}

/** Reads the last lines of a log; where it was emptied not long ago (lab/toolchain/init/logs.go) also of what was put aside then. */
export function logTail(path: string, lines = 8): string {
  if (!existsSync(path)) return '(no log)';
  const own = linesOf(path);
  const before = own.length < lines ? linesOf(`${path}.1`) : [];
  return [...before, ...own].slice(-lines).join('\n');
}

function linesOf(path: string): string[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : '';
  return text === '' ? [] : text.split('\n');
}

/** Writes a file that another process may read at any moment: whole or not at all is enough here, as it is a few bytes. */
export function writeHosts(path: string, hosts: readonly string[]): void {
  writeFileSync(path, hosts.map((host) => `${host}\n`).join(''), { mode: 0o600 });
}

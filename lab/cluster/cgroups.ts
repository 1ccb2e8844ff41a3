import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** One mounted cgroup hierarchy of the host. */
export interface Hierarchy {
  readonly mountPoint: string;
  readonly version: 1 | 2;
  /** Mount data that gives the same hierarchy again, such as `cpu,cpuacct` or `none,name=systemd`; empty for version 2. */
  readonly options: string;
}

const controllers = new Set([
  ...['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids', 'net_cls', 'net_prio'],
  ...['perf_event', 'hugetlb', 'rdma', 'misc'],
]);

/** Top cgroup of everything this product runs, in each hierarchy. */
export const topCgroup = 'continuous-load';

/**
 * Share of the processors that labs have beside a process outside them, where there are too few: eight to one (1024 and 100 are a kernel's own
 * weights, cgroup-v1/sched-design and cgroup-v2 of its documentation). What a lab measures are milliseconds, and all of a lab is one entry
 * of the scheduler: without it a compiler beside it would look like a slow network.
 */
const weights = { 'cpu.shares': 8 * 1024, 'cpu.weight': 8 * 100 } as const;

/** The cgroup, below a machine's own, of PID 1 and all that is not a pod. */
export const systemCgroup = 'system';

/** Parses /proc/self/mountinfo (proc(5)): field 5 is the mount point, after the dash come type, source and super options. */
export function parseHierarchies(mountinfo: string): Hierarchy[] {
  const found: Hierarchy[] = [];
  for (const line of mountinfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const mountPoint = left?.split(' ')[4];
    const [type, , superOptions] = right?.split(' ') ?? [];
    if (mountPoint === undefined || !mountPoint.startsWith('/sys/fs/cgroup')) continue;
    if (type === 'cgroup2') found.push({ mountPoint, version: 2, options: '' });
    if (type !== 'cgroup') continue;
    const options = (superOptions ?? '').split(',');
    const named = options.find((option) => option.startsWith('name='));
    const own = options.filter((option) => controllers.has(option));
    const data = own.length > 0 ? own.join(',') : named === undefined ? undefined : `none,${named}`;
    if (data !== undefined) found.push({ mountPoint, version: 1, options: data });
  }
  return found.filter(
    (hierarchy, i) => found.findIndex((other) => other.mountPoint === hierarchy.mountPoint) === i,
  );
}

/** The cgroup hierarchies of this host. */
export function hierarchies(): Hierarchy[] {
  return parseHierarchies(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** True where the host has the unified hierarchy only. */
export function isUnified(found: readonly Hierarchy[]): boolean {
  return found.some(({ version, mountPoint }) => version === 2 && mountPoint === '/sys/fs/cgroup');
}

/** The cgroup of a machine below a hierarchy's mount point. */
export function machineCgroup(lab: string, machine: string): string {
  return join(topCgroup, lab, machine);
}

/** Makes a machine's cgroup, with its `system` child, in every hierarchy. */
export function makeCgroups(lab: string, machine: string, found: readonly Hierarchy[] = hierarchies()): void {
  for (const hierarchy of found) {
    let directory = hierarchy.mountPoint;
    for (const part of [...machineCgroup(lab, machine).split('/'), systemCgroup]) {
      if (hierarchy.version === 2 && isUnified(found) && part !== systemCgroup) delegate(directory);
      const child = join(directory, part);
      if (!existsSync(child)) mkdirSync(child);
      if (part === topCgroup) weigh(child);
      if (existsSync(join(child, 'cpuset.cpus')) && hierarchy.version === 1) inheritCpuset(directory, child);
      directory = child;
    }
  }
}

function weigh(directory: string): void {
  for (const [file, weight] of Object.entries(weights))
    if (existsSync(join(directory, file))) writeFileSync(join(directory, file), String(weight));
}

/** Hands every controller of a unified cgroup to its children; those that cannot be handed on (threaded, domain busy) stay. */
function delegate(directory: string): void {
  for (const controller of readFileSync(join(directory, 'cgroup.controllers'), 'utf8').trim().split(' '))
    try {
      writeFileSync(join(directory, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // kubelet names what it misses; a controller that the host keeps to itself is no reason to stop here
    }
}

/** A new cpuset of version 1 is empty, and nothing can join it until it has processors and memory nodes. */
function inheritCpuset(parent: string, child: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems'])
    if (readFileSync(join(child, file), 'utf8').trim() === '')
      writeFileSync(join(child, file), readFileSync(join(parent, file), 'utf8'));
}

/** Host paths of the cgroup.procs files that a machine's PID 1 is born in. */
export function machineProcs(
  lab: string,
  machine: string,
  found: readonly Hierarchy[] = hierarchies(),
): string[] {
  return found.map(({ mountPoint }) => join(mountPoint, machineCgroup(lab, machine), 'cgroup.procs'));
}

/** Ids of every process in a lab's cgroup (or in one machine's): the truth about what is left of it. */
export function cgroupProcesses(lab: string, machine?: string): number[] {
  const found = new Set<number>();
  for (const { mountPoint } of hierarchies())
    walk(join(mountPoint, topCgroup, lab, machine ?? ''), (directory) => {
      for (const pid of read(join(directory, 'cgroup.procs')).split('\n'))
        if (pid !== '' && pid !== '0') found.add(Number(pid));
    });
  return [...found];
}

/** Removes the cgroups of a lab or of one machine; waits up to two seconds for the last process to be gone. Returns those that stay. */
export async function removeCgroups(lab: string, machine?: string): Promise<string[]> {
  let left: string[] = [];
  for (let attempt = 0; attempt < 40; attempt++) {
    left = [];
    for (const { mountPoint } of hierarchies()) {
      const top = join(mountPoint, topCgroup, lab, machine ?? '');
      walk(top, (directory) => tryRemove(directory, left));
      if (machine === undefined && existsSync(join(mountPoint, topCgroup)))
        // shared by all labs: goes with the last one
        if (directories(join(mountPoint, topCgroup)).length === 0)
          tryRemove(join(mountPoint, topCgroup), left);
    }
    if (left.length === 0) break;
    await sleep(50);
  }
  return left;
}

function tryRemove(directory: string, left: string[]): void {
  try {
    rmdirSync(directory);
  } catch {
    if (existsSync(directory)) left.push(directory);
  }
}

/** Visits a tree of cgroups, children first. */
function walk(directory: string, visit: (directory: string) => void): void {
  if (!existsSync(directory)) return;
  for (const name of directories(directory)) walk(join(directory, name), visit);
  visit(directory);
}

function directories(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Names, inside a machine, of the directories that a hierarchy's controllers are looked for in: its own and one for each of joined controllers. */
export function hierarchyNames(hierarchy: Hierarchy): { own: string; aliases: string[] } {
  const own = basename(hierarchy.mountPoint);
  return { own, aliases: own.includes(',') ? own.split(',') : [] };
}

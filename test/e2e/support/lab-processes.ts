import { readFileSync } from 'node:fs';
import { cgroupProcesses } from '../../../lab/cluster/cgroups';
import { labPaths } from '../../../lab/cluster/spec';
import { executableOf } from './verbs';

/** A process of a lab. */
export interface LabProcess {
  readonly pid: number;
  /** Its command line. */
  readonly words: readonly string[];
  readonly executable: string;
}

/** Processes of one machine of a lab (or of all its machines). */
export function labProcesses(lab: string, machine?: string): LabProcess[] {
  return cgroupProcesses(labPaths(lab).cgroup, machine).flatMap((pid) => {
    const executable = executableOf(pid);
    const words = commandLine(pid);
    return executable === undefined || words.length === 0 ? [] : [{ pid, words, executable }];
  });
}

/**
 * The one process of a machine that runs a program, by the file name of its first word, with a flag where others run it too; its PID 1 is
 * not looked at. Throws unless there is exactly one.
 */
export function onlyProcess(lab: string, machine: string, program: string, flag?: string): LabProcess {
  const all = labProcesses(lab, machine);
  const found = all.filter(
    ({ words }) =>
      words
        .slice(0, 2)
        .some(
          (word, i) => word.split('/').at(-1) === program && (i === 0 || words[0]?.endsWith('lab-init')),
        ) &&
      (flag === undefined || words.includes(flag)),
  );
  const [only] = found;
  if (!only || found.length > 1) {
    const there = all.map(({ words }) => words[0]?.split('/').at(-1)).join(', ');
    throw new Error(`${found.length} processes of ${machine} run ${program}; there are ${there}`);
  }
  return only;
}

/** Proportional set size of all processes of a lab, in bytes: what it really takes of the machine's memory (proc_pid_smaps(5)). */
export function memoryOf(lab: string): number {
  return labProcesses(lab).reduce((total, { pid }) => total + proportionalBytes(pid), 0);
}

function proportionalBytes(pid: number): number {
  try {
    return (
      Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
    );
  } catch {
    return 0;
  }
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .filter((word) => word !== '');
  } catch {
    return [];
  }
}

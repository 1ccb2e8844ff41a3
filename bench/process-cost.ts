import { readFileSync } from 'node:fs';

/** Clock ticks of /proc/PID/stat: 100 a second on every Linux that Node runs on. */
const msPerTick = 10;

/** CPU time that a process has used so far, its own and the kernel's for it, in ms (proc_pid_stat(5), utime + stime). */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

/** Memory of a process that is resident, in MiB (VmRSS of proc_pid_status(5)). */
export function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

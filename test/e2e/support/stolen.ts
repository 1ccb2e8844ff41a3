import { readFileSync } from 'node:fs';
import { eventually } from './wait';

/** CPU time of this machine since it began, in ticks; what a virtual one wanted and its host gave to others is stolen (proc_stat(5)). */
export interface CpuTime {
  readonly all: number;
  readonly stolen: number;
}

/** Reads the CPU time of all CPUs together. */
export function cpuTime(): CpuTime {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  // user, nice, system, idle, iowait, irq, softirq, steal; what guests had is in user already
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, each) => sum + each, 0), stolen: ticks[7] ?? 0 };
}

/** Share of its CPU time that a machine was deprived of between two readings; 0…1. */
export function stolenShare(from: CpuTime, to: CpuTime): number {
  return to.all > from.all ? (to.stolen - from.stolen) / (to.all - from.all) : 0;
}

/** From this share on probes are late, requests to the API server time out, and nothing that a test finds says anything of what it tests. */
const tooMuch = 0.1;

/** Waits until the host leaves this machine its CPUs again, as seen over 20 s; throws with the share when it does not. */
export async function untilNotStolen(withinMs: number): Promise<void> {
  let before = cpuTime();
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  await eventually('CPUs that are not given to others', { withinMs, everyMs: 20_000 }, () => {
    const now = cpuTime();
    const share = stolenShare(before, now);
    before = now;
    if (share >= tooMuch) throw new Error(`${Math.round(share * 100)} % of its time is stolen`);
  });
}

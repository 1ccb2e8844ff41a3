import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { resultFile } from './stack-under-test';
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

const recordFile = () => resultFile('cpu-time.txt');

/** Adds a reading to those that the suites of this run can look back on. */
export function recordCpuTime(): void {
  const { all, stolen } = cpuTime();
  appendFileSync(recordFile(), `${Date.now()} ${all} ${stolen}\n`);
}

/** Share that was stolen between two moments, by the readings recorded in that time; 0 where there are none. */
export function stolenBetween(fromMs: number, toMs: number): number {
  if (!existsSync(recordFile())) return 0;
  const readings = readFileSync(recordFile(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number) as [number, number, number])
    .filter(([timeMs]) => timeMs >= fromMs && timeMs <= toMs);
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined) return 0;
  return stolenShare({ all: first[1], stolen: first[2] }, { all: last[1], stolen: last[2] });
}

/** From this share on probes are late, and requests to the API server time out now and then. */
export const tooMuchStolen = 0.25;

/** Waits until the host leaves this machine most of its CPUs again, as seen over 20 s; throws with the share when it does not. */
export async function untilNotStolen(withinMs: number): Promise<void> {
  let before = cpuTime();
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  await eventually('CPUs that are not given to others', { withinMs, everyMs: 20_000 }, () => {
    const now = cpuTime();
    const share = stolenShare(before, now);
    before = now;
    if (share >= tooMuchStolen) throw new Error(`${Math.round(share * 100)} % of its time is stolen`);
  });
}

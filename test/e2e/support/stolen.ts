import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { resultFile } from './stack-under-test';

const recordFile = () => resultFile('cpu-time.txt');
/** How often the runner reads the CPU time. */
export const cpuReadingsMs = 10_000;

/** Adds the CPU time of this machine since it began, in ticks, to what the suites of this run can look back on (proc_stat(5)). */
export function recordCpuTime(): void {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  // user, nice, system, idle, iowait, irq, softirq, steal; what guests had is in user already
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, each) => sum + each, 0);
  appendFileSync(recordFile(), `${Date.now()} ${all} ${ticks[7] ?? 0}\n`);
}

/**
 * Share of the CPU time between two moments that this machine wanted and its host gave to others, by the readings of that time; 0 where there are
 * none.
 */
export function stolenBetween(fromMs: number, toMs: number): number {
  if (!existsSync(recordFile())) return 0;
  const readings = readFileSync(recordFile(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number) as [number, number, number])
    .filter(([timeMs]) => timeMs >= fromMs && timeMs <= toMs);
  const [, firstAll, firstStolen] = readings[0] ?? [0, 0, 0];
  const [, lastAll, lastStolen] = readings.at(-1) ?? [0, 0, 0];
  return lastAll > firstAll ? (lastStolen - firstStolen) / (lastAll - firstAll) : 0;
}

/** The share of the last readings. */
export function stolenNow(): number {
  return stolenBetween(Date.now() - 3.5 * cpuReadingsMs, Date.now());
}

/** From this share on probes are late, and requests to the API server time out now and then. */
export const tooMuchStolen = 0.25;

/** A share in words: `34 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

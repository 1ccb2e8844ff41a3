import { Counter, Trend } from 'k6/metrics';
import { kindOf, type Mode } from './chaos-churn.ts';
import { type Guard, guards } from './chaos-guards.ts';
import type { Spared } from './chaos-contract.ts';

const kills = new Counter('chaos_kills');
const spared = new Counter('chaos_spared');
const checks = new Counter('chaos_checks');
const recovery = new Trend('chaos_recovery', true);

const reasons: readonly Spared[] = ['dry-run', 'budget', 'gone'];
/** A recovery is clamped to this, so that one outlier does not coarsen the histogram for ever. */
const longestRecoveryMs = 600_000;

/** Adds 0 to the checks of every guard. */
export function zeroChecks(): void {
  for (const guard of guards) checks.add(0, { guard });
}

/** Adds 0 to what may be counted of a workload: a counter that begins at 1 counts as 0. */
export function zeroWorkload(workload: string, modes: readonly Mode[]): void {
  for (const mode of modes) {
    kills.add(0, { kind: kindOf(mode), mode, workload });
    for (const reason of reasons) spared.add(0, { kind: kindOf(mode), mode, workload, reason });
  }
}

/** Counts one look at the guards, under the one that holds. */
export function countCheck(guard: Guard): void {
  checks.add(1, { guard });
}

/** Counts one removed pod, or one churn. */
export function countKill(mode: Mode, workload: string): void {
  kills.add(1, { kind: kindOf(mode), mode, workload });
}

/** Counts one pod or workload that was chosen and stayed as it was. */
export function countSpared(mode: Mode, workload: string, reason: Spared): void {
  spared.add(1, { kind: kindOf(mode), mode, workload, reason });
}

/** Notes how long a workload took to have as many ready pods as before a kill, or a churn took to be over. */
export function noteRecovery(mode: Mode, workload: string, tookMs: number): void {
  recovery.add(Math.min(tookMs, longestRecoveryMs), { mode, workload });
}

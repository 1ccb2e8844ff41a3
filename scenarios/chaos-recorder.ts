import { Counter, Trend } from 'k6/metrics';
import { type Guard, guards } from './chaos-guards.ts';
import type { Spared } from './chaos-reaper.ts';
import type { KillMode } from './chaos-state.ts';

const kills = new Counter('chaos_kills');
const spared = new Counter('chaos_spared');
const checks = new Counter('chaos_checks');
const recovery = new Trend('chaos_recovery', true);

/** What is removed; nodes may follow. */
const kind = 'pod';
const modes: readonly KillMode[] = ['evict', 'kill'];
const reasons: readonly Spared[] = ['dry-run', 'budget', 'gone'];
/** A recovery is clamped to this, so that one outlier does not coarsen the histogram for ever. */
const longestRecoveryMs = 600_000;

/** Adds 0 to the checks of every guard. */
export function zeroChecks(): void {
  for (const guard of guards) checks.add(0, { guard });
}

/** Adds 0 to what may be counted of a workload: a counter that begins at 1 counts as 0. */
export function zeroWorkload(workload: string): void {
  for (const mode of modes) {
    kills.add(0, { kind, mode, workload });
    for (const reason of reasons) spared.add(0, { kind, mode, workload, reason });
  }
}

/** Counts one look at the guards, under the one that holds. */
export function countCheck(guard: Guard): void {
  checks.add(1, { guard });
}

/** Counts one removed pod. */
export function countKill(mode: KillMode, workload: string): void {
  kills.add(1, { kind, mode, workload });
}

/** Counts one pod that was chosen and stayed. */
export function countSpared(mode: KillMode, workload: string, reason: Spared): void {
  spared.add(1, { kind, mode, workload, reason });
}

/** Notes how long a workload took to have as many ready pods as before a kill. */
export function noteRecovery(mode: KillMode, workload: string, tookMs: number): void {
  recovery.add(Math.min(tookMs, longestRecoveryMs), { mode, workload });
}

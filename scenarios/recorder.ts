import { Counter, Trend } from 'k6/metrics';
import type { PathConfig, ProbeConfig } from './config.ts';
import type { Verdict } from './verdict.ts';

const probes = new Counter('probes');
const durations = new Trend('probe_duration', true);
const heldBack = new Counter('probes_held_back');
// k6's own counter: taking it by name lets it be zeroed too, else the first dropped probe would not count.
const dropped = new Counter('dropped_iterations');

/** Quantiles below a tenth of a millisecond say nothing; 0 would fall into a bucket of its own. */
const shortestMs = 0.1;

/** Adds 0 to every series the path may ever have. Must run in the first iteration, one export before the first probe. */
export function recordZeros(path: PathConfig): void {
  for (const series of path.zero) probes.add(0, { path: path.path, ...series });
  heldBack.add(0, { path: path.path });
  dropped.add(0, { path: path.path });
}

/** Counts one probe; only answered probes enter the histogram, clamped to [0.1 ms, timeout] (outliers coarsen it for ever). */
export function recordProbe(
  path: PathConfig,
  probe: ProbeConfig,
  verdict: Verdict,
  hop: string,
  durationMs: number,
): void {
  const { outcome, reason } = verdict;
  probes.add(1, {
    path: probe.path,
    outcome,
    reason,
    conn: probe.conn,
    hop: outcome === 'failed' ? hop : '',
  });
  if (outcome === 'ok' || outcome === 'slow') {
    const clampedMs = Math.min(Math.max(durationMs, shortestMs), path.timeoutMs);
    durations.add(clampedMs, { path: probe.path, conn: probe.conn });
  }
}

/** Counts a probe that was not sent because the far end asked for less load. */
export function recordHeldBack(probe: ProbeConfig): void {
  heldBack.add(1, { path: probe.path });
}

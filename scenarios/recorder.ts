import { Counter, Trend } from 'k6/metrics';
import type { PathConfig, ProbeConfig } from './config.ts';
import { repeatsAreCounted } from './repeats.ts';
import { type InterruptionReason, interruptionReasons } from './stream-ledger.ts';
import type { Verdict } from './verdict.ts';

const probes = new Counter('probes');
const durations = new Trend('probe_duration', true);
const heldBack = new Counter('probes_held_back');
const interruptions = new Counter('interruptions');
const late = new Counter('probes_late');
const masked = new Counter('masked_attempts');
const connections = new Counter('connections');
// k6's own counter: taking it by name lets it be zeroed too, else the first dropped probe would not count.
const dropped = new Counter('dropped_iterations');

/** Quantiles below a tenth of a millisecond say nothing; 0 would fall into a bucket of its own. */
const shortestMs = 0.1;

/** Who repeats an attempt so that its failure is not seen: k6's own HTTP client. */
const client = 'client';
const connectionStates = ['opened', 'reused'] as const;

/** Adds 0 to every series the path may ever have. Must run in the first iteration, one export before the first probe. */
export function recordZeros({ path, zero, overHttp, probes: ways }: PathConfig): void {
  for (const series of zero) probes.add(0, { path, ...series });
  heldBack.add(0, { path });
  dropped.add(0, { path });
  if (ways.some((probe) => probe.stream))
    for (const reason of interruptionReasons) interruptions.add(0, { path, reason });
  if (ways.some((probe) => probe.calls === 'echoUdp')) late.add(0, { path });
  if (!overHttp) return;
  if (repeatsAreCounted()) masked.add(0, { path, by: client });
  if (ways.some(({ conn }) => conn === 'kept'))
    for (const how of connectionStates) connections.add(0, { path, how });
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
  const good = outcome === 'ok' || outcome === 'slow';
  probes.add(1, {
    path: probe.path,
    outcome,
    reason,
    conn: probe.conn,
    hop: good ? probe.goodHop : outcome === 'failed' ? hop : '',
  });
  if (good) {
    const clampedMs = Math.min(Math.max(durationMs, shortestMs), path.timeoutMs);
    durations.add(clampedMs, { path: probe.path, conn: probe.conn });
  }
}

/** Counts a probe that was not sent because the far end asked for less load. */
export function recordHeldBack(probe: ProbeConfig): void {
  heldBack.add(1, { path: probe.path });
}

/** Counts one end of a held stream that the injector did not ask for. */
export function recordInterruption(probe: ProbeConfig, reason: InterruptionReason): void {
  interruptions.add(1, { path: probe.path, reason });
}

/** Counts answers that came after their probe was given up. */
export function recordLate(probe: ProbeConfig, count: number): void {
  late.add(count, { path: probe.path });
}

/** Counts attempts of a probe over HTTP that failed and that k6's client repeated by itself: the probe does not show them. */
export function recordRepeats(probe: ProbeConfig, count: number): void {
  if (count > 0) masked.add(count, { path: probe.path, by: client });
}

/** Counts the connection of an answered probe that asked for a kept one: a new one says that the pool had none left. */
export function recordConnection(probe: ProbeConfig, opened: boolean): void {
  connections.add(1, { path: probe.path, how: opened ? 'opened' : 'reused' });
}

/** What was measured of one probe. */
export interface Measured {
  /** '' when the answer was right. */
  reason: string;
  /** Name lookup, connection and answer together. */
  durationMs: number;
  /** How late the injector itself was while it waited, as `lag-meter.ts` counts it. */
  lagMs: number;
}

/** The bounds it is judged by. */
export interface Bounds {
  timeoutMs: number;
  latencyBoundMs: number;
  lagBoundMs: number;
}

/** Outcome and the reason that goes with it. */
export interface Verdict {
  outcome: 'ok' | 'slow' | 'failed' | 'error';
  reason: string;
}

/** Reasons that say only that nothing came in time, each under its path's own word. */
const waited: readonly string[] = ['timeout', 'grpc-deadline', 'silence', 'loss'];

/**
 * Judges one probe. Only what waits can be the injector's own fault: a timeout, of whatever step, while it was late by `lagBoundMs`, or an
 * answer that would have been in time without the lag. A refused connection fails however busy the injector is.
 */
export function judge(measured: Measured, bounds: Bounds): Verdict {
  const { reason, durationMs, lagMs } = measured;
  const timedOut = waited.includes(reason) || (reason !== '' && durationMs >= bounds.timeoutMs);
  if (timedOut && lagMs >= bounds.lagBoundMs) return { outcome: 'error', reason: 'lag' };
  if (reason !== '') return { outcome: 'failed', reason };
  if (durationMs <= bounds.latencyBoundMs) return { outcome: 'ok', reason: '' };
  if (durationMs - lagMs <= bounds.latencyBoundMs) return { outcome: 'error', reason: 'lag' };
  return { outcome: 'slow', reason: '' };
}

/** Foretells how long the rest of a series of jobs takes: the table's times, scaled by how fast jobs were so far. */
export class Estimate {
  private doneMs = 0;
  private doneExpectedMs = 0;

  /** @param leftMs what the table says about the jobs not yet over, in ms */
  constructor(private leftMs: number) {}

  /** A job is over: expected to last `expectedMs`, lasted `tookMs`. */
  finished(expectedMs: number, tookMs: number): void {
    this.leftMs -= expectedMs;
    this.doneExpectedMs += expectedMs;
    this.doneMs += tookMs;
  }

  /** The ms still to come when the running job, expected to last `expectedMs`, is `elapsedMs` old. */
  remainingMs(expectedMs: number, elapsedMs: number): number {
    const expectedNowMs = expectedMs * this.pace(0, 0);
    // A job over its time is itself a measurement, and nobody knows its end: a quarter of its age is as good a guess as any.
    const overdue = elapsedMs > expectedNowMs;
    const pace = overdue ? this.pace(expectedMs, elapsedMs) : this.pace(0, 0);
    const currentMs = overdue ? elapsedMs / 4 : expectedNowMs - elapsedMs;
    return currentMs + (this.leftMs - expectedMs) * pace;
  }

  /** Measured time over the table's. The table counts as half a minute of measurement, so that one tiny job does not set the pace of all. */
  private pace(currentExpectedMs: number, currentMs: number): number {
    const priorMs = 30_000;
    return (this.doneMs + currentMs + priorMs) / (this.doneExpectedMs + currentExpectedMs + priorMs);
  }
}

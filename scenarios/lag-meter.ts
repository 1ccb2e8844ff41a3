import { clearTimeout, setTimeout } from 'k6/timers';

/** Fine steps at first, where a latency bound is decided; coarse ones later, where only a timeout is. */
const fineMs = 5;
const coarseMs = 50;
const fineForMs = 200;

/**
 * Measures how late this process is while it waits: timers that come too late mean a starved or frozen injector, and then a
 * late answer says nothing about the path. Times in milliseconds.
 */
export class LagMeter {
  private worstMs = 0;
  private dueMs: number;
  private timer: number | undefined;
  private readonly startMs = Date.now();

  constructor() {
    this.dueMs = this.startMs;
    this.arm();
  }

  /** Stops the timers and gives the worst lag seen. */
  stop(): number {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    this.note();
    return this.worstMs;
  }

  private arm(): void {
    const now = Date.now();
    const step = now - this.startMs < fineForMs ? fineMs : coarseMs;
    this.dueMs = now + step;
    this.timer = setTimeout(() => {
      this.note();
      this.arm();
    }, step);
  }

  private note(): void {
    this.worstMs = Math.max(this.worstMs, Date.now() - this.dueMs);
  }
}

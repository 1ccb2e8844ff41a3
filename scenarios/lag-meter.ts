import { clearTimeout, setTimeout } from 'k6/timers';

/** Fine steps at first, where a latency bound is decided; coarse ones later, where only a timeout is. */
const fineMs = 5;
const coarseMs = 50;
const fineForMs = 200;
/** On a busy machine every timer is a little late; those that are later than this were stalled, and add up. */
const stallFromMs = 10;

/**
 * Measures how late this process is while it waits: timers that come too late mean a starved or frozen injector, and then a
 * late answer says nothing about the path. A process that is frozen has one long stall, one with a CPU quota has a short one in every
 * period of it. Times in milliseconds.
 */
export class LagMeter {
  private longestMs = 0;
  private sumMs = 0;
  private dueMs: number;
  private timer: number | undefined;
  private readonly startMs = Date.now();

  constructor() {
    this.dueMs = this.startMs;
    this.arm();
  }

  /** Stops the timers and gives the lag: the longest stall, or half of all together, whichever is more. */
  stop(): number {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    this.note();
    return Math.max(this.longestMs, this.sumMs / 2);
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
    const lateMs = Math.max(0, Date.now() - this.dueMs);
    this.longestMs = Math.max(this.longestMs, lateMs);
    if (lateMs >= stallFromMs) this.sumMs += lateMs;
  }
}

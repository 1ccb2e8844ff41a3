import { clearTimeout, setTimeout } from 'k6/timers';

/** Fine steps at first, where a latency bound is decided, and after a stall, as the next one may be near; coarse ones later, where only a timeout is. */
const fineMs = 5;
const coarseMs = 50;
const fineForMs = 200;
/** On a busy machine every timer is a little late; those that are later than this were stalled, and add up. */
const stallFromMs = 10;

/** What watches how late the injector itself is, from when it is made. */
export interface Lag {
  /** The lag until now in milliseconds: the longest stall, or half of all together, whichever is more. */
  stop(): number;
}

let process: (() => Lag) | undefined;

/** Names what watches the whole process, in place of the timers of a VU; for entry scripts, at init. */
export function watchLagBy(watch: () => Lag): void {
  process = watch;
}

/** Watches the whole process, also while this VU is blocked; undefined where nothing can. */
export function watchProcess(): Lag | undefined {
  return process?.();
}

/** Whether the whole process can be watched. */
export function watchesProcess(): boolean {
  return process !== undefined;
}

/** Watches the process or, where nothing can, this VU, which must not be blocked meanwhile. */
export function watchLag(): Lag {
  return watchProcess() ?? new LagMeter();
}

/**
 * Measures how late this process is while it waits: timers that come too late mean a starved or frozen injector, and then a
 * late answer says nothing about the path. A process that is frozen has one long stall, one with a CPU quota has a short one in every
 * period of it: steps as long as those would hide them. Times in milliseconds.
 */
class LagMeter implements Lag {
  private longestMs = 0;
  private sumMs = 0;
  private dueMs: number;
  private timer: number | undefined;
  private fineUntilMs: number;

  constructor() {
    const now = Date.now();
    this.dueMs = now;
    this.fineUntilMs = now + fineForMs;
    this.arm();
  }

  stop(): number {
    if (this.timer !== undefined) {
      clearTimeout(this.timer);
      this.note();
    }
    this.timer = undefined;
    return Math.max(this.longestMs, this.sumMs / 2);
  }

  private arm(): void {
    const now = Date.now();
    const step = now < this.fineUntilMs ? fineMs : coarseMs;
    this.dueMs = now + step;
    this.timer = setTimeout(() => {
      this.note();
      this.arm();
    }, step);
  }

  private note(): void {
    const now = Date.now();
    const lateMs = Math.max(0, now - this.dueMs);
    this.longestMs = Math.max(this.longestMs, lateMs);
    if (lateMs < stallFromMs) return;
    this.sumMs += lateMs;
    this.fineUntilMs = now + fineForMs;
  }
}

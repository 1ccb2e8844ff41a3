import { clearTimeout, setTimeout } from 'k6/timers';
import { nowMs } from './clock.ts';
import { complain } from './complaints.ts';
import type { PathConfig, ProbeConfig } from './config.ts';
import { type Lag, watchesProcess, watchLag, watchProcess } from './lag-meter.ts';
import { listedReason } from './reasons.ts';
import { recordInterruption, recordProbe } from './recorder.ts';
import { type InterruptionReason, Schedule, type Settled, StreamLedger } from './stream-ledger.ts';
import { judge } from './verdict.ts';

/** A stream that lived this long was a real one: the next is opened at once when it ends. */
const settledMs = 1000;
/** Waits between attempts to open a stream while none can be: short enough that a recovery is seen at once. */
const shortestWaitMs = 250;
const longestWaitMs = 1000;

/** What a transport tells about its stream. May be called from within `Open` too; nothing may follow `ended`. */
export interface StreamEvents {
  opened(): void;
  answered(number: number, nonce: string): void;
  /** `dns` and `connect`: it never opened; `closed`: the far end ended it in good order; `reset`: it broke. */
  ended(reason: 'dns' | 'connect' | 'closed' | 'reset', detail: string): void;
}

/** One stream, opened or on its way. */
export interface Transport {
  /** False when the stream is over by now and nothing was sent. */
  send(number: number, nonce: string): boolean;
  /** Gives it up, in whatever state it is; nothing is told afterwards. */
  close(): void;
}

/** Opens a stream to `address`. May block for up to `timeoutMs`; must not throw. */
export type Open = (address: string, timeoutMs: number, events: StreamEvents) => Transport;

interface Attempt {
  readonly id: number;
  readonly askedMs: number;
  /** Until it is open, or has failed. */
  lag?: Lag | undefined;
  openedMs?: number;
  transport?: Transport;
}

/**
 * Holds a stream for ever and sends a numbered message on it every period; each message is one probe. Returns at once: timers
 * keep the iteration alive.
 */
export function holdStream(path: PathConfig, probe: ProbeConfig, open: Open): void {
  new StreamHolder(path, probe, open).run();
}

class StreamHolder {
  private readonly runId = Math.random().toString(36).slice(2, 10);
  private readonly ledger: StreamLedger;
  private readonly schedule: Schedule;
  private attempts = 0;
  private current: Attempt | undefined;
  /** Silent streams that still have messages under way. */
  private readonly retired = new Map<number, Attempt>();
  /** Since when there is no stream, whether that was counted, and why the last attempt failed. */
  private outageMs = nowMs();
  private outageCounted = false;
  private lastFailure: 'dns' | 'connect' | 'lag' | undefined;
  private waitMs = shortestWaitMs;
  private retryMs = 0;
  /** When `open` last blocked this VU: lateness by that is not the injector's. */
  private blocked = { fromMs: 0, toMs: 0, lagMs: 0 };
  private timer: number | undefined;

  constructor(
    private readonly path: PathConfig,
    private readonly probe: ProbeConfig,
    private readonly open: Open,
  ) {
    this.ledger = new StreamLedger(path.timeoutMs);
    this.schedule = new Schedule(nowMs(), probe.periodUs / 1000);
  }

  run(): void {
    this.tick();
  }

  private tick(): void {
    try {
      this.step();
    } catch (fault) {
      complain(this.probe.name, String(fault));
    } finally {
      this.arm();
    }
  }

  private step(): void {
    this.abandonLateAttempt();
    this.expire();
    if (!this.current && nowMs() >= this.retryMs) this.connect();
    this.takeDue();
    this.flush();
  }

  /** Wakes for whatever comes first: the next message, a timeout, or the next attempt. */
  private arm(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    const next = Math.min(
      this.schedule.nextMs,
      this.ledger.nextExpiryMs ?? Infinity,
      this.current ? Infinity : this.retryMs,
      this.current && this.current.openedMs === undefined
        ? this.current.askedMs + this.path.timeoutMs
        : Infinity,
    );
    this.timer = setTimeout(() => this.tick(), Math.max(0, next - nowMs()));
  }

  private connect(): void {
    const attempt: Attempt = { id: this.attempts++, askedMs: nowMs(), lag: watchProcess() };
    this.current = attempt;
    const guarded = (act: () => void) => {
      try {
        act();
      } catch (fault) {
        complain(this.probe.name, String(fault));
      }
    };
    attempt.transport = this.open(this.probe.address, this.path.timeoutMs, {
      opened: () => guarded(() => this.opened(attempt)),
      answered: (number, nonce) => guarded(() => this.answered(attempt, number, nonce)),
      ended: (reason, detail) => guarded(() => this.ended(attempt, reason, detail)),
    });
    const over = attempt !== this.current || attempt.openedMs !== undefined;
    this.blocked = {
      fromMs: attempt.askedMs,
      toMs: nowMs(),
      lagMs: over ? (attempt.lag?.stop() ?? 0) : 0,
    };
    // timers of a VU that was blocked would tell that and not the injector's lag
    if (attempt === this.current && attempt.openedMs === undefined) attempt.lag ??= watchLag();
    this.flush();
  }

  private opened(attempt: Attempt): void {
    if (attempt !== this.current) return;
    attempt.openedMs = nowMs();
    attempt.lag?.stop();
    this.flush();
  }

  private answered(attempt: Attempt, number: number, nonce: string): void {
    const isOurs = (text: string) => text.startsWith(`${this.runId}-`);
    const settled = this.ledger.answer(attempt.id, number, nonce, isOurs, nowMs());
    if (settled) this.record(settled);
    this.closeRetired();
  }

  private ended(attempt: Attempt, reason: 'dns' | 'connect' | 'closed' | 'reset', detail: string): void {
    complain(`${this.probe.name} ${reason}`, detail);
    for (const settled of this.ledger.end(attempt.id, reason, nowMs())) this.record(settled);
    this.retired.delete(attempt.id);
    if (attempt !== this.current) return;
    if (attempt.openedMs === undefined) this.failedToOpen(attempt, reason === 'dns' ? 'dns' : 'connect');
    else this.interrupted(attempt.openedMs, reason === 'closed' ? 'closed' : 'reset');
    this.arm();
  }

  /** The stream is gone: the next one is opened at once, unless streams end as soon as they are open. */
  private interrupted(openedMs: number, reason: InterruptionReason): void {
    this.current = undefined;
    recordInterruption(this.probe, reason);
    this.outageMs = nowMs();
    this.outageCounted = true;
    this.lastFailure = undefined;
    if (this.outageMs - openedMs >= settledMs) {
      this.waitMs = shortestWaitMs;
      this.retryMs = this.outageMs;
    } else this.waitLonger();
  }

  private failedToOpen(attempt: Attempt, why: 'dns' | 'connect'): void {
    this.current = undefined;
    const tookMs = nowMs() - attempt.askedMs;
    const lagMs = attempt.lag?.stop() ?? tookMs - this.path.timeoutMs;
    if (tookMs >= this.path.timeoutMs && lagMs >= this.path.lagBoundMs) {
      // An injector that was late itself does not know whether it could have been opened.
      this.lastFailure = 'lag';
      this.waitLonger();
      return;
    }
    this.lastFailure = why;
    // An outage that began with a lost stream is counted as that; this one began without.
    if (!this.outageCounted) recordInterruption(this.probe, 'connect');
    this.outageCounted = true;
    this.waitLonger();
  }

  private waitLonger(): void {
    this.retryMs = nowMs() + this.waitMs;
    this.waitMs = Math.min(this.waitMs * 2, longestWaitMs);
  }

  private abandonLateAttempt(): void {
    const { current } = this;
    if (!current || current.openedMs !== undefined) return;
    if (nowMs() - current.askedMs < this.path.timeoutMs) return;
    current.transport?.close();
    this.failedToOpen(current, 'connect');
  }

  private expire(): void {
    const { settled, silent } = this.ledger.expire(this.lastFailure ?? 'connect', nowMs());
    for (const each of settled) this.record(each);
    const { current } = this;
    // An injector that stood still heard nothing either: that says nothing about the stream.
    const late = settled.some(({ lagMs }) => lagMs >= this.path.lagBoundMs);
    if (!late && current?.openedMs !== undefined && silent.has(current.id)) {
      // What is still under way on it keeps its time; new messages go over a new stream.
      this.retired.set(current.id, current);
      this.interrupted(current.openedMs, 'silence');
    }
    this.closeRetired();
  }

  private closeRetired(): void {
    for (const [id, attempt] of this.retired) {
      if (this.ledger.underWay(id) > 0) continue;
      this.retired.delete(id);
      attempt.transport?.close();
    }
  }

  private takeDue(): void {
    for (const { number, dueMs } of this.schedule.take(nowMs())) {
      const now = nowMs();
      const { fromMs, toMs } = this.blocked;
      const wasBlocked = dueMs >= fromMs && dueMs <= toMs;
      const lagMs = now - (wasBlocked ? toMs : dueMs);
      if (lagMs >= this.path.lagBoundMs) {
        recordProbe(this.path, this.probe, { outcome: 'error', reason: 'lag' }, '', 0);
        continue;
      }
      const meter = wasBlocked ? this.watchFrom(dueMs) : watchProcess();
      this.ledger.add(number, `${this.runId}-${number}`, wasBlocked ? dueMs : now, meter);
    }
  }

  /** Watches the process for a message that came due while this VU was blocked: its part of that lag counts too. */
  private watchFrom(dueMs: number): Lag | undefined {
    const { fromMs, toMs, lagMs } = this.blocked;
    const before = toMs > fromMs ? lagMs * ((toMs - dueMs) / (toMs - fromMs)) : 0;
    const since = watchProcess();
    return since && { stop: () => before + since.stop() };
  }

  /** Sends what waits. While an outage is younger than a timeout it may end in time, so nothing is given up before. */
  private flush(): void {
    const { current } = this;
    if (current?.openedMs !== undefined && current.transport) {
      for (const { number, nonce } of this.ledger.waiting()) {
        const sentMs = nowMs();
        if (!current.transport.send(number, nonce)) return;
        // one that watches from the beginning is enough
        const meter = watchesProcess() ? undefined : watchLag();
        this.ledger.sent(number, current.id, sentMs, meter, current.openedMs);
      }
    } else if (
      this.lastFailure &&
      this.lastFailure !== 'lag' &&
      nowMs() - this.outageMs >= this.path.timeoutMs
    ) {
      for (const settled of this.ledger.giveUp(this.lastFailure, nowMs())) this.record(settled);
    }
  }

  private record({ reason, durationMs, lagMs }: Settled): void {
    const { path, probe } = this;
    if (reason === 'lag') {
      recordProbe(path, probe, { outcome: 'error', reason }, '', durationMs);
      return;
    }
    const listed = reason === '' ? '' : listedReason(reason, path.reasons, path.otherReason);
    recordProbe(path, probe, judge({ reason: listed, durationMs, lagMs }, path), probe.hop, durationMs);
  }
}

/** Why a stream was interrupted; each is a value of the label `reason` of the counter `interruptions`. */
export const interruptionReasons = ['closed', 'reset', 'silence', 'connect'] as const;
export type InterruptionReason = (typeof interruptionReasons)[number];

/** Numbered points in time, one each `periodMs`, that do not drift however late they are asked for. Times in milliseconds. */
export class Schedule {
  private next = 0;

  constructor(
    private readonly startMs: number,
    private readonly periodMs: number,
  ) {}

  /** When the next message is due. */
  get nextMs(): number {
    return this.startMs + this.next * this.periodMs;
  }

  /** Every message due by `nowMs` that was not taken before, in order. */
  take(nowMs: number): { number: number; dueMs: number }[] {
    const due: { number: number; dueMs: number }[] = [];
    while (this.nextMs <= nowMs) {
      due.push({ number: this.next, dueMs: this.nextMs });
      this.next += 1;
    }
    return due;
  }
}

/** What watches the injector's own lag while a message is open (`lag-meter.ts`). */
export interface Meter {
  /** The lag seen, in milliseconds. */
  stop(): number;
}

/** What became of one message. */
export interface Settled {
  number: number;
  /** '' when the right answer came. */
  reason: string;
  durationMs: number;
  lagMs: number;
}

interface Entry {
  readonly number: number;
  readonly nonce: string;
  /** From here its duration and its timeout count. */
  readonly fromMs: number;
  /** Watches from the beginning, where something can. */
  readonly meter?: Meter | undefined;
  /** Set when it was sent. `idleMs` is how long before that it could have been: there was a stream, so that is the injector's own lag. */
  under?: { stream: number; sentMs: number; idleMs: number; meter?: Meter | undefined };
}

/**
 * Books of the messages of one VU: each that is added is settled exactly once. A message waits until there is a stream, is
 * under way on one stream, and ends by its answer, the end of its stream, or its timeout. Times in milliseconds; no clock of
 * its own.
 */
export class StreamLedger {
  private readonly entries = new Map<number, Entry>();
  /** Stream → when it last answered anything. */
  private readonly heardMs = new Map<number, number>();

  constructor(private readonly timeoutMs: number) {}

  /** Number of messages that are not settled. */
  get size(): number {
    return this.entries.size;
  }

  /** When the next message runs out of time; undefined when none is open. */
  get nextExpiryMs(): number | undefined {
    let next: number | undefined;
    for (const { fromMs } of this.entries.values()) {
      const expiryMs = fromMs + this.timeoutMs;
      if (next === undefined || expiryMs < next) next = expiryMs;
    }
    return next;
  }

  /** Takes a message in, waiting for a stream. Throws a RangeError for a number that is open already. */
  add(number: number, nonce: string, fromMs: number, meter?: Meter): void {
    if (this.entries.has(number)) throw new RangeError(`message ${number} is open already`);
    this.entries.set(number, { number, nonce, fromMs, meter });
  }

  /** Messages without a stream, oldest first. */
  waiting(): { number: number; nonce: string }[] {
    return [...this.entries.values()].filter((entry) => !entry.under);
  }

  /** How many messages are under way on a stream. */
  underWay(stream: number): number {
    let count = 0;
    for (const entry of this.entries.values()) if (entry.under?.stream === stream) count += 1;
    return count;
  }

  /** Notes that a waiting message was sent on a stream, which was open since `openedMs`, by default only then. */
  sent(number: number, stream: number, sentMs: number, meter?: Meter, openedMs = sentMs): void {
    const entry = this.entries.get(number);
    if (entry)
      entry.under = { stream, sentMs, idleMs: Math.max(0, sentMs - Math.max(entry.fromMs, openedMs)), meter };
  }

  /**
   * Takes an answer. A wrong text under a right number fails that message; an answer to nothing that was ever sent fails the
   * oldest one under way on the stream, whose answer it took. An answer that comes too late settles nothing.
   */
  answer(
    stream: number,
    number: number,
    nonce: string,
    isOurs: (nonce: string) => boolean,
    nowMs: number,
  ): Settled | undefined {
    this.heardMs.set(stream, nowMs);
    const entry = this.entries.get(number);
    if (entry?.under?.stream === stream)
      return this.settle(entry, entry.nonce === nonce ? '' : 'body', nowMs);
    if (isOurs(nonce)) return undefined;
    const oldest = [...this.entries.values()].find((each) => each.under?.stream === stream);
    return oldest && this.settle(oldest, 'body', nowMs);
  }

  /** A stream is over: everything under way on it ends with `reason`. */
  end(stream: number, reason: string, nowMs: number): Settled[] {
    this.heardMs.delete(stream);
    return this.settleAll((entry) => entry.under?.stream === stream, reason, nowMs);
  }

  /** No stream will come in time: everything that waits ends with `reason`. */
  giveUp(reason: string, nowMs: number): Settled[] {
    return this.settleAll((entry) => !entry.under, reason, nowMs);
  }

  /**
   * Ends what is out of time: `silence` when there was a stream for longer than it had waited for one, else `noStream`. Names the streams
   * that said nothing at all for a whole timeout after a message was sent on them.
   */
  expire(noStream: string, nowMs: number): { settled: Settled[]; silent: Set<number> } {
    const silent = new Set<number>();
    const settled: Settled[] = [];
    for (const entry of [...this.entries.values()]) {
      if (nowMs - entry.fromMs < this.timeoutMs) continue;
      settled.push(this.settle(entry, outOfTime(entry, nowMs) ?? noStream, nowMs));
      const { under } = entry;
      if (!under || nowMs - under.sentMs < this.timeoutMs) continue;
      if ((this.heardMs.get(under.stream) ?? -Infinity) < under.sentMs) silent.add(under.stream);
    }
    return { settled, silent };
  }

  private settleAll(which: (entry: Entry) => boolean, reason: string, nowMs: number): Settled[] {
    return [...this.entries.values()].filter(which).map((entry) => this.settle(entry, reason, nowMs));
  }

  private settle(entry: Entry, reason: string, nowMs: number): Settled {
    this.entries.delete(entry.number);
    const { meter, under } = entry;
    const lagMs = Math.max(meter?.stop() ?? 0, under?.meter?.stop() ?? 0, under?.idleMs ?? 0);
    return { number: entry.number, reason, durationMs: nowMs - entry.fromMs, lagMs };
  }
}

function outOfTime({ fromMs, under }: Entry, nowMs: number): 'silence' | undefined {
  if (!under) return undefined;
  const couldBeSentMs = under.sentMs - under.idleMs;
  return nowMs - couldBeSentMs > couldBeSentMs - fromMs ? 'silence' : undefined;
}

/** Longest time that one answer can hold load back, whatever it asks for. */
const longestMs = 60_000;

/** While held back, one probe per this time still goes out, in ms: the path is still watched. */
export const trickleMs = 5_000;

/** Holds load back after an answer 429 or 503 with `Retry-After`. One per VU; `nowMs` is of a clock that never jumps. */
export class BackOff {
  private untilMs = 0;
  private lastMs = 0;

  /** Whether a probe may be sent at `nowMs`. */
  allows(nowMs: number): boolean {
    if (nowMs >= this.untilMs || nowMs - this.lastMs >= trickleMs) {
      this.lastMs = nowMs;
      return true;
    }
    return false;
  }

  /** Takes note of an answer. `retryAfter` is the header's value: seconds or an HTTP date (RFC 9110 §10.2.3), read at `epochMs`. */
  note(status: number, retryAfter: string | undefined, nowMs: number, epochMs: number): void {
    if (status !== 429 && status !== 503) return;
    const waitMs = waitOf(retryAfter, epochMs);
    if (waitMs > 0) this.untilMs = nowMs + Math.min(waitMs, longestMs);
  }
}

function waitOf(retryAfter: string | undefined, epochMs: number): number {
  if (retryAfter === undefined || retryAfter === '') return 0;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const dateMs = Date.parse(retryAfter);
  return Number.isNaN(dateMs) ? 0 : dateMs - epochMs;
}

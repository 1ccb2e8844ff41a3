/**
 * What k6's HTTP client does by itself: Go repeats a request without a word when a kept connection is dead before the first byte of an
 * answer. A released k6 cannot tell how often; k6 with the extension can.
 */

let counter: (() => number) | undefined;

/** Names what counts the repeats of this VU since it was asked before; for entry scripts, at init. */
export function countRepeatsBy(repeats: () => number): void {
  counter = repeats;
}

/** Whether repeats are counted at all: without that there is no number, and no 0 either. */
export function repeatsAreCounted(): boolean {
  return counter !== undefined;
}

/** Requests of this VU that were repeated since the last call; undefined where nobody counts. */
export function repeatsSince(): number | undefined {
  return counter?.();
}

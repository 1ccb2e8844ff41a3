import { setTimeout as sleep } from 'node:timers/promises';

/** How often and how long to look. */
export interface Deadline {
  readonly withinMs: number;
  /** Pause between two looks; default half a second. */
  readonly everyMs?: number;
}

/**
 * Looks again and again until `look` does not throw, and returns what it gave; a failed `expect` counts as "not yet". After the
 * deadline throws with `what` and the last thing seen.
 */
export async function eventually<T>(
  what: string,
  { withinMs, everyMs = 500 }: Deadline,
  look: () => T | Promise<T>,
): Promise<T> {
  const startedMs = Date.now();
  for (;;) {
    try {
      return await look();
    } catch (error) {
      const passedMs = Date.now() - startedMs;
      if (passedMs >= withinMs) {
        const seen = error instanceof Error ? error.message : String(error);
        throw new Error(`${what}: not within ${withinMs / 1000} s; last seen: ${seen}`, { cause: error });
      }
      await sleep(Math.min(everyMs, withinMs - passedMs));
    }
  }
}

/** Waits until a moment of the wall clock, in ms since the epoch; a moment that has passed is not waited for. */
export async function until(momentMs: number): Promise<void> {
  await sleep(Math.max(0, momentMs - Date.now()));
}

/** A measured time for the log of a run: `how long: 12.3 s`. */
export function report(what: string, value: number | string): void {
  process.stderr.write(`    · ${what}: ${value}\n`);
}

/** Milliseconds as seconds with one digit. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

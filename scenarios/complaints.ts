import { nowMs } from './clock.ts';

/** Time between two lines of the same kind. */
const quietMs = 60_000;

const lastMs = new Map<string, number>();

/** Writes an error line, at most one a minute for each `kind` and VU: a fault that lasts must not fill the log. */
export function complain(kind: string, text: string): void {
  const now = nowMs();
  if (now - (lastMs.get(kind) ?? -Infinity) < quietMs) return;
  lastMs.set(kind, now);
  console.error(`${kind}: ${text}`);
}

import exec from 'k6/execution';

/** Milliseconds since k6 started, from Go's monotonic clock in ns: `Date.now()` has whole milliseconds only, and jumps. */
export function nowMs(): number {
  return exec.instance.currentTestRunDuration;
}

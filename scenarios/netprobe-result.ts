import type { Result } from 'k6/x/netprobe';
import { complain } from './complaints.ts';
import type { PathConfig, ProbeConfig } from './config.ts';
import { listedReason } from './reasons.ts';
import { recordLate, recordProbe } from './recorder.ts';
import { judge } from './verdict.ts';

/** Counts what the extension says of one probe. */
export function recordResult(path: PathConfig, probe: ProbeConfig, result: Result): void {
  const { durationMs, lagMs, late } = result;
  if (result.reason !== '') complain(`${probe.name} ${result.reason}`, result.detail);
  const reason = result.reason === '' ? '' : listedReason(result.reason, path.reasons, path.otherReason);
  recordProbe(path, probe, judge({ reason, durationMs, lagMs }, path), probe.hop, durationMs);
  if (late > 0) recordLate(probe, late);
}

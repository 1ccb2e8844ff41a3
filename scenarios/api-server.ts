import { token } from 'k6/x/netprobe';
import { isApiAnswer } from './api-answer.ts';
import type { PathConfig, ProbeConfig } from './config.ts';
import { request } from './http-request.ts';
import { listedReason } from './reasons.ts';
import { recordHeldBack, recordProbe } from './recorder.ts';
import { judge } from './verdict.ts';

/** One probe of the path `api-server`: an authenticated GET. Throws when the pod has no token: the script's fault, not the path's. */
export async function probeApiServer(path: PathConfig, probe: ProbeConfig): Promise<void> {
  const headers = { Authorization: `Bearer ${token()}`, Accept: 'application/json' };
  const answer = await request('GET', probe.address, null, headers, path, probe);
  if (!answer) {
    recordHeldBack(probe);
    return;
  }
  const { durationMs, lagMs } = answer;
  let { reason } = answer;
  if (reason === '' && !isApiAnswer(probe.calls, answer.body)) reason = 'body';
  if (reason !== '') reason = listedReason(reason, path.reasons, path.otherReason);
  recordProbe(path, probe, judge({ reason, durationMs, lagMs }, path), probe.hop, durationMs);
}

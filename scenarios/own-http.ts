import type { PathConfig, ProbeConfig } from './config.ts';
import { request } from './http-request.ts';
import { type HttpProbe, isRightStatus, type SecretRequests } from './own-target.ts';
import { listedReason } from './reasons.ts';
import { recordHeldBack, recordProbe } from './recorder.ts';
import { judge } from './verdict.ts';

// Files can be read in the init context only.
const requestsFile = __ENV['TARGET_REQUESTS'];
const requests = (requestsFile === undefined ? {} : JSON.parse(open(requestsFile))) as SecretRequests;

/** One probe of a target over HTTP: a request, and what its answer must be. Throws only for a fault of the script. */
export async function probeOwnHttp(path: PathConfig, probe: ProbeConfig): Promise<void> {
  if (path.own?.kind !== 'http') throw new Error(`path ${path.path} is not probed over HTTP`);
  const wanted = path.own;
  const { headers = {}, body = null } = requests[path.path] ?? {};
  const answer = await request(wanted.method, probe.address, body, headers, path, probe, wanted.redirects);
  if (!answer) {
    recordHeldBack(probe);
    return;
  }
  let reason = reasonOfOwnAnswer(answer, wanted);
  if (reason !== '') reason = listedReason(reason, path.reasons, path.otherReason);
  const { durationMs, lagMs } = answer;
  recordProbe(path, probe, judge({ reason, durationMs, lagMs }, path), probe.hop, durationMs);
}

/** Why an answer is not the wanted one; '' when it is. A status that is bad elsewhere may be right here. */
function reasonOfOwnAnswer(
  { reason, status, body }: { reason: string; status: number; body: string | null },
  wanted: HttpProbe,
): string {
  if (reason !== '' && reason !== 'status') return reason;
  if (!isRightStatus(status, wanted.status)) return 'status';
  return wanted.bodyContains === '' || body?.includes(wanted.bodyContains) ? '' : 'body';
}

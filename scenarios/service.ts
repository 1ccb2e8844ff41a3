import type { PathConfig, ProbeConfig } from './config.ts';
import { judgeEcho } from './echo.ts';
import { pathHeader, reasonOfGatewayStatus } from './gateway.ts';
import { request } from './http-request.ts';
import { nonce, probeId } from './nonce.ts';
import { listedReason } from './reasons.ts';
import { recordHeldBack, recordProbe } from './recorder.ts';
import { judge } from './verdict.ts';

/** One probe of the paths `service`, `ingress` and `ingress-external`: POST a nonce to an echo and want it back. Never throws. */
export async function probeService(path: PathConfig, probe: ProbeConfig): Promise<void> {
  const id = probeId(probe);
  const body = JSON.stringify(nonce(id));
  // On paths through a gateway only the last call goes through it: the probe's own where it has one hop.
  const throughGateway = path.reasons.includes('route');
  const headers = {
    'Content-Type': 'application/json',
    'X-Request-Id': id,
    ...(throughGateway ? { [pathHeader]: path.path } : {}),
  };
  // POST: Go repeats a GET silently when a kept connection turns out to be dead. The id in the query reaches access logs.
  const answer = await request('POST', `${probe.address}?id=${id}`, body, headers, path, probe);
  if (!answer) {
    recordHeldBack(probe);
    return;
  }
  let { reason } = answer;
  let hop = probe.hop;
  if (throughGateway && reason === 'status' && probe.nextHop === '')
    reason = reasonOfGatewayStatus(answer.status, answer.fromBackend);
  if (reason === '') {
    const echo = judgeEcho(answer.body, body, probe.nextHop !== '');
    reason =
      throughGateway && echo.status !== undefined ? reasonOfGatewayStatus(echo.status, false) : echo.reason;
    if (echo.behind) hop = probe.nextHop;
  }
  if (reason !== '') reason = listedReason(reason, path.reasons, path.otherReason);
  const { durationMs, lagMs } = answer;
  recordProbe(path, probe, judge({ reason, durationMs, lagMs }, path), hop, durationMs);
}

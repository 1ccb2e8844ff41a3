/** The paths whose probes are good when they are refused: what a mesh must keep out is tried, for ever. */
import http from 'k6/http';
import type { Params } from 'k6/http';
import { nowMs } from './clock.ts';
import { complain } from './complaints.ts';
import type { PathConfig, ProbeConfig } from './config.ts';
import { request } from './http-request.ts';
import { watchLag } from './lag-meter.ts';
import { probeId } from './nonce.ts';
import { listedReason } from './reasons.ts';
import { recordHeldBack, recordProbe, recordRepeats } from './recorder.ts';
import { judgePlaintext, judgeStranger } from './refusal.ts';
import { repeatsSince } from './repeats.ts';
import { judge } from './verdict.ts';

/** A probe's own id, and the request that carries it. */
function asked(probe: ProbeConfig) {
  const id = probeId(probe);
  return {
    url: `${probe.address}?id=${id}`,
    body: JSON.stringify(id),
    headers: { 'Content-Type': 'application/json', 'X-Request-Id': id },
  };
}

/** One probe of what must be refused without a certificate: POST to a pod that takes mutual TLS only. Never throws. */
export async function probePlaintext(path: PathConfig, probe: ProbeConfig): Promise<void> {
  const { url, body, headers } = asked(probe);
  repeatsSince();
  const lag = watchLag();
  const startMs = nowMs();
  const params: Params & { throw: true } = {
    headers: { ...headers, Connection: 'close' },
    timeout: path.timeoutMs,
    redirects: 0,
    // What is not thrown k6 writes to its log, each time: here that is every good probe.
    throw: true,
  };
  const error = await http
    .asyncRequest('POST', url, body, params)
    .then(
      () => undefined,
      (fault: unknown) => String(fault),
    )
    .finally(() => lag.stop());
  const durationMs = nowMs() - startMs;
  recordRepeats(probe, repeatsSince() ?? 0);
  let reason = judgePlaintext(error);
  if (reason !== '') {
    complain(probe.name, error ?? 'answered');
    reason = listedReason(reason, path.reasons, path.otherReason);
  }
  const verdict = judge({ reason, durationMs, lagMs: lag.stop() }, path);
  recordProbe(path, probe, verdict, probe.hop, durationMs);
}

/** One probe of what must be refused to a stranger: POST to a source under an identity that target does not answer. Never throws. */
export async function probeStranger(path: PathConfig, probe: ProbeConfig): Promise<void> {
  const { url, body, headers } = asked(probe);
  const answer = await request('POST', url, body, headers, path, probe);
  if (!answer) {
    recordHeldBack(probe);
    return;
  }
  let { reason } = answer;
  let hop = probe.hop;
  if (reason === '') {
    const verdict = judgeStranger(answer.body, body);
    reason = verdict.reason;
    if (verdict.behind) hop = probe.nextHop;
  }
  if (reason !== '') reason = listedReason(reason, path.reasons, path.otherReason);
  const { durationMs, lagMs } = answer;
  recordProbe(path, probe, judge({ reason, durationMs, lagMs }, path), hop, durationMs);
}

import http from 'k6/http';
import exec from 'k6/execution';
import type { PathConfig, ProbeConfig } from './config.ts';
import { BackOff } from './back-off.ts';
import { judgeEcho } from './echo.ts';
import { LagMeter } from './lag-meter.ts';
import { listedReason, reasonOfAnswer } from './reasons.ts';
import { recordHeldBack, recordProbe } from './recorder.ts';
import { judge } from './verdict.ts';

// One JavaScript runtime per VU: module state is a VU's own.
const backOff = new BackOff();
const runId = Math.random().toString(36).slice(2, 10);

/** One probe of the path `service`: POST a nonce to an echo and want it back. Never throws. */
export async function probeService(path: PathConfig, probe: ProbeConfig): Promise<void> {
  if (!backOff.allows(Date.now())) {
    recordHeldBack(probe);
    return;
  }
  const id = `${probe.name}-${runId}-${exec.vu.idInTest}-${exec.vu.iterationInInstance}`;
  const body = JSON.stringify(id);
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'X-Request-Id': id };
  // `noConnectionReuse` is global in k6; this header gives one probe a connection of its own.
  if (probe.conn === 'fresh') headers['Connection'] = 'close';
  const lag = new LagMeter();
  // POST: Go repeats a GET silently when a kept connection turns out to be dead. The id in the query reaches access logs.
  const response = await http.asyncRequest('POST', `${probe.url}?id=${id}`, body, {
    headers,
    timeout: path.timeoutMs,
    responseType: 'text',
    redirects: 0,
  });
  const lagMs = lag.stop();
  backOff.note(response.status, response.headers['Retry-After'], Date.now());

  const facts = { status: response.status, errorCode: response.error_code, error: response.error };
  let reason = reasonOfAnswer(facts);
  let hop = probe.hop;
  if (reason === '') {
    const echo = judgeEcho(
      typeof response.body === 'string' ? response.body : null,
      body,
      probe.nextHop !== '',
    );
    reason = echo.reason;
    if (echo.behind) hop = probe.nextHop;
  }
  if (reason !== '') reason = listedReason(reason, path.reasons, path.otherReason);
  const { blocked, connecting, tls_handshaking, duration } = response.timings;
  const durationMs = blocked + connecting + tls_handshaking + duration;
  recordProbe(path, probe, judge({ reason, durationMs, lagMs }, path), hop, durationMs);
}

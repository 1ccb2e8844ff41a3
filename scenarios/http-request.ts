import http from 'k6/http';
import type { Params } from 'k6/http';
import { BackOff } from './back-off.ts';
import { nowMs } from './clock.ts';
import { complain } from './complaints.ts';
import type { PathConfig, ProbeConfig } from './config.ts';
import { upstreamHeader } from './gateway.ts';
import { watchLag } from './lag-meter.ts';
import { reasonOfAnswer } from './reasons.ts';
import { recordConnection, recordRepeats } from './recorder.ts';
import { repeatsSince } from './repeats.ts';

// One JavaScript runtime per VU: module state is a VU's own.
const backOff = new BackOff();

/** One HTTP answer, before its body is judged. */
export interface Answer {
  /** '' when transport and status are fine. */
  reason: string;
  status: number;
  /** Whether a gateway marks it as its backend's answer. */
  fromBackend: boolean;
  body: string | null;
  durationMs: number;
  lagMs: number;
}

/** Sends one request and follows so many redirects at most; undefined when the far end asked for less load and nothing was sent. Never throws. */
export async function request(
  method: 'GET' | 'HEAD' | 'POST',
  url: string,
  body: string | null,
  headers: Readonly<Record<string, string>>,
  path: PathConfig,
  probe: ProbeConfig,
  redirects = 0,
): Promise<Answer | undefined> {
  if (!backOff.allows(nowMs())) return undefined;
  const params: Params = {
    // `noConnectionReuse` is global in k6; this header gives one probe a connection of its own.
    headers: probe.conn === 'fresh' ? { ...headers, Connection: 'close' } : { ...headers },
    timeout: path.timeoutMs,
    responseType: 'text',
    redirects,
  };
  // What was repeated before this probe is nobody's.
  repeatsSince();
  const lag = watchLag();
  const startMs = nowMs();
  const response = await http.asyncRequest(method, url, body, params).finally(() => lag.stop());
  const tookMs = nowMs() - startMs;
  const lagMs = lag.stop();
  backOff.note(response.status, response.headers['Retry-After'], nowMs(), Date.now());
  // k6's `blocked` lasts until there is a connection: name lookup, connecting and TLS are in it.
  const { blocked, connecting, duration } = response.timings;
  const answeredMs = blocked + duration;
  if (response.status === 0) complain(probe.name, `${response.error_code} ${response.error}`);
  recordRepeats(probe, repeatsSince() ?? 0);
  // Without an answer it is not known whether there was a connection.
  if (probe.conn === 'kept' && response.status !== 0) recordConnection(probe, connecting > 0);
  return {
    reason: reasonOfAnswer({
      status: response.status,
      errorCode: response.error_code,
      error: response.error,
    }),
    status: response.status,
    fromBackend: upstreamHeader in response.headers,
    body: typeof response.body === 'string' ? response.body : null,
    // k6 does not time what was not answered
    durationMs: response.status === 0 ? Math.max(answeredMs, tookMs) : answeredMs,
    lagMs,
  };
}

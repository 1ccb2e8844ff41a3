import grpc from 'k6/net/grpc';
import { setTimeout } from 'k6/timers';
import { nowMs } from './clock.ts';
import { complain } from './complaints.ts';
import type { PathConfig, ProbeConfig } from './config.ts';
import { reasonOfCall, reasonOfConnect } from './grpc-reasons.ts';
import { watchLag, watchProcess } from './lag-meter.ts';
import { probeId } from './nonce.ts';
import { listedReason } from './reasons.ts';
import { recordProbe } from './recorder.ts';
import { judge, type Measured } from './verdict.ts';

const method = 'echo.EchoService/Echo';

/** A VU's own connection, and the one of its probe on a fresh one. */
interface Line {
  readonly client: grpc.Client;
  connected: boolean;
}

const lines: Record<string, Line> = {};
/** A process that is short of CPU is so just after a timeout too; within the fifth of a timeout that VUs are spare for. */
const afterwardsMs = 150;

/** Loads the protocol; must run at init, and only where the path is on: every VU pays for it. */
export function prepareGrpc(): void {
  for (const conn of ['kept', 'fresh']) {
    const client = new grpc.Client();
    client.load([], 'podinfo.proto');
    lines[conn] = { client, connected: false };
  }
}

/** One probe of the path `grpc`: Echo a nonce and want it back. Throws only for a fault of the script. */
export async function probeGrpc(path: PathConfig, probe: ProbeConfig): Promise<void> {
  const line = lines[probe.conn];
  if (!line) throw new Error(`no gRPC client for connections of kind ${probe.conn}`);
  const process = watchProcess();
  let measured: Timed;
  try {
    measured = await connectAndCall(line, probe, path.timeoutMs);
  } finally {
    process?.stop();
  }
  const lagMs = process?.stop() ?? (await estimated(measured, path.timeoutMs));
  // After a failure a kept connection is made anew: grpc-go's own attempts would come ever more seldom and hide a recovery, and
  // a dead peer would be asked until the kernel gives up, a quarter of an hour.
  if (probe.conn === 'fresh' || (measured.reason !== '' && measured.reason !== 'body')) hangUp(line);
  const reason = measured.reason === '' ? '' : listedReason(measured.reason, path.reasons, path.otherReason);
  recordProbe(path, probe, judge({ ...measured, lagMs, reason }, path), probe.hop, measured.durationMs);
}

/** What came of one probe; its lag is that of the call alone, as no timer of this VU runs while it is blocked by the connecting. */
interface Timed extends Measured {
  /** How long connecting took of it; 0 on a connection that was there. */
  blockedMs: number;
}

async function connectAndCall(line: Line, probe: ProbeConfig, timeoutMs: number): Promise<Timed> {
  const startMs = nowMs();
  const failed = line.connected ? undefined : connect(line, probe.address, timeoutMs);
  const blockedMs = nowMs() - startMs;
  if (failed !== undefined) return { reason: failed, durationMs: blockedMs, lagMs: 0, blockedMs };
  return { ...(await call(line, probe, timeoutMs, startMs)), blockedMs };
}

/** Why there is no connection; undefined when there is one. Blocks the VU. */
function connect(line: Line, address: string, timeoutMs: number): string | undefined {
  try {
    line.connected = true;
    line.client.connect(address, { plaintext: true, timeout: timeoutMs });
    return undefined;
  } catch (fault) {
    complain('grpc connection', String(fault));
    return reasonOfConnect(String(fault));
  }
}

/** The lag where nothing watches the process: where connecting took most of the time, what is seen after it stands for that. */
async function estimated({ durationMs, lagMs, blockedMs }: Timed, timeoutMs: number): Promise<number> {
  if (durationMs < timeoutMs || blockedMs < timeoutMs / 2) return lagMs;
  const beyondMs = Math.max(0, blockedMs - timeoutMs);
  return Math.max(lagMs, beyondMs, (await lagNow(afterwardsMs)) * (blockedMs / afterwardsMs));
}

/** How late the injector is within some ms from now. */
async function lagNow(forMs: number): Promise<number> {
  const lag = watchLag();
  await new Promise<void>((resolve) => setTimeout(resolve, forMs));
  return lag.stop();
}

async function call(line: Line, probe: ProbeConfig, timeoutMs: number, startMs: number): Promise<Measured> {
  // podinfo logs each body: no padding, as a call over HTTP or TCP has it
  const body = probeId(probe);
  const lag = watchLag();
  const timeout = Math.max(1, timeoutMs - (nowMs() - startMs));
  try {
    const response = await line.client.asyncInvoke(method, { body }, { timeout });
    const durationMs = nowMs() - startMs;
    const { message } = response as { message?: { body?: string } };
    const error = response.error as { message?: string } | undefined;
    const code = String(response.status);
    const failure = reasonOfCall({ code, message: error?.message ?? '' });
    if (failure !== '') complain(`grpc ${failure}`, `code ${code}: ${error?.message ?? ''}`);
    const reason = failure === '' && message?.body !== body ? 'body' : failure;
    return { reason, durationMs, lagMs: lag.stop() };
  } finally {
    lag.stop();
  }
}

function hangUp(line: Line): void {
  line.connected = false;
  line.client.close();
}

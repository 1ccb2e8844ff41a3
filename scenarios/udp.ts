import exec from 'k6/execution';
import { udp } from 'k6/x/netprobe';
import type { PathConfig, ProbeConfig } from './config.ts';
import { recordResult } from './netprobe-result.ts';

const runId = Math.random().toString(36).slice(2, 10);

/** One probe of the path `udp`: a numbered text over UDP to an echo, wanted back. Throws only for a fault of the script. */
export async function probeUdp(path: PathConfig, probe: ProbeConfig): Promise<void> {
  const payload = `${probe.name}-${runId}-${exec.vu.idInTest}-${exec.vu.iterationInInstance}`;
  const { address } = probe;
  const kept = probe.conn === 'kept';
  recordResult(path, probe, udp({ address, payload, kept, timeoutMs: path.timeoutMs }));
}

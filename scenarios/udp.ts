import { udp } from 'k6/x/netprobe';
import type { PathConfig, ProbeConfig } from './config.ts';
import { recordResult } from './netprobe-result.ts';
import { probeId } from './nonce.ts';

/** One probe of the path `udp`: a numbered text over UDP to an echo, wanted back. Throws only for a fault of the script. */
export async function probeUdp(path: PathConfig, probe: ProbeConfig): Promise<void> {
  const payload = probeId(probe);
  const { address } = probe;
  const kept = probe.conn === 'kept';
  recordResult(path, probe, udp({ address, payload, kept, timeoutMs: path.timeoutMs }));
}

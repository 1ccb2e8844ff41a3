import { tcp } from 'k6/x/netprobe';
import type { PathConfig, ProbeConfig } from './config.ts';
import { recordResult } from './netprobe-result.ts';
import { nonce, probeId } from './nonce.ts';

/** One probe of the path `tcp`: a numbered text over TCP to an echo, wanted back. Throws only for a fault of the script. */
export async function probeTcp(path: PathConfig, probe: ProbeConfig): Promise<void> {
  const payload = nonce(probeId(probe));
  const { address } = probe;
  const kept = probe.conn === 'kept';
  recordResult(path, probe, tcp({ address, payload, kept, timeoutMs: path.timeoutMs }));
}

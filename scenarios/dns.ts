import { dns } from 'k6/x/netprobe';
import type { PathConfig, ProbeConfig } from './config.ts';
import { dnsQuery } from './dns-query.ts';
import { recordResult } from './netprobe-result.ts';

/** One probe of the path `dns`: one name asked of the pod's own resolver. Throws only for a fault of the script. */
export async function probeDns(path: PathConfig, probe: ProbeConfig): Promise<void> {
  recordResult(path, probe, dns({ ...dnsQuery(probe), timeoutMs: path.timeoutMs }));
}

import { connect, dns } from 'k6/x/netprobe';
import type { PathConfig, ProbeConfig } from './config.ts';
import { recordResult } from './netprobe-result.ts';

/** One query for a name that the user chose. Throws only for a fault of the script. */
export async function probeOwnDns(path: PathConfig, probe: ProbeConfig): Promise<void> {
  if (path.own?.kind !== 'dns') throw new Error(`path ${path.path} is not asked for over DNS`);
  const { type, values, absent, transport, server } = path.own;
  const { timeoutMs } = path;
  const query = { name: probe.address, transport, search: false, timeoutMs, server };
  recordResult(
    path,
    probe,
    dns(absent ? { ...query, expect: 'absent' } : { ...query, expect: 'records', type, values }),
  );
}

/** One connection to a port that the user chose. Throws only for a fault of the script. */
export async function probeOwnTcp(path: PathConfig, probe: ProbeConfig): Promise<void> {
  if (path.own?.kind !== 'tcp') throw new Error(`path ${path.path} is not probed over TCP`);
  const { send, contains } = path.own;
  recordResult(path, probe, connect({ address: probe.address, send, contains, timeoutMs: path.timeoutMs }));
}

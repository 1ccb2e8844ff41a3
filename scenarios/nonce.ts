import exec from 'k6/execution';
import type { ProbeConfig } from './config.ts';

/**
 * Length of what a call over HTTP or TCP sends and wants back, in bytes: more than two full segments of an Ethernet frame each way, as between nodes
 * (extension/nodeprobe/probes.go), so that a way that loses large packets only is seen.
 */
const callBytes = 4096;

const runId = Math.random().toString(36).slice(2, 10);

/** An id unlike that of any other probe of any injector. */
export function probeId(probe: ProbeConfig): string {
  return `${probe.name}-${runId}-${exec.vu.idInTest}-${exec.vu.iterationInInstance}`;
}

/** A text that is as unlike any other as its id, and as long as a call's must be. */
export function nonce(id: string): string {
  return id.padEnd(callBytes, '.');
}

import { echoPorts, podinfoPorts } from '../../../../signals/targets';
import type { AlertName } from '../../../../signals/alert-catalogue';
import type { PathName } from '../../../../signals/paths';
import type { Listening } from '../connections';
import type { Effect, FaultRow, Told } from '../row';
import type { Behaviour } from '../stand-in/behaviour';
import type { StandIn } from '../stand-in/stand-in';
import { answering } from '../stand-ins';

/** That a path is down: a total fault must be told within a minute. */
export const down = (path: PathName): Told => ({ alert: 'PathDown', path, kind: 'page', withinSeconds: 60 });

/** That a path spends its budget so fast that somebody must be woken, at the latest after some seconds. */
export const fastBurn = (path: PathName, withinSeconds: number): Told => ({
  alert: 'SloFastBurn',
  path,
  kind: 'page',
  withinSeconds,
});

/** Paths whose probes fail for some reasons. */
export const on = (paths: readonly PathName[], reasons: readonly string[]): Effect[] =>
  paths.map((path) => ({ path, reasons }));

/** The words of a packet filter for a TCP port. */
export const tcpTo = (port: number) => ['-p', 'tcp', '--dport', String(port)];

/** The words of a packet filter for packets over a length, headers included. */
export const overBytes = (bytes: number) => ['-m', 'length', '--length', `${bytes + 1}:65535`];

/** Paths that hold streams. */
export const streams: readonly PathName[] = ['grpc-stream', 'websocket'];
/** Paths with fresh connections, which need a name. */
export const named: readonly PathName[] = ['service', 'grpc', 'tcp', 'udp', 'api-server'];
/** Every path of a stack as it is by default. */
export const everyPath: readonly PathName[] = [...named, ...streams, 'dns'];

/** What probes of echo fail for when it is gone. */
export const noEcho = ['connect', 'reset', 'closed', 'timeout', 'silence', 'loss'];
/** What probes fail for when names do not resolve. */
export const noName = ['dns', 'timeout', 'grpc-deadline'];
/** All that a connection can suffer when one half of what serves it is not there. */
export const halfGone = [...noEcho, ...noName, 'grpc-unavailable'];

/** Every port that a probe, or source for it, holds connections to. */
export const everyPort: readonly Listening[] = [
  { workload: 'source', ports: [podinfoPorts.http] },
  { workload: 'target', ports: [podinfoPorts.http, podinfoPorts.grpc] },
  { workload: 'echo', ports: [echoPorts.tcp, echoPorts.grpc, echoPorts.http] },
];

/** What is true of target's own pods while something else stands behind its Service for a quarter of an hour. */
export const bypassed: readonly AlertName[] = ['ServerTraffic'];

/** The row of a target that answers every request wrongly. */
export function targetAnswers(
  target: StandIn,
  id: string,
  how: string,
  behaviour: Behaviour,
  reason: string,
): FaultRow {
  return {
    id,
    name: `target answers ${how}`,
    fault: answering(target, behaviour),
    stage: target,
    told: [down('service')],
    fails: [{ path: 'service', reasons: [reason], hop: '2' }],
    mayTell: bypassed,
  };
}

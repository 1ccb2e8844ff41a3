/** How a pod with a sidecar ends, in whole seconds: each step is over before the next one begins, and all before the grace period. */
export interface MeshDrain {
  /** Both containers wait so long at first: by then every proxy and kube-proxy has forgotten the pod. */
  readonly preStopSeconds: number;
  /** What the program may take from SIGTERM for the requests that are under way. */
  readonly shutdownSeconds: number;
  /** How long the sidecar keeps its listeners open from the beginning of the end: until the program is gone. */
  readonly listenersSeconds: number;
  /** What the sidecar, told to stop after the program, may take for its own connections. */
  readonly proxySeconds: number;
  /** The pod's grace period, after which it is killed. */
  readonly graceSeconds: number;
}

/** Left at the end, for the kubelet and the runtime between two steps. */
const slackSeconds = 2;
/** podinfo waits for 3 s of its time before it stops, so less is none. */
const leastShutdownSeconds = 4;

/** The shortest grace period that can be divided, in milliseconds. */
export const leastGraceMs = 12_000;

/**
 * Divides one grace period, so that nothing in it can contradict: a sixth to be forgotten in (2 to 10 s), an eighth for the sidecar (1 to
 * 5 s), the rest for the program. Throws a RangeError under {@link leastGraceMs}.
 */
export function meshDrain(graceMs: number): MeshDrain {
  if (!(graceMs >= leastGraceMs))
    throw new RangeError(`a grace period of ${graceMs} ms is under ${leastGraceMs} ms`);
  const graceSeconds = Math.floor(graceMs / 1000);
  const part = (divisor: number, least: number, most: number) =>
    Math.min(most, Math.max(least, Math.floor(graceSeconds / divisor)));
  const preStopSeconds = part(6, 2, 10);
  const proxySeconds = part(8, 1, 5);
  const shutdownSeconds = Math.max(
    leastShutdownSeconds,
    graceSeconds - preStopSeconds - proxySeconds - slackSeconds,
  );
  return {
    preStopSeconds,
    shutdownSeconds,
    listenersSeconds: preStopSeconds + shutdownSeconds,
    proxySeconds,
    graceSeconds,
  };
}

/** The Lease by which at most one reaper acts. */

/** The parts of a `coordination.k8s.io/v1` Lease that are used. */
export interface Lease {
  apiVersion: 'coordination.k8s.io/v1';
  kind: 'Lease';
  metadata: {
    name: string;
    namespace: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** Annotation that holds the reaper's memory as JSON. */
export const stateAnnotation = 'chaos.continuous-load/state';

/** Watches another holder by this process's own clock, as client-go does: clocks of two nodes may differ. */
export class LeaseWatch {
  private seen = '';
  private sinceMs = 0;

  constructor(
    private readonly me: string,
    private readonly leaseMs: number,
  ) {}

  /** Whether the Lease may be taken or renewed: it is free, ours, or its holder has not renewed it for its whole time. */
  mayHold(lease: Lease | undefined, nowMs: number): boolean {
    const { holderIdentity = '', renewTime = '' } = lease?.spec ?? {};
    if (holderIdentity === '' || holderIdentity === this.me) return true;
    const now = `${holderIdentity} ${renewTime}`;
    if (now !== this.seen) {
      this.seen = now;
      this.sinceMs = nowMs;
    }
    return nowMs - this.sinceMs > this.leaseMs;
  }
}

/** The Lease as its holder writes it at `nowMs`; the resource version of what was read makes a lost race a conflict. */
export function heldLease(
  read: Lease | undefined,
  to: { name: string; namespace: string; me: string; leaseMs: number; state: string },
  nowMs: number,
): Lease {
  const time = microTime(nowMs);
  const same = read?.spec.holderIdentity === to.me;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...read?.metadata,
      name: to.name,
      namespace: to.namespace,
      labels: { ...read?.metadata.labels, 'app.kubernetes.io/part-of': 'continuous-load' },
      annotations: { ...read?.metadata.annotations, [stateAnnotation]: to.state },
    },
    spec: {
      holderIdentity: to.me,
      leaseDurationSeconds: Math.ceil(to.leaseMs / 1000),
      acquireTime: same ? (read.spec.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: (read?.spec.leaseTransitions ?? 0) + (same || read === undefined ? 0 : 1),
    },
  };
}

/** RFC 3339 with microseconds, as Kubernetes' MicroTime wants it. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

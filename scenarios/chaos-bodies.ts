/** What the reaper sends to the API server. */
import type { Mode } from './chaos-churn.ts';
import type { KillMode } from './chaos-state.ts';
import type { Pod } from './chaos-victims.ts';

/** Grace of a `kill`, in seconds: 0 would be a force deletion, where the object is gone before the container. */
const killGraceSeconds = 1;

/** Asks that exactly this pod goes: another one of the same name has another UID. */
function deleteOptions({ uid }: Pod, mode: KillMode, dryRun: boolean) {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid },
    ...(mode === 'kill' ? { gracePeriodSeconds: killGraceSeconds } : {}),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
}

/** One request that removes a pod: method, path and body. */
export function removal(
  pod: Pod,
  mode: KillMode,
  dryRun: boolean,
): { method: string; path: string; body: object } {
  const { name, namespace } = pod;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const options = deleteOptions(pod, mode, dryRun);
  if (mode === 'kill') return { method: 'DELETE', path, body: options };
  return {
    method: 'POST',
    path: `${path}/eviction`,
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
      deleteOptions: options,
    },
  };
}

/** What came of it: the pod goes, its disruption budget keeps it, or it went by itself. */
export type Removal = 'done' | 'budget' | 'gone';

/** Reads the answer to a removal by its status; undefined for what the reaper has to take for a fault of its own. */
export function removalOutcome(status: number): Removal | undefined {
  if (status >= 200 && status < 300) return 'done';
  if (status === 429) return 'budget';
  if (status === 404 || status === 409) return 'gone';
  return undefined;
}

/** What something is done to: a pod, the Deployment that is churned, the node that is drained, or an object of the reaper's own. */
export interface Subject {
  apiVersion: string;
  kind: 'Pod' | 'Deployment' | 'Node' | 'Service' | 'HTTPRoute';
  /** Where its Events lie; it is itself there unless it is a node. */
  namespace: string;
  name: string;
  uid: string;
  /** `namespace/name` of the workload, or what objects of its own are called together; of a node its name. */
  workload: string;
}

/** What each mode is called in an Event: its reason, its action, and how it is done. */
const told: Readonly<Record<Mode, readonly [reason: string, action: string, how: string]>> = {
  evict: ['ChaosEvicted', 'Evict', 'evicted'],
  kill: ['ChaosKilled', 'Kill', 'deleted with 1 s of grace'],
  restart: ['ChaosRestarted', 'Restart', 'restarted pod by pod'],
  drain: ['ChaosDrained', 'Drain', 'drained'],
  scale: ['ChaosScaled', 'Scale', 'scaled up by one, and back when that is ready,'],
  services: ['ChaosServices', 'Churn', 'made with others, to be removed soon,'],
  routes: ['ChaosRoutes', 'Churn', 'made with others, to be removed soon,'],
};

/** A Kubernetes Event on the victim. */
export function killEvent(
  subject: Subject,
  mode: Mode,
  dryRun: boolean,
  reaper: string,
  nowMs: number,
): object {
  const { apiVersion, kind, namespace, name, uid, workload } = subject;
  const time = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const [reason, action, how] = told[mode];
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${nowMs.toString(16)}`, namespace },
    involvedObject: {
      apiVersion,
      kind,
      name,
      ...(kind === 'Node' ? {} : { namespace }),
      ...(uid === '' ? {} : { uid }),
    },
    type: 'Normal',
    reason: dryRun ? 'ChaosDryRun' : reason,
    message: `${dryRun ? 'would be' : ''} ${how} by continuous-load's chaos (${workload})`.trim(),
    source: { component: 'chaos-reaper', host: reaper },
    reportingComponent: 'continuous-load/chaos-reaper',
    reportingInstance: reaper,
    action,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

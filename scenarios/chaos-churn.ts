/** Churn: graceful changes of a whole workload, by contract free for everybody who calls it. */
import type { ChaosConfig } from './chaos-config.ts';
import { isObjectMode, objectModes } from './chaos-objects.ts';
import type { KillMode } from './chaos-state.ts';
import type { Pod } from './chaos-victims.ts';

/** `restart` is a rolling restart; `scale` adds a replica, and takes it away when it was ready. */
export const workloadModes = ['restart', 'scale'] as const;
export type WorkloadMode = (typeof workloadModes)[number];

/** Every mode of churn: of workloads that are there, and of objects of the reaper's own. */
export const churnModes = [...workloadModes, ...objectModes] as const;
export type ChurnMode = (typeof churnModes)[number];

/** Everything that the reaper does, under the label `mode`. */
export type Mode = KillMode | ChurnMode | 'drain';

/** Whether it is done to a workload, and not to one pod of it. */
export function isWorkloadMode(mode: Mode): mode is WorkloadMode {
  return (workloadModes as readonly Mode[]).includes(mode);
}

/** What is done something to: the label `kind`; `object` is what the reaper makes itself. */
export function kindOf(mode: Mode): 'pod' | 'workload' | 'node' | 'object' {
  if (mode === 'drain') return 'node';
  if (isObjectMode(mode)) return 'object';
  return isWorkloadMode(mode) ? 'workload' : 'pod';
}

/** A churn of a workload that is not over yet, as it was written down before it began. */
export interface Churn {
  mode: WorkloadMode;
  atMs: number;
  workload: string;
  readyBefore: number;
  /** Of a restart: the hash of the pod template that goes. */
  template?: string;
  /** Of a scaling: the replicas to go back to; absent once that was asked for. */
  replicas?: number;
}

/** A replica that is not ready by then is taken away all the same: there may be no room for it. */
export const scaleBackAfterMs = 120_000;
/** A workload that still looks as before by then was never changed: the request failed on its way. */
export const notBegunMs = 60_000;

/** How far it is: it goes on; its replica is to be taken away; it is over; it never began. */
export type Progress = 'open' | 'back' | 'over' | 'never';

/** Reads the progress off the pods that are there. */
export function progress(churn: Churn, pods: readonly Pod[], nowMs: number): Progress {
  const own = pods.filter(({ workload }) => workload === churn.workload);
  const whole = own.every(({ ready, ending }) => ready && !ending);
  const tookMs = nowMs - churn.atMs;
  if (churn.mode === 'restart') {
    if (own.some(({ template }) => template === churn.template)) {
      const untouched = own.every(({ template }) => template === churn.template);
      return whole && untouched && tookMs > notBegunMs ? 'never' : 'open';
    }
    return whole && own.length >= churn.readyBefore ? 'over' : 'open';
  }
  if (churn.replicas !== undefined) {
    const up = whole && own.length > churn.readyBefore;
    return up || tookMs > scaleBackAfterMs ? 'back' : 'open';
  }
  return whole && own.length <= churn.readyBefore ? 'over' : 'open';
}

/** Which churn comes next, or a drain, by lot; undefined where a kill does. Draws nothing where there is neither. */
export function drawMode(
  {
    churn: { share, modes },
    drainShare,
  }: { churn: Pick<ChaosConfig['churn'], 'share' | 'modes'>; drainShare: number },
  random: () => number,
): ChurnMode | 'drain' | undefined {
  const drawn = share + drainShare > 0 ? random() : 1;
  if (drawn >= share) return drawn < share + drainShare ? 'drain' : undefined;
  return modes[Math.min(Math.floor(random() * modes.length), modes.length - 1)];
}

/** Replicas that a workload is to have, with what makes a change of them a conflict when somebody else was faster. */
export interface Scale {
  /** `namespace/name` of the Deployment. */
  workload: string;
  replicas: number;
  resourceVersion: string;
}

/** One change of a Deployment: path and body of a merge patch. */
export interface Change {
  path: string;
  body: object;
}

/** Path of a Deployment's replicas, which may be allowed apart from the Deployment. */
export function scalePath(workload: string): string {
  return `${deploymentPath(workload)}/scale`;
}

/** The change that makes every pod of a Deployment anew, as `kubectl rollout restart` does. */
export function restartChange(workload: string, nowMs: number, dryRun: boolean): Change {
  const annotations = { 'chaos.continuous-load/restarted-at': new Date(nowMs).toISOString() };
  return {
    path: `${deploymentPath(workload)}${query(dryRun)}`,
    body: { spec: { template: { metadata: { annotations } } } },
  };
}

/** The change of a Deployment's replicas, unless it was changed since it was read. */
export function scaleChange({ workload, replicas, resourceVersion }: Scale, dryRun: boolean): Change {
  return {
    path: `${scalePath(workload)}${query(dryRun)}`,
    body: { metadata: { resourceVersion }, spec: { replicas } },
  };
}

function deploymentPath(workload: string): string {
  const [namespace = '', name = ''] = workload.split('/');
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
}

function query(dryRun: boolean): string {
  return `?fieldManager=chaos-reaper${dryRun ? '&dryRun=All' : ''}`;
}

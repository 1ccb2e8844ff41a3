/** What the reaper remembers over its own restarts: it lies in an annotation of its Lease. */

import { type Churn, churnModes, isWorkloadMode, type Mode } from './chaos-churn.ts';

/** How a pod is removed: `evict` asks for its disruption budget, `kill` deletes it with one second of grace. */
export type KillMode = 'evict' | 'kill';

/** One kill, churn or drain, written down before it is done. */
export interface Kill {
  atMs: number;
  /** `namespace/name`; of a drain the node’s name, of objects of its own what they are called together. */
  workload: string;
  /** The pod that goes; '' for a churn, as the next is, and for a drain, whose next is the node's. */
  pod: string;
  uid: string;
  mode: Mode;
  /** Ready pods of the workload before it; of a drain those of all workloads. */
  readyBefore: number;
  /** The workload has as many ready pods again, and a churn is over. */
  recovered: boolean;
  /** Of a churn, as {@link Churn} has them. */
  template?: string;
  replicas?: number;
  /** Of a drain: the cordon was seen on the node. */
  cordoned?: boolean;
  /** Of objects of its own: some were seen. */
  made?: boolean;
}

/** The kill as a churn of a workload; undefined where it is none. */
export function asChurn(kill: Kill): (Kill & Churn) | undefined {
  return isWorkloadMode(kill.mode) ? (kill as Kill & Churn) : undefined;
}

/** The whole memory. */
export interface ChaosState {
  nextAtMs: number;
  /** No kill before: set when the memory was unreadable. */
  blockedUntilMs: number;
  /** Kills of the last hour and older ones that are not recovered from, oldest first. */
  kills: Kill[];
}

/** Kills are remembered so long at least: the caps count by the hour. */
export const memoryMs = 3_600_000;

/** Milliseconds until the next kill: evenly between interval × (1 − jitter) and interval × (1 + jitter). */
export function drawDelayMs(
  { intervalMs, jitter }: { intervalMs: number; jitter: number },
  random: () => number,
): number {
  return Math.round(intervalMs * (1 - jitter + 2 * jitter * random()));
}

/**
 * The memory as it was written, or a new one. What cannot be read blocks for an hour: it may have held as many kills as an hour may
 * have. A time that has passed while nobody reaped, or that is further off than any draw, is drawn anew: nothing is made up for.
 */
export function resumedState(
  text: string | undefined,
  nowMs: number,
  schedule: { intervalMs: number; jitter: number },
  random: () => number,
): ChaosState {
  const fresh = nowMs + drawDelayMs(schedule, random);
  if (text === undefined) return { nextAtMs: fresh, blockedUntilMs: 0, kills: [] };
  const read = parsed(text);
  if (read === undefined) return { nextAtMs: fresh, blockedUntilMs: nowMs + memoryMs, kills: [] };
  const furthestMs = nowMs + schedule.intervalMs * (1 + schedule.jitter);
  const due = read.nextAtMs > nowMs && read.nextAtMs <= furthestMs;
  return remembered({ ...read, nextAtMs: due ? read.nextAtMs : fresh }, nowMs);
}

/**
 * The memory without what is over for an hour. What is not over stays, as something is still to be given back; of that there is little: no
 * kill follows one that is overdue.
 */
export function remembered(state: ChaosState, nowMs: number): ChaosState {
  return {
    ...state,
    kills: state.kills.filter(({ atMs, recovered }) => !recovered || atMs > nowMs - memoryMs),
  };
}

/** Number of kills in the last hour, of one workload or of all. */
export function killsInHour(state: ChaosState, nowMs: number, workload?: string): number {
  return state.kills.filter(
    (kill) => kill.atMs > nowMs - memoryMs && (workload === undefined || kill.workload === workload),
  ).length;
}

function parsed(text: string): ChaosState | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isState(read) ? read : undefined;
}

function isState(read: unknown): read is ChaosState {
  const { nextAtMs, blockedUntilMs, kills } = fields(read);
  return (
    typeof nextAtMs === 'number' &&
    typeof blockedUntilMs === 'number' &&
    Array.isArray(kills) &&
    kills.every(isKill)
  );
}

const modes: readonly Mode[] = ['evict', 'kill', 'drain', ...churnModes];

function isKill(read: unknown): read is Kill {
  const { atMs, workload, pod, uid, mode, readyBefore, recovered, template, replicas } = fields(read);
  return (
    typeof atMs === 'number' &&
    typeof readyBefore === 'number' &&
    typeof recovered === 'boolean' &&
    modes.includes(mode as Mode) &&
    (template === undefined || typeof template === 'string') &&
    (replicas === undefined || typeof replicas === 'number') &&
    [workload, pod, uid].every((text) => typeof text === 'string')
  );
}

function fields(read: unknown): Record<string, unknown> {
  return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
}

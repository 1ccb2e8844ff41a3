/** What the reaper needs of the world: the cluster, Prometheus, a clock and its counters. */
import type { Removal, Subject } from './chaos-bodies.ts';
import type { Mode, Scale } from './chaos-churn.ts';
import type { Guard, Signals } from './chaos-guards.ts';
import type { Lease } from './chaos-lease.ts';
import type { Node, RawNode } from './chaos-nodes.ts';
import type { ObjectMode, OwnObject } from './chaos-objects.ts';
import type { KillMode } from './chaos-state.ts';
import type { Pod, RawPod } from './chaos-victims.ts';

/** Why a chosen pod was not removed after all. */
export type Spared = 'dry-run' | Exclude<Removal, 'done'>;

/** What came of a change of a Deployment, or of the making of an object, and its UID. */
export interface Changed {
  outcome: Removal;
  uid: string;
}

/** What the reaper needs of the world; whatever throws is a fault that holds it back for some minutes. */
export interface ChaosWorld {
  /** What the calendar says, epoch milliseconds: for what outlives this process. */
  nowMs(): number;
  /** How long this process runs, by a clock that never jumps: for what it waits for. */
  ranMs(): number;
  random(): number;
  /** Name of this reaper's pod. */
  readonly me: string;
  /** Value of the switch's key; undefined where there is none. */
  halted(): string | undefined;
  /** Undefined where there is none yet. */
  readLease(): Lease | undefined;
  /** The Lease as it was stored; undefined when somebody else was faster. */
  writeLease(lease: Lease): Lease | undefined;
  /** What Prometheus knows; undefined where it does not answer. Never throws. */
  signals(): Signals | undefined;
  pods(namespace: string): RawPod[];
  remove(pod: Pod, mode: KillMode): Removal;
  /** Has every pod of a Deployment made anew. */
  restart(workload: string): Changed;
  /** Replicas that a Deployment is to have; undefined where there is none of that name. */
  readScale(workload: string): Scale | undefined;
  scale(scale: Scale): Changed;
  /** Takes a replica away that was added; a dry run does so too, as one before it may have added it. */
  scaleBack(scale: Scale): Removal;
  /** Every node of the cluster. */
  nodes(): RawNode[];
  /** Keeps new pods away from a node, in this reaper's name. */
  cordon(node: Node): Removal;
  uncordon(node: Node): Removal;
  /** What reapers made in a mode, and nobody removed yet. */
  own(mode: ObjectMode): OwnObject[];
  /** Makes one of that name, in this reaper's name. */
  make(mode: ObjectMode, name: string): Changed;
  unmake(mode: ObjectMode, own: OwnObject): Removal;
  /** Makes a Kubernetes Event on the victim. */
  tell(victim: Subject, mode: Mode): void;
  /** Adds 0 to the counters of a workload. */
  recordZeros(workload: string, modes: readonly Mode[]): void;
  recordCheck(guard: Guard): void;
  recordKill(mode: Mode, workload: string): void;
  recordSpared(mode: Mode, workload: string, why: Spared): void;
  recordRecovery(mode: Mode, workload: string, tookMs: number): void;
  log(text: string): void;
}

/** Types of the plain data that the reaper reads (`config.json`, made by `signals/chaos.ts`). */
import type { ChurnMode } from './chaos-churn.ts';
import type { QuietHours } from './chaos-quiet.ts';

/** The whole file; shares are 0…1, times milliseconds. */
export interface ChaosConfig {
  /** The API server is asked to pretend: it checks everything and removes nothing. */
  dryRun: boolean;
  /** Where the reaper itself, its Lease and its switch are. */
  namespace: string;
  /** Name of the Lease that at most one reaper holds; its annotation is what the reaper remembers. */
  lease: string;
  /** Name of the ConfigMap whose key `halted` must be `false`. */
  switchName: string;
  /** Where victims are looked for. */
  namespaces: string[];
  /** Label selector, `key=value`, of pods that may be removed and of nodes that may be drained. */
  selector: string;
  /** StatefulSets whose pods may be removed, as `namespace/name`; of Deployments every one with the label may. */
  statefulSets: string[];
  /** Mean time between two kills. */
  intervalMs: number;
  /** How far a single time may be off the mean. */
  jitter: number;
  /** Share of the kills that are deletions; the rest are evictions. */
  killShare: number;
  /** Churn among what is done, a share of 0 is none; the Gateway that `routes` are made at, '' without that mode. */
  churn: { share: number; modes: ChurnMode[]; deployments: string[]; gateway: string };
  /** Share of drains of nodes among what is done; 0 is none, and nothing of nodes is asked. */
  drainShare: number;
  /** A younger pod is left alone. */
  minAgeMs: number;
  /** So many ready pods of the workload must be left. */
  minReady: number;
  maxPerHour: number;
  maxPerWorkloadPerHour: number;
  /** With less of any error budget left there is no kill. */
  leastBudget: number;
  quiet: QuietHours;
  /** PromQL of what the guards want to know, one sample for each label `guard`. */
  guardQuery: string;
  /** Time between two looks at the guards. */
  checkEveryMs: number;
  /** How long a Lease holds without being renewed. */
  leaseMs: number;
  /** A workload is seen so long before its first kill: by then rules have seen its zeros. */
  zeroLeadMs: number;
}

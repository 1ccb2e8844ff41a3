// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { ResourcesArgs } from './shared';

/** Graceful changes, which may cost no probe at all. */
export interface ChaosChurnArgs {
  /** Share of churn, as `modes` says; 0 is none. Must be a number from 0 to 100, percent of what the reaper does that is churn; the rest are kills. Default 0. */
  share?: number;
  /** What is done: `restart`, every pod anew; `scale`, one replica more and back; `services`, ten Services made and removed; `routes`, ten HTTPRoutes at the gateway of the ingress paths. Must be one of restart, scale, services, routes. Default ["restart","scale"]. */
  modes?: string[];
  /** Deployments that are churned, if their pods carry the label: only those named here. Must be a Deployment as namespace/name. Left out: the workloads of `chaos.victims`. */
  deployments?: string[];
}

/** Nodes that are cordoned, emptied of pods with the label, and uncordoned. */
export interface ChaosNodesArgs {
  /** Share of drains of nodes with the label; 0 is none, and no permission on nodes. Must be a number from 0 to 100, percent of what the reaper does that is draining of a node; with churn.share 100 at most. Default 0. */
  share?: number;
}

/** When no pod is removed. */
export interface ChaosQuietArgs {
  /** IANA zone of the hours and holidays. Must be the name of a time zone of the IANA database. Default UTC. */
  zone?: string;
  /** When no pod is removed, every week. Must be days and, unless all day, hours: daily, or sun … sat with commas and dashes; HH:MM-HH:MM. Default []. */
  hours?: string[];
  /** Days on which no pod is removed. Must be a day as YYYY-MM-DD. Default []. */
  holidays?: string[];
}

/** Removes pods, when nothing speaks against it, as a proof that nobody notices. */
export interface ChaosArgs {
  /** Whether there is a reaper at all. Must be true or false. Default false. */
  enabled?: boolean;
  /** Whether the reaper only says what it would remove. Must be true or false. Left out: false on a lab and on the stack dev, else true. */
  dryRun?: boolean;
  /** Time between two kills, on average. Must be a duration from 10s to 7d with its unit (ms, s, m, h, d, w). Default 10m. */
  interval?: string;
  /** How far a single time may be off the interval. Must be a number from 0 to 100, percent by which a single time may be off the interval. Default 50. */
  jitter?: number;
  /** Share of kills that look like a crash. Must be a number from 0 to 100, percent of the kills that are deletions with 1 s of grace; the rest are evictions. Default 0. */
  killShare?: number;
  /** Graceful changes, which may cost no probe at all. */
  churn?: ChaosChurnArgs;
  /** Nodes that are cordoned, emptied of pods with the label, and uncordoned. */
  nodes?: ChaosNodesArgs;
  /** Cap on kills, churn and drains in an hour; at least what the interval makes. Must be a whole number from 1 to 240. Default 10. */
  maxPerHour?: number;
  /** Cap on kills and churn of one workload, or drains of one node, in an hour; at most maxPerHour. Must be a whole number from 1 to 240. Default 4. */
  maxPerWorkloadPerHour?: number;
  /** How old a pod must be to be removed. Must be a duration from 0ms to 7d with its unit (ms, s, m, h, d, w). Default 5m. */
  minAge?: string;
  /** What a kill leaves of a workload; less than its replicas. Must be a whole number from 0 to 50, ready pods of the workload that a kill leaves. Default 1. */
  minReady?: number;
  /** Error budget under which no pod is removed any more. Must be a number from 0 to 100, percent of every error budget that must be left. Default 25. */
  leastBudget?: number;
  /** Workloads of the product’s own whose pods carry the label that lets them be removed. Must be one of source, target, source-ingress, echo. Default ["source","target","echo"]. */
  victims?: string[];
  /** Namespaces whose labelled pods may be removed. Must be a namespace, and never one of the cluster’s own (kube-…) or monitoring, which measures. Default ["continuous-load"]. */
  namespaces?: string[];
  /** StatefulSets whose labelled pods may be removed: only those named here. Must be a StatefulSet as namespace/name. Default []. */
  statefulSets?: string[];
  /** When no pod is removed. */
  quiet?: ChaosQuietArgs;
  /** How long the reaper may be held back before it is a ticket. Must be a duration from 2m to 7d with its unit (ms, s, m, h, d, w). Default 6h. */
  alertAfter?: string;
  /** Losses after a deletion that are taken for its own. Must be a number from 0 to 1000, lost probes of a path that one deletion may cost. Default 5. */
  lostPerKill?: number;
  /** What one pod is sure of, and what it may take. */
  resources?: ResourcesArgs;
}

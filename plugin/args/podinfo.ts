// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { ResourcesArgs } from './shared';

/** How a pod ends without losing a request. */
export interface PodinfoDrainArgs {
  /** How long a pod that is to stop still serves as before. Must be a duration from 1s to 2m with its unit (ms, s, m, h, d, w). Default 5s. */
  preStop?: string;
  /** How long requests in flight may take after that. Must be a duration from 4s to 5m with its unit (ms, s, m, h, d, w). Default 25s. */
  shutdown?: string;
  /** When a pod is killed: preStop and shutdown together at least. Must be a duration from 5s to 10m with its unit (ms, s, m, h, d, w). Default 40s. */
  grace?: string;
}

/** What evictions may take of source, and of target. */
export interface PodinfoDisruptionBudgetArgs {
  /** Pods that a drain may take at once: at least 1, and less than the replicas. Must be a whole number from 0 to 50. Default 1. */
  maxUnavailable?: number;
}

/** Source and target, the two hops under load. */
export interface PodinfoArgs {
  /** Pods of source and of target each. Must be a whole number from 2 to 50. Default 2. */
  replicas?: number;
  /** Timeout of source’s own call to target; shorter than that of every path through source. Must be a duration from 50ms to 1m with its unit (ms, s, m, h, d, w). Left out: half of the path’s timeout. */
  clientTimeout?: string;
  /** How a pod ends without losing a request. */
  drain?: PodinfoDrainArgs;
  /** What evictions may take of source, and of target. */
  disruptionBudget?: PodinfoDisruptionBudgetArgs;
  /** What one pod is sure of, and what it may take. */
  resources?: ResourcesArgs;
}

// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { LatencyArgs } from './shared';

/** Load and objectives of a path. */
export interface PathArgs {
  /** Whether the path is probed; one path at least must be. Must be true or false. */
  enabled?: boolean;
  /** Load on the path; injectors share it. Must be a number from 0.1 to 1000, probes per second in total over all injectors. */
  rate?: number;
  /** When a probe without an answer has failed; longer than the latency bound. Must be a duration from 50ms to 1m with its unit (ms, s, m, h, d, w). */
  timeout?: string;
  /** Objective: the share of probes that must be answered right; in effect 93.2 at least. Must be a number from 50 to less than 100, percent of probes answered right. */
  availability?: number;
  /** Objective of the latency. */
  latency?: LatencyArgs;
}

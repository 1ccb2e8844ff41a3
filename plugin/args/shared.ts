// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

/** Objective of the latency. */
export interface LatencyArgs {
  /** Objective: the share of answers that must be within the bound; in effect 93.2 at least. Must be a number from 50 to less than 100, percent of answers within the bound. Default 99. */
  percent?: number;
  /** A right answer that takes longer is slow. Must be a duration from 1ms to 1m with its unit (ms, s, m, h, d, w). */
  bound?: string;
}

/** What one pod is sure of. */
export interface RequestsArgs {
  /** CPU that one pod is sure of. Must be a number of CPUs from 5m to 64 (500m is half a CPU). */
  cpu?: string;
  /** Memory that one pod is sure of. Must be a size from 16MB to 512GB with its unit (KB, MB, GB, TB; powers of 1024). */
  memory?: string;
}

/** What one pod may take. */
export interface LimitsArgs {
  /** CPU that one pod gets at most. Must be a number of CPUs from 5m to 64 (500m is half a CPU). */
  cpu?: string;
  /** Memory beyond which a pod is killed. Must be a size from 16MB to 512GB with its unit (KB, MB, GB, TB; powers of 1024). */
  memory?: string;
}

/** What one pod is sure of, and what it may take. */
export interface ResourcesArgs {
  /** What one pod is sure of. */
  requests?: RequestsArgs;
  /** What one pod may take. */
  limits?: LimitsArgs;
}

/** An OTLP/HTTP receiver of metrics. */
export interface OtlpArgs {
  /** The whole address of an OTLP/HTTP receiver of metrics. Must be the whole http or https address of an OTLP/HTTP receiver of metrics, its path included and without a user, query or fragment. */
  url: string;
  /** Headers of each push, such as Authorization. Must be names of headers, each with its value on one line. Left out: none. */
  headers?: Record<string, string>;
  /** Whether counters are pushed as they grow, or what was added since the last push. Must be one of cumulative, delta. Default cumulative. */
  temporality?: string;
}

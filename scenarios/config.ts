/**
 * Types of the plain data that a scenario reads (`config.json`, made by `signals/injector.ts`). Scripts know nothing else of
 * the program.
 */

import type { OwnProbe } from './own-target.ts';

/** One series that must exist before the first probe, so that a first failure counts. */
export interface ZeroSeries {
  outcome: string;
  reason: string;
  conn: string;
  hop: string;
}

/** One k6 scenario: one way of probing a path at one replica. */
export interface ProbeConfig {
  /** Name of the k6 scenario, `<path>-<probe>`. */
  name: string;
  path: string;
  conn: string;
  /** First hop that the call goes over; its failures carry this label. */
  hop: string;
  /** What its good answers carry as hop: '' when they went the whole way, else the hop at which they began. */
  goodHop: string;
  /** Last hop behind the callee, '' when the callee answers by itself. */
  nextHop: string;
  /** What is called: a URL, a `HOST:PORT`, or the name to look up. */
  address: string;
  /** Key of `address` in `signals/targets.ts`, for probes of a path that differ by what they call. */
  calls: string;
  /** One VU that holds a stream open and sends a message every `periodUs`. */
  stream: boolean;
  /** Time between two probes of this replica. */
  periodUs: number;
  /** Both preAllocatedVUs and maxVUs. */
  vus: number;
  /** Delay of the first probe from the start of k6. */
  startMs: number;
}

/** One path at one replica. */
export interface PathConfig {
  path: string;
  timeoutMs: number;
  /** Answers later than this are `slow`. */
  latencyBoundMs: number;
  /** A timeout while the injector itself was late by at least this much is an `error`. */
  lagBoundMs: number;
  /** Whether its probes are requests over HTTP. */
  overHttp: boolean;
  /** Reasons the path may give; anything else is folded into `otherReason`. */
  reasons: string[];
  otherReason: string;
  /** What is asked of a target of the user's own; absent on the paths of the table, each of which has a prober of its own. */
  own?: OwnProbe;
  zero: ZeroSeries[];
  probes: ProbeConfig[];
}

/** The whole file. */
export interface InjectorConfig {
  /** The one switch: `false` sends nothing. */
  enabled: boolean;
  paths: PathConfig[];
}

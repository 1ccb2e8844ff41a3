/**
 * The table of paths: the one place where a path is described. Scenarios, rules, alerts, tests, dashboards and docs derive
 * from it. A new path is one row here and one file in `scenarios/`.
 */

/** Outcome of one probe. `ok` and `slow` are answered right; `error` is the prober's own fault and burns no budget. */
export const outcomes = ['ok', 'slow', 'failed', 'error'] as const;
export type Outcome = (typeof outcomes)[number];

/** `kept`: a connection used before; `fresh`: a new one, name lookup included. */
export type Connection = 'kept' | 'fresh';

/** Which hop failed, counted from the injector; empty where no hop is to blame. */
export type Hop = '' | '1' | '2';

/** Why a probe failed, over all paths. A row lists those that its path can have. */
export type Reason = 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'status' | 'body';

/** Why a probe says nothing about the path: an exception in the script, or the injector late by itself. */
export const errorReasons = ['script', 'lag'] as const;
export type ErrorReason = (typeof errorReasons)[number];

/** One way a path is probed; the shares of a path's probes add up to 1. */
export interface ProbeRow {
  readonly name: string;
  readonly conn: Connection;
  /** Share of the path's rate, 0…1. */
  readonly share: number;
  /** Key of the address that is called (see `InjectorTargets`). */
  readonly calls: 'source' | 'target';
  /** Hops that can fail in this probe. */
  readonly hops: readonly Exclude<Hop, ''>[];
}

/** What a path is asked to keep when the user says nothing. */
export interface PathDefaults {
  /** Probes per second over all injectors. */
  readonly ratePerSecond: number;
  readonly timeoutMs: number;
  readonly availabilityPercent: number;
  readonly latencyPercent: number;
  readonly latencyBoundMs: number;
}

/** One row of the table. */
export interface PathRow {
  readonly name: string;
  readonly title: string;
  readonly protocol: string;
  /** What must answer, and how the answer is checked: one sentence for docs and alerts. */
  readonly answer: string;
  /** Names of the hops in order, `from → to`. */
  readonly hops: readonly { readonly from: string; readonly to: string }[];
  /** Reason → what it means on this path. */
  readonly reasons: Readonly<Partial<Record<Reason, string>>>;
  readonly probes: readonly ProbeRow[];
  readonly defaults: PathDefaults;
  /** Kubernetes objects to look at first, for descriptions and runbooks. */
  readonly look: readonly string[];
}

/** Every path this version can probe. */
export const pathTable = [
  {
    name: 'service',
    title: 'Service by DNS',
    protocol: 'http',
    answer:
      'POST /api/echo at source, which calls target and returns its answer: the nonce of this probe must come back.',
    hops: [
      { from: 'injector', to: 'source' },
      { from: 'source', to: 'target' },
    ],
    reasons: {
      dns: 'the name of the Service did not resolve',
      connect: 'no connection: refused, unreachable, or no endpoint behind the Service',
      timeout: 'no whole answer within the timeout',
      reset: 'the connection broke after it was made',
      status: 'an HTTP status of 400 or more',
      body: 'an answer without the nonce of this probe',
    },
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'source', hops: ['1', '2'] },
      { name: 'fresh', conn: 'fresh', share: 0.25, calls: 'source', hops: ['1', '2'] },
      // source keeps its own connections to target, so only a direct call makes new ones to target's Service.
      { name: 'direct', conn: 'fresh', share: 0.25, calls: 'target', hops: ['2'] },
    ],
    defaults: {
      ratePerSecond: 4,
      timeoutMs: 2000,
      availabilityPercent: 99.9,
      latencyPercent: 99,
      latencyBoundMs: 25,
    },
    look: [
      'deployment/source',
      'deployment/target',
      'endpointslices of both Services',
      'CoreDNS',
      'kube-proxy',
    ],
  },
] as const satisfies readonly PathRow[];

/** Name of a path in the table. */
export type PathName = (typeof pathTable)[number]['name'];

/** All path names, in the table's order. */
export const pathNames: readonly PathName[] = pathTable.map((row) => row.name);

/** The row of a path. Throws a RangeError for a name that is not in the table. */
export function pathRow(name: PathName): PathRow {
  const rows: readonly PathRow[] = pathTable;
  const row = rows.find((candidate) => candidate.name === name);
  if (!row) throw new RangeError(`no path ${name} in the table`);
  return row;
}

/** The distinct kinds of connection a path is probed on. */
export function connectionsOf(row: PathRow): Connection[] {
  return [...new Set(row.probes.map((probe) => probe.conn))];
}

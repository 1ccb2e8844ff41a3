/** Words in which a path is described; the rows are in `paths.ts`, those of targets of one's own in `own-targets.ts`. */
import type { OwnProbe } from '../scenarios/own-target';

/** Outcome of one probe. `ok` and `slow` are answered right; `error` is the prober's own fault and burns no budget. */
export const outcomes = ['ok', 'slow', 'failed', 'error'] as const;
export type Outcome = (typeof outcomes)[number];

/** `kept`: a connection used before; `fresh`: a new one, name lookup included; `udp` and `tcp`: how a DNS query travels. */
export type Connection = 'kept' | 'fresh' | 'udp' | 'tcp';

/**
 * Of a failed probe the hop that failed, counted from the injector. Of a good one the hop at which it began, where that is not the first: a
 * probe that goes past source says nothing about source. Empty where no hop is to blame, and where all were good.
 */
export type Hop = '' | '1' | '2';

/** Why a probe failed, over all paths. A row lists those that its path can have. */
export type Reason =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'status'
  | 'body'
  | 'closed'
  | 'silence'
  | 'loss'
  | 'servfail'
  | 'answer'
  | 'truncated'
  | 'grpc-unavailable'
  | 'grpc-deadline'
  | 'grpc-other'
  | 'route'
  | 'upstream'
  | 'admitted';

/** Why a probe says nothing about the path: an exception in the script, or the injector late by itself. */
export const errorReasons = ['script', 'lag'] as const;
export type ErrorReason = (typeof errorReasons)[number];

/** What a probe calls; `signals/targets.ts` has the addresses. */
export type TargetName =
  | 'source'
  | 'target'
  | 'sourceIngress'
  | 'sourceMesh'
  | 'sourceMeshRetry'
  | 'targetMesh'
  | 'strangerMesh'
  | 'gatewayInside'
  | 'gatewayOutside'
  | 'targetGrpc'
  | 'echoGrpc'
  | 'echoWebSocket'
  | 'echoTcp'
  | 'echoUdp'
  | 'dnsName'
  | 'dnsHeadless'
  | 'dnsAbsent'
  | 'dnsSearch'
  | 'apiReadyz'
  | 'apiList';

/** What a probe of a target of the user's own calls: the address stands in its row. */
export type OwnCall = 'own';

/** One way a path is probed; the shares of a path's probes add up to 1. */
export interface ProbeRow {
  readonly name: string;
  readonly conn: Connection;
  /** Share of the path's rate, 0…1. */
  readonly share: number;
  /** Key of the address that is called. */
  readonly calls: TargetName | OwnCall;
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
  /** A long-lived stream: each injector holds one, a probe is one numbered message on it, and interruptions are counted. */
  readonly stream?: true;
  /** Needs k6 with the extension `k6/x/netprobe`; a stock k6 image cannot probe it. */
  readonly extension?: true;
  /** What answers behind the last hop: without it that hop still answers, with an error of its own. */
  readonly behind?: string;
  /** Goes through a gateway: off unless the config switches it on. */
  readonly gateway?: true;
  /** Ends at a target of the user's own: what is called, and what is asked of it. */
  readonly own?: { readonly address: string; readonly probe: OwnProbe };
  /** Asks the cluster's DNS for something else than an address to connect to, so that no reason `dns` says it. */
  readonly overClusterDns?: true;
  /** Probes with credentials of the injector's pod, which end with it: the reason under which they are refused. */
  readonly credentials?: Reason;
  /** Goes through the mesh: there where the mesh is, and nowhere else. */
  readonly mesh?: true;
  /** Good is what is refused: a request without a certificate, or one of somebody whom the policy does not name. */
  readonly refuses?: 'plaintext' | 'stranger';
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

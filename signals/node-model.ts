/** Node × node: what each node's prober does, in plain values, and what it costs. */

/** What nodes can be probed over. */
export const nodeProtocols = ['tcp', 'udp'] as const;
export type NodeProtocol = (typeof nodeProtocols)[number];

/** The probers of the nodes as this stack wants them, all defaults filled in. */
export interface NodeProberSettings {
  /** Other nodes that each node probes at a time; its own one is always probed too. */
  readonly peers: number;
  /** Probes per second from one node to one other over one protocol. */
  readonly ratePerSecond: number;
  readonly protocols: readonly NodeProtocol[];
  readonly timeoutMs: number;
  /** A right answer after it is `slow`. */
  readonly latencyBoundMs: number;
  /** How long a node keeps its peers, where there are more nodes than peers. */
  readonly rotationMs: number;
}

/** Defaults: 4 probes a second from each node, a fault seen within half a minute, every pair of 50 nodes met within some days. */
export const defaultNodeProber: NodeProberSettings = {
  peers: 3,
  ratePerSecond: 0.5,
  protocols: nodeProtocols,
  timeoutMs: 1000,
  latencyBoundMs: 25,
  rotationMs: 3_600_000,
};

/** Names of the workloads: the prober, and the echo that it probes, which is a headless Service too. */
export const nodeWorkloads = { prober: 'node-prober', echo: 'node-echo' } as const;

/** Port of the prober's metrics and health. */
export const nodeProberPort = 9010;

/**
 * Ports of the nodes' echoes, others than those of the paths' echo: a filter on a path's port is that path's fault, and its page is enough.
 */
export const nodeEchoPorts = { tcp: 9017, udp: 9017, http: 9019 } as const;

/** How often probers are scraped, in seconds: a pair that is down must be told within a minute, and two scrapes are half of that already. */
export const nodeScrapeSeconds = 5;

/** From the zeros of a pair to its first probe, and from a prober's last probe to its end, at most: two scrapes, and some time for a slow one. */
export const nodeZeroLeadSeconds = 2 * nodeScrapeSeconds + 2;

/** Why a probe of a node fails: no name is looked up, so that is no reason. The prober's source has the same words; a test compares. */
export const nodeReasons = {
  tcp: {
    connect: 'no connection: refused or unreachable',
    timeout: 'no connection within the timeout: packets are dropped',
    silence:
      'connected, and no whole answer within the timeout: large packets are dropped, or all since then',
    reset: 'the connection broke after it was made',
    body: 'other bytes than those sent',
  },
  udp: {
    connect: 'refused or unreachable (ICMP)',
    loss: 'no answer within the timeout: the datagram or its answer was lost',
    body: 'other bytes than those sent',
  },
} as const satisfies Record<NodeProtocol, Readonly<Record<string, string>>>;

/** Reasons of outcome `error`: the prober was late itself, or lacked a socket. */
export const nodeErrorReasons = ['lag', 'prober'] as const;

/** How far two nodes are from each other; `other-node` where a zone is not known. */
export const nodeRelations = ['same-node', 'same-zone', 'other-zone', 'other-node'] as const;

/** Pairs that one node has at most: its peers and itself, over each protocol. */
export function pairsPerNode({ peers, protocols }: Pick<NodeProberSettings, 'peers' | 'protocols'>): number {
  return (peers + 1) * protocols.length;
}

/** Probes per second that one node sends at most. */
export function nodeRatePerSecond(prober: NodeProberSettings): number {
  return pairsPerNode(prober) * prober.ratePerSecond;
}

/** Series that are scraped from one node at most: for each pair ok, slow, each reason, both errors, and the time that answers took; and the number of targets. */
export function seriesPerNode({ peers, protocols }: NodeProberSettings): number {
  const ofPair = (protocol: NodeProtocol) =>
    2 + Object.keys(nodeReasons[protocol]).length + nodeErrorReasons.length + 1;
  return (peers + 1) * protocols.reduce((sum, protocol) => sum + ofPair(protocol), 0) + 1;
}

/** Names of what the probers of the nodes show and of what is recorded from it; rules and panels take names from here only. */

/** What tells one pair from another. */
export const pairKey = ['source_node', 'target_node', 'protocol'] as const;

/** Everything that is known of a pair. */
export const pairLabels = [...pairKey, 'source_zone', 'target_zone', 'relation'] as const;

/** Counter {pair, outcome, reason}: one per probe, in the words of `k6_probes_total`. */
export const nodeProbesTotal = 'node_probes_total';
/** Counter {pair}, seconds: time that right answers took; over their number it is the mean. */
export const nodeDurationTotal = 'node_probe_duration_seconds_total';
/** Gauge: nodes that one prober probes right now. */
export const nodeTargets = 'node_prober_targets';

/** Labels that every scraped pod's series have, `node` being the prober's. */
const ofPods = ['job', 'instance', 'namespace', 'pod', 'container', 'endpoint', 'node'] as const;

/** Labels of each scraped metric. */
export const nodeMetrics: Readonly<Record<string, readonly string[]>> = {
  [nodeProbesTotal]: [...ofPods, ...pairLabels, 'outcome', 'reason'],
  [nodeDurationTotal]: [...ofPods, ...pairLabels],
  [nodeTargets]: ofPods,
};

/** Names of what recording rules make. */
export const nodeRecorded = {
  /** {pair}: 1 while probes are attempted and none is good, 0 while the pair is well, absent while it is not probed. */
  pairDown: 'node_pair:down:bool',
  /** {node}: share of the node's pairs, to and from others, that are down; only while it is more than half of them, and two at least. */
  unreachable: 'node:pairs_unreachable:ratio',
  /** {pair}: share of probes within a minute that were answered right. */
  success: 'node_pair:success:ratio_rate1m',
} as const;

/** Labels of each recorded series. */
export const nodeRecordedLabels: Readonly<Record<string, readonly string[]>> = {
  [nodeRecorded.pairDown]: pairLabels,
  [nodeRecorded.unreachable]: ['node'],
  [nodeRecorded.success]: pairLabels,
};

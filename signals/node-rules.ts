import { alertRule } from './alert-rule';
import { answered, counted } from './expressions';
import type { SignalModel } from './model';
import { nodeProbesTotal, nodeRecorded, pairKey, pairLabels } from './node-metrics';
import { type NodeProberSettings, nodeScrapeSeconds, nodeWorkloads } from './node-model';
import { duration, increase, number, select, sumBy } from './promql';
import type { AlertRule, RecordingRule, RuleGroup } from './rule-types';
import { watchedNamespaces } from './scraped';
import { fastIntervalSeconds, slowIntervalSeconds } from './windows';

const key = pairKey.join(', ');
/** A pair is down only where so many probes failed in its window: one lost datagram at a low rate is none. */
const leastFailed = 2;
/** More than this share of a node's pairs must be down to blame the node: of two nodes that only do not reach each other, neither is. */
const unreachableShare = 0.5;
/** A node that is off is not ready after about 50 s, and then nobody probes it any more: NodeNotReady speaks, and this says nothing. */
const unreachableForSeconds = 90;
/** A pair is still its node's business so long after: probers are scraped at different moments. */
const nodeMemorySeconds = 60;
/** Window and share of the alert on loss, and how long after an outage it says nothing: the window, and the time to see the outage. */
const lossWindowSeconds = 600;
const lossShare = 0.03;
const lossQuietSeconds = 720;
/** Whether a node is ready, as 1 or 0, from kube-state-metrics. */
const nodeReady = 'kube_node_status_condition{condition="Ready",status="true"}';
/** A pair or a node that is down for a moment again and again is one ticket. */
const keepSeconds = 120;

/** How far *pair down* looks back, in seconds: four scrapes, or ten probes. */
export function pairWindowSeconds({ ratePerSecond }: NodeProberSettings): number {
  return Math.ceil(Math.max(4 * nodeScrapeSeconds, 10 / ratePerSecond));
}

/** Groups about the pairs of nodes; none where nodes are not probed. */
export function nodeGroups(model: SignalModel): RuleGroup[] {
  const { nodeProber } = model;
  if (nodeProber === undefined || model.enabled === false) return [];
  return [
    {
      name: 'continuous-load.nodes.pairs',
      interval: duration(fastIntervalSeconds),
      rules: [...pairRules(nodeProber), nodePairDown(model, nodeProber), nodeUnreachable(model)],
    },
    {
      name: 'continuous-load.nodes.matrix',
      interval: duration(slowIntervalSeconds),
      rules: [successRule(), nodePairLossy(model), nodePairsMissing(model, nodeProber)],
    },
  ];
}

/** Probes of these outcomes by pair within a window that ended `offsetSeconds` ago. */
function probes(
  outcome: readonly string[],
  seconds: number,
  by: readonly string[],
  offsetSeconds = 0,
): string {
  const matchers = { outcome: outcome.length === 1 ? (outcome[0] ?? '') : outcome };
  return sumBy(by, increase(select(nodeProbesTotal, matchers), seconds, offsetSeconds));
}

function pairRules(prober: NodeProberSettings): RecordingRule[] {
  const window = pairWindowSeconds(prober);
  const least = Math.max(leastFailed, Math.floor((prober.ratePerSecond * window) / 2));
  // A pair that was rotated away or whose node is gone has no sample now, but still some in the window.
  const probed = sumBy(pairLabels, select(nodeProbesTotal, { outcome: 'ok' }));
  const down =
    `(${probes(['failed'], window, pairLabels)} >= ${number(least)}) ` +
    `and on (${key}) (${probes(counted, window, pairKey, window)} > 0) ` +
    `unless on (${key}) (${probes(answered, window, pairKey)} > 0)`;
  const others = `${nodeRecorded.pairDown}{relation!="same-node"}`;
  // Each pair is counted for the node that it comes from and for the one that it leads to.
  const ofBoth = (['source_node', 'target_node'] as const)
    .map((end) => renamed(others, end, 'node'))
    .join(' or ');
  return [
    {
      record: nodeRecorded.pairDown,
      expr: `((${down}) * 0 + 1) and on (${key}) ${probed} or ${probed} * 0`,
    },
    {
      record: nodeRecorded.unreachable,
      expr:
        `(sum by (node) (${ofBoth}) / count by (node) (${ofBoth}) > ${number(unreachableShare)}) ` +
        `and on (node) (sum by (node) (${ofBoth}) >= 2)`,
    },
  ];
}

function successRule(): RecordingRule {
  const within = (outcome: readonly string[]) => probes(outcome, 60, pairLabels);
  return {
    record: nodeRecorded.success,
    expr: `${within(answered)} / (${within(counted)} > 0) and on (${key}) ${sumBy(pairKey, select(nodeProbesTotal, { outcome: 'ok' }))}`,
  };
}

function nodePairDown(model: SignalModel, prober: NodeProberSettings): AlertRule {
  const window = pairWindowSeconds(prober);
  const blamed = (end: string) =>
    renamed(`max_over_time(${nodeRecorded.unreachable}[${duration(nodeMemorySeconds)}])`, 'node', end);
  // A node that was taken away has no condition any more, and is probed until its endpoints are gone; without any conditions all are told.
  const takenAway =
    `(count by (target_node) (${nodeRecorded.pairDown}) unless on (target_node) ${renamed(nodeReady, 'node', 'target_node')} ` +
    `and on () (count(${nodeReady}) > 0))`;
  const pair = '{{ $labels.source_node }} → {{ $labels.target_node }} over {{ $labels.protocol }}';
  return alertRule(model, 'NodePairDown', {
    expr:
      `${probes(['failed'], window, pairLabels)} and on (${key}) (${nodeRecorded.pairDown} == 1) ` +
      `unless on (source_node) ${blamed('source_node')} unless on (target_node) ${blamed('target_node')} ` +
      `unless on (target_node) ${takenAway}`,
    for: duration(fastIntervalSeconds),
    keep_firing_for: duration(keepSeconds),
    summary: `${pair} is down: {{ $value | printf "%.0f" }} probes in ${duration(window)}, none good`,
    detail: `${why('source_node="{{ $labels.source_node }}",target_node="{{ $labels.target_node }}",protocol="{{ $labels.protocol }}"')} Relation: {{ $labels.relation }} (zone {{ $labels.source_zone }} → {{ $labels.target_zone }}).`,
  });
}

function nodeUnreachable(model: SignalModel): AlertRule {
  return alertRule(model, 'NodeUnreachable', {
    // One that was taken away has no condition any more, as above; without any conditions all are told.
    expr: `${nodeRecorded.unreachable} and on (node) (${nodeReady} == 1) or ${nodeRecorded.unreachable} and on () absent(${nodeReady})`,
    for: duration(unreachableForSeconds),
    keep_firing_for: duration(keepSeconds),
    summary:
      'Node {{ $labels.node }} is cut off from others: {{ $value | humanizePercentage }} of its pairs are down',
    detail:
      `Down now: {{ range query "${quoted(`${nodeRecorded.pairDown}{relation!="same-node"} == 1`)}" }}` +
      '{{ .Labels.source_node }} → {{ .Labels.target_node }} over {{ .Labels.protocol }}, {{ else }}none any more, {{ end }}of all nodes.',
  });
}

function nodePairLossy(model: SignalModel): AlertRule {
  const within = (outcome: readonly string[]) => probes(outcome, lossWindowSeconds, pairLabels);
  const quiet = duration(lossQuietSeconds);
  const wasDown = `max_over_time(${nodeRecorded.pairDown}[${quiet}]) > 0`;
  // What a prober counted while nobody could scrape it comes all at once when its node is back, and its pairs were never seen down.
  const wasNotReady = (end: string) => renamed(`min_over_time(${nodeReady}[${quiet}]) == 0`, 'node', end);
  return alertRule(model, 'NodePairLossy', {
    expr:
      `(${within(['failed'])} / ${within(counted)} > ${number(lossShare)}) and on (${key}) ${nodeRecorded.pairDown} ` +
      `unless on (${key}) (${wasDown}) ` +
      `unless on (source_node) ${wasNotReady('source_node')} unless on (target_node) ${wasNotReady('target_node')}`,
    for: '5m',
    summary:
      '{{ $labels.source_node }} → {{ $labels.target_node }} over {{ $labels.protocol }} loses {{ $value | humanizePercentage }} of its probes',
  });
}

/** Pairs that should be probed are counted from what Kubernetes runs, not from what probers say of themselves. */
function nodePairsMissing(model: SignalModel, prober: NodeProberSettings): AlertRule {
  const namespace = `namespace="${watchedNamespaces.load}"`;
  const echoes = `max(kube_daemonset_status_number_ready{${namespace},daemonset="${nodeWorkloads.echo}"})`;
  const runs = `count by (node) (kube_pod_info{${namespace},pod=~"${nodeWorkloads.prober}-.+",node!=""})`;
  const each = `(clamp_max(${echoes} - 1, ${prober.peers}) + 1) * ${prober.protocols.length}`;
  const grew = `${probes(counted, 60, pairKey)} > 0`;
  const measured = `count by (node) (${renamed(`(${grew})`, 'source_node', 'node')})`;
  const wanted = `(${runs} * 0 + on () group_left () (${each}))`;
  return alertRule(model, 'NodePairsMissing', {
    expr: `(${wanted} - on (node) (${measured} or on (node) ${runs} * 0)) > 0`,
    for: '5m',
    summary:
      'Node {{ $labels.node }} measures {{ $value | printf "%.0f" }} of its pairs to other nodes too few',
  });
}

/** A vector with the value of one label under another name too. */
function renamed(expr: string, from: string, to: string): string {
  return `label_replace(${expr}, "${to}", "$1", "${from}", "(.+)")`;
}

/** A template that lists the commonest reasons while the alert is evaluated. */
function why(matchers: string): string {
  const query = `topk(3, sum by (reason) (increase(${nodeProbesTotal}{${matchers},outcome="failed"}[2m])) > 0)`;
  return `Failed in the last 2 min: {{ range ${templateQuery(query)} }}{{ .Value | printf "%.0f" }} × {{ .Labels.reason }}, {{ else }}nothing, {{ end }}of this pair.`;
}

/** A query with labels of the alert in it, as a template puts it together. */
function templateQuery(query: string): string {
  const parts = query.split(/\{\{ \$labels\.(\w+) \}\}/);
  const format = parts.map((part, index) => (index % 2 === 0 ? quoted(part) : '%s')).join('');
  const labels = parts.filter((_, index) => index % 2 === 1).map((label) => `$labels.${label}`);
  return `query (printf "${format}" ${labels.join(' ')})`;
}

function quoted(expr: string): string {
  return expr.replaceAll('"', '\\"');
}

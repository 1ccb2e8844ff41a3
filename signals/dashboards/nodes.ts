import { answered } from '../expressions';
import type { SignalModel } from '../model';
import { nodeDurationTotal, nodeProbesTotal, nodeRecorded, pairKey } from '../node-metrics';
import type { NodeProberSettings, NodeProtocol } from '../node-model';
import { number, select } from '../promql';
import { colors, type Panel, type Row } from './panels';
import { perSecond } from './queries';

/** So many pairs are drawn at most, those that fail most. */
const mostLines = 10;

/** *Node × node*: who reaches whom over what, and how fast; no row where nodes are not probed. */
export function nodeRows({ nodeProber }: SignalModel): Row[] {
  if (nodeProber === undefined) return [];
  return [
    {
      title: 'Node × node',
      panels: [
        ...nodeProber.protocols.map((protocol) => matrix(protocol, 24 / nodeProber.protocols.length)),
        down(),
        failures(),
        roundTrips(nodeProber),
      ],
    },
  ];
}

function matrix(protocol: NodeProtocol, width: number): Panel {
  const success = select(nodeRecorded.success, { protocol });
  return {
    kind: 'matrix',
    title: `Node × node over ${protocol}`,
    description:
      'Share of probes of the last minute that were answered right: from the node of the row to that of the column. A bad row is a bad source, a bad column a bad target. An empty field is not probed now: each node probes some others, in turn.',
    unit: 'percentunit',
    decimals: 1,
    min: 0,
    max: 1,
    width,
    axes: { row: 'source_node', column: 'target_node' },
    queries: [
      { expr: `min by (source_node, target_node) (${success})`, legend: '{{source_node}} → {{target_node}}' },
    ],
    steps: [
      { from: null, color: colors.bad },
      { from: 0.5, color: colors.warning },
      { from: 0.99, color: colors.good },
    ],
  };
}

function down(): Panel {
  return {
    kind: 'lines',
    title: 'Node × node: pairs that are down',
    description: 'Pairs of which no probe is answered right, by protocol.',
    unit: 'short',
    min: 0,
    width: 8,
    queries: [{ expr: `sum by (protocol) (${nodeRecorded.pairDown})`, legend: '{{protocol}}' }],
  };
}

function failures(): Panel {
  const by = [...pairKey, 'reason'];
  return {
    kind: 'stacked',
    title: 'Node × node: failed',
    description: `Failed probes per second of the ${mostLines} pairs that fail most, by reason. In the hour after a rotation a pair may be gone: others are probed then.`,
    unit: 'cps',
    min: 0,
    width: 8,
    queries: [
      {
        expr: `topk(${mostLines}, ${perSecond(nodeProbesTotal, { outcome: 'failed' }, by)} > 0)`,
        legend: '{{source_node}} → {{target_node}}, {{protocol}}: {{reason}}',
        mayBeEmpty: 'no probe between nodes fails',
      },
    ],
  };
}

function roundTrips({ latencyBoundMs }: NodeProberSettings): Panel {
  const by = ['relation', 'protocol'];
  return {
    kind: 'lines',
    title: 'Node × node: mean round trip',
    description: `Mean time of right answers, by how far the nodes are from each other; over TCP with the connection. Answers over ${number(latencyBoundMs)} ms count as slow.`,
    unit: 's',
    min: 0,
    width: 8,
    queries: [
      {
        expr: `${perSecond(nodeDurationTotal, {}, by)} / (${perSecond(nodeProbesTotal, { outcome: answered }, by)} > 0)`,
        legend: '{{relation}}, {{protocol}}',
      },
    ],
  };
}

import type { AlertEntry } from './alert-catalogue';

const pairQuery =
  '`sum by (source_node, target_node, protocol, reason) (increase(node_probes_total{outcome="failed"}[5m])) > 0`';

/** Alerts on the ways between nodes. */
export const nodeCatalogue = [
  {
    name: 'NodePairDown',
    kind: 'ticket',
    meaning:
      'Probes from one node to another over one protocol are sent and none is answered, while most other pairs of both nodes are well.',
    condition:
      'Probes attempted, none good, over max(20 s, 10 / rate), for 5 s; not where most pairs of one of the two nodes are down (that is NodeUnreachable), nor where target was taken out of the cluster. All pairs of one moment are one notification, which waits 10 s for the others.',
    causes: [
      'a network policy or a packet filter on one of the two nodes',
      'a broken tunnel or route between the two (the CNI’s peer, an entry of a cloud’s route table)',
      'only `udp`: conntrack full or stale, a firewall between zones',
      'only `tcp`, reason `silence`: packets of full size are dropped, the MTU of a tunnel',
      'source and target the same: the bridge of that node, or its echo pod',
    ],
    steps: [
      `All pairs that fail, with reasons: ${pairQuery}; the matrix of the dashboard _paths_ shows whether it is a row (source), a column (target) or one field.`,
      'From source: `kubectl -n continuous-load get po -o wide -l app.kubernetes.io/name=node-echo` gives the target’s address; `kubectl debug node/SOURCE -it --image=…` and look there with `ip route get ADDRESS`, `conntrack -S`, `iptables -L -v -n`.',
      'Compare with the other direction, which is a pair of its own.',
      'Look at the CNI’s pod of both nodes, and restart it on one.',
    ],
  },
  {
    name: 'NodeUnreachable',
    kind: 'ticket',
    meaning:
      'More than half of the pairs from and to this node are down although the node is ready: its pods are cut off from those of other nodes.',
    condition:
      'More than half of its pairs with other nodes, and two at least, down for 90 s, while the node is ready. A node that is off is told by NodeNotReady, and mutes this.',
    causes: [
      'the pod network of that node is broken (the CNI’s pod, its tunnel, its routes)',
      'a packet filter or security group on that node',
      'of two nodes: both, as they cannot tell whose fault it is',
    ],
    steps: [
      'The alert lists the pairs. Two nodes in it that are each other’s only peers are one fault between them.',
      'The CNI’s pod on the node: `kubectl -n kube-system get po -o wide --field-selector spec.nodeName=NODE`.',
      'Keep new pods away until it is mended: `kubectl cordon NODE`.',
    ],
  },
  {
    name: 'NodePairLossy',
    kind: 'ticket',
    meaning: 'Some of the probes from one node to another are lost all the time.',
    condition:
      'More than 3 % of the probes of a pair failed over 10 min, for 5 min; not within 12 min after it was down or one of its nodes not ready.',
    causes: [
      'a lossy link or interface',
      'a conntrack table near its limit',
      'a node that is overloaded now and then',
    ],
    steps: [
      `Whose pairs: ${pairQuery}.`,
      'Errors and drops of interfaces: `container_network_*_errors_total` and `…_packets_dropped_total`, or `ip -s link` on both nodes.',
    ],
  },
  {
    name: 'NodePairsMissing',
    kind: 'ticket',
    meaning: 'A node’s prober measures fewer pairs than it should: whether those ways work is not known.',
    condition:
      'Fewer pairs of the node counted a probe within a minute than it should have (its peers and itself, over each protocol, as far as other nodes have an echo that is ready), for 5 min.',
    causes: [
      'its prober does not run or cannot be scraped',
      'it does not reach the API server, which tells where the echoes are',
      'every probe ends in the prober’s own `error` (starved of CPU)',
    ],
    steps: [
      '`kubectl -n continuous-load get po -o wide -l app.kubernetes.io/name=node-prober`, and the log of the one on that node.',
      'Only errors: `sum by (source_node, reason) (increase(node_probes_total{outcome="error"}[5m]))`; `lag` is CPU.',
    ],
  },
] as const satisfies readonly AlertEntry[];

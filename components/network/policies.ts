import { meshNamespace, meshWorkloads, waypointName } from '../../signals/targets';
import { selectorLabels } from '../metadata';
import { longTermName, longTermWorkload, monitoringName, namespaceNames } from '../names';
import type { Edge, Place, Port } from './edge';
import { networkEdges, networkWorkloads } from './edges';
import type { NetworkFacts } from './facts';
import type { WorkloadName } from './ports';

/** Addresses, as NetworkPolicies have them. */
export interface AddressBlock {
  readonly cidr: string;
  readonly except?: readonly string[];
}

/** Where the parts of a cluster are that are no pods. */
export interface ClusterNetwork {
  /** Where the API server answers, behind its Service. */
  readonly apiServer: { readonly block: AddressBlock; readonly ports: readonly number[] };
  readonly nodes: AddressBlock;
  /** What reaches pods by NodePorts and load balancers. */
  readonly outside: AddressBlock;
}

const anywhere: AddressBlock = { cidr: '0.0.0.0/0' };

/** A cluster of which nobody here knows an address: the API server is anybody with one of its usual ports. */
export const unknownNetwork: ClusterNetwork = {
  apiServer: { block: anywhere, ports: [443, 6443] },
  nodes: anywhere,
  outside: anywhere,
};

/** Who is meant, in the words of a NetworkPolicy; several are alternatives. */
export interface PolicyPeer {
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
}

/** One rule of a NetworkPolicy. */
export interface PolicyRule {
  readonly peers: readonly PolicyPeer[];
  readonly ports: readonly Port[];
}

/** A NetworkPolicy as plain values. */
export interface Policy {
  readonly name: string;
  readonly namespace: string;
  /** Labels of the pods that it is about; none for all of its namespace. */
  readonly pods: Readonly<Record<string, string>>;
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}

/** Name of the policy that refuses what no other allows. */
export const defaultDeny = 'default-deny';

const meshPods: readonly string[] = [...Object.values(meshWorkloads), waypointName];
/** Where what the kubelet asks pods of an ambient mesh seems to come from (istio.io/docs/ambient/usage/networkpolicy). */
const kubeletInAmbient: AddressBlock = { cidr: '169.254.7.127/32' };
const monitoringPods: readonly string[] = [
  'prometheus',
  longTermWorkload,
  'alertmanager',
  'prometheus-operator',
  'kube-state-metrics',
];

/** Namespace of a workload. */
export function namespaceOf(workload: WorkloadName): string {
  if (meshPods.includes(workload)) return meshNamespace;
  return monitoringPods.includes(workload) ? namespaceNames.monitoring : namespaceNames.load;
}

/** Labels by which the pods of a workload are selected; those of servers that the operator runs are the operator's. */
export function podLabels(workload: WorkloadName, stack: string): Record<string, string> {
  switch (workload) {
    case 'prometheus':
      return { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': monitoringName };
    case longTermWorkload:
      return { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': longTermName };
    case 'alertmanager':
      return { 'app.kubernetes.io/name': 'alertmanager', alertmanager: monitoringName };
    default:
      return selectorLabels(workload, stack);
  }
}

/** One policy a workload, with what it needs and nothing else, and one a namespace that refuses the rest. */
export function networkPolicies(facts: NetworkFacts, network: ClusterNetwork, stack: string): Policy[] {
  const edges = networkEdges(facts);
  const workloads = networkWorkloads(facts);
  const own = workloads.map((workload): Policy => {
    const is = (place: Place) => 'workload' in place && place.workload === workload;
    const rules = (these: readonly Edge[], other: 'from' | 'to') => rulesOf(these, other, network, stack);
    return {
      name: workload,
      namespace: namespaceOf(workload),
      pods: podLabels(workload, stack),
      ingress: rules(
        edges.filter(({ to }) => is(to)),
        'from',
      ),
      egress: rules(
        edges.filter(({ from }) => is(from)),
        'to',
      ),
    };
  });
  const namespaces = [...new Set(workloads.map(namespaceOf))];
  return [
    ...own,
    ...namespaces.map((namespace) => ({ name: defaultDeny, namespace, pods: {}, ingress: [], egress: [] })),
  ];
}

/** One rule for each place at the other end, with all ports that any edge there needs. */
function rulesOf(
  edges: readonly Edge[],
  other: 'from' | 'to',
  network: ClusterNetwork,
  stack: string,
): PolicyRule[] {
  const ends = [...new Map(edges.map((edge) => [JSON.stringify(edge[other]), edge[other]])).entries()];
  return ends.map(([key, place]) => {
    const asked = edges.filter((edge) => JSON.stringify(edge[other]) === key).flatMap(({ ports }) => ports);
    return { peers: [peerOf(place, network, stack)], ports: unique([...asked, ...portsOf(place, network)]) };
  });
}

function portsOf(place: Place, { apiServer }: ClusterNetwork): Port[] {
  return 'cluster' in place && place.cluster === 'api-server'
    ? apiServer.ports.map((port) => ({ protocol: 'TCP', port }))
    : [];
}

function peerOf(place: Place, network: ClusterNetwork, stack: string): PolicyPeer {
  if ('workload' in place)
    return {
      namespaceSelector: inNamespace(namespaceOf(place.workload)),
      podSelector: { matchLabels: podLabels(place.workload, stack) },
    };
  if ('namespace' in place) return { namespaceSelector: inNamespace(place.namespace), podSelector: {} };
  switch (place.cluster) {
    case 'dns':
    case 'dns-metrics':
      return {
        namespaceSelector: inNamespace('kube-system'),
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      };
    case 'istiod':
      // Where it is, and of which revision, is somebody else's affair.
      return { namespaceSelector: { matchLabels: {} }, podSelector: { matchLabels: { app: 'istiod' } } };
    case 'api-server':
      return block(network.apiServer.block);
    case 'nodes':
      return block(network.nodes);
    case 'kubelet-in-ambient':
      return block(kubeletInAmbient);
    case 'outside':
      return block(network.outside);
    case 'anywhere':
      return block(anywhere);
  }
}

/** The label that every namespace has by itself. */
const inNamespace = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });

const block = ({ cidr, except }: AddressBlock): PolicyPeer => ({
  ipBlock: { cidr, ...(except ? { except: [...except] } : {}) },
});

function unique(ports: readonly Port[]): Port[] {
  const all = [...new Map(ports.map((port) => [`${port.protocol} ${port.port ?? ''}`, port])).values()];
  // Every port of a protocol takes in each of them.
  return all.filter(
    ({ protocol, port }) =>
      port === undefined || !all.some((each) => each.protocol === protocol && each.port === undefined),
  );
}

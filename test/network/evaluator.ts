import { selects } from '../../policies/lib/selectors';

/** A pod, as policies see it. */
export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A NetworkPolicy of the API, as it is sent. */
export interface NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: object;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly protocol: string; readonly port?: number }[];
}

export interface Peer {
  readonly podSelector?: object;
  readonly namespaceSelector?: object;
  readonly ipBlock?: { readonly cidr: string };
}

/** Whether a policy is about a pod. */
export const isAbout = ({ metadata, spec }: NetworkPolicy, pod: Pod): boolean =>
  metadata.namespace === pod.namespace && selects(spec.podSelector, pod.labels);

/** Whether a peer of a policy is a pod: by its labels and its namespace's; an address never is, as nobody here knows any. */
export function isPeer(peer: Peer, pod: Pod, namespace: string): boolean {
  if (peer.ipBlock) return false;
  const ofNamespace = { 'kubernetes.io/metadata.name': pod.namespace };
  const there = peer.namespaceSelector
    ? selects(peer.namespaceSelector, ofNamespace)
    : pod.namespace === namespace;
  return there && (peer.podSelector === undefined || selects(peer.podSelector, pod.labels));
}

function passes(
  policies: readonly NetworkPolicy[],
  pod: Pod,
  other: Pod,
  direction: 'ingress' | 'egress',
  port: number,
  protocol: string,
): boolean {
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const about = policies.filter((policy) => isAbout(policy, pod) && policy.spec.policyTypes.includes(type));
  if (about.length === 0) return true;
  return about.some(({ metadata, spec }) =>
    (spec[direction] ?? []).some((rule) => {
      const peers = (direction === 'ingress' ? rule.from : rule.to) ?? [];
      const isThere = peers.length === 0 || peers.some((peer) => isPeer(peer, other, metadata.namespace));
      const ports = rule.ports ?? [];
      const isOpen =
        ports.length === 0 ||
        ports.some((each) => each.protocol === protocol && (each.port === undefined || each.port === port));
      return isThere && isOpen;
    }),
  );
}

/** Whether policies let one pod call a port of another: https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
export function allows(
  policies: readonly NetworkPolicy[],
  from: Pod,
  to: Pod,
  port: number,
  protocol = 'TCP',
): boolean {
  return (
    passes(policies, from, to, 'egress', port, protocol) &&
    passes(policies, to, from, 'ingress', port, protocol)
  );
}

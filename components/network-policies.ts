import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { inside, type Cluster } from './cluster/cluster';
import { metadata } from './metadata';
import type { Namespaces } from './namespaces';
import type { NetworkFacts } from './network/facts';
import {
  defaultDeny,
  networkPolicies,
  type Policy,
  type PolicyRule,
  unknownNetwork,
} from './network/policies';

/** Arguments of {@link NetworkPolicies}. */
export interface NetworkPoliciesArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  /** What there is that needs anything. */
  readonly facts: NetworkFacts;
}

/** In each of the product's namespaces a default deny of both directions, and for each workload what it needs and nothing else. */
export class NetworkPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:NetworkPolicies', name, {}, opts);
    const { cluster, stack, namespaces, facts } = args;
    const policies = networkPolicies(facts, cluster.network ?? unknownNetwork, stack);
    const isDeny = (policy: Policy) => policy.name === defaultDeny;
    const make = (policy: Policy, after: readonly pulumi.Resource[]) =>
      new k8s.networking.v1.NetworkPolicy(
        `${policy.name}-in-${policy.namespace}`,
        { metadata: metadata(policy.name, policy.namespace, { stack }), spec: specOf(policy) },
        inside(this, cluster, after),
      );
    const allowing = policies.filter((policy) => !isDeny(policy)).map((each) => make(each, namespaces.all));
    // Last, and gone first: nothing that is needed is refused in between.
    for (const deny of policies.filter(isDeny)) make(deny, allowing);
    this.registerOutputs({});
  }
}

function specOf({ pods, ingress, egress }: Policy): k8s.types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: Object.keys(pods).length === 0 ? {} : { matchLabels: pods },
    policyTypes: ['Ingress', 'Egress'],
    ...(ingress.length === 0
      ? {}
      : { ingress: ingress.map((rule) => ({ from: peersOf(rule), ports: portsOf(rule) })) }),
    ...(egress.length === 0
      ? {}
      : { egress: egress.map((rule) => ({ to: peersOf(rule), ports: portsOf(rule) })) }),
  };
}

type Peers = k8s.types.input.networking.v1.NetworkPolicyPeer[];

const peersOf = ({ peers }: PolicyRule): Peers => peers.map((peer) => ({ ...peer }));
const portsOf = ({ ports }: PolicyRule) => ports.map((port) => ({ ...port }));

import type * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { PodinfoSettings } from '../settings/schema';
import { inside, type Cluster } from './cluster/cluster';
import { optIn } from '../signals/chaos';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';
import { passingOnTo, podinfoHop } from './podinfo-hop';

/** Arguments of {@link PodinfoPair}. */
export interface PodinfoPairArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  readonly podinfo: PodinfoSettings;
  /** Where source passes every echo on to: a URL of target. */
  readonly targetUrl: string;
  /** Where `source-ingress` passes every echo on to: a URL of the gateway; absent where no path goes through one. */
  readonly gatewayUrl?: string | undefined;
  /** Hops whose pods the chaos reaper may remove; default none. */
  readonly victims?: readonly string[] | undefined;
  /** Hops whose replicas it changes for a while; default none. */
  readonly scaled?: readonly string[];
}

const namespace = namespaceNames.load;

/** The two hops under load: `source` answers by asking `target`. Losing or restarting one pod of either costs no probe. */
export class PodinfoPair extends pulumi.ComponentResource {
  readonly source: k8s.core.v1.Service;
  readonly target: k8s.core.v1.Service;
  readonly #args: PodinfoPairArgs;

  /** @throws pulumi.InputPropertyError when a rollout or a drain could take the last replica. */
  constructor(name: string, args: PodinfoPairArgs, opts?: pulumi.ComponentResourceOptions) {
    const { replicas, disruptionBudget, drain } = args.podinfo;
    if (disruptionBudget.maxUnavailable < 1 || disruptionBudget.maxUnavailable >= replicas)
      throw new pulumi.InputPropertyError({
        propertyPath: 'podinfo.disruptionBudget.maxUnavailable',
        reason: `must be at least 1 and less than the ${replicas} replicas`,
      });
    if (drain.preStop + drain.shutdown > drain.grace)
      throw new pulumi.InputPropertyError({
        propertyPath: 'podinfo.drain.grace',
        reason: 'must be at least preStop + shutdown',
      });
    super('continuous-load:index:PodinfoPair', name, {}, opts);
    this.#args = args;
    this.target = this.#hop('target', []);
    this.source = this.#hop('source', passingOnTo(args.targetUrl, args.podinfo));
    // podinfo calls all its backends for one request, so each two-hop path has a source of its own.
    if (args.gatewayUrl !== undefined)
      this.#hop('source-ingress', passingOnTo(args.gatewayUrl, args.podinfo));
    this.registerOutputs({});
  }

  #hop(hop: 'source' | 'target' | 'source-ingress', flags: readonly string[]): k8s.core.v1.Service {
    const { cluster, stack, namespaces, podinfo, victims = [], scaled = [] } = this.#args;
    return podinfoHop(
      {
        cluster,
        stack,
        podinfo,
        namespace,
        hop,
        flags,
        nodePort: hop === 'source' ? cluster.nodePorts?.podinfo : undefined,
        podLabels: victims.includes(hop) ? optIn : {},
        isScaled: scaled.includes(hop),
      },
      inside(this, cluster, [namespaces.load]),
    ).service;
  }
}

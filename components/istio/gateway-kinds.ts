import * as pulumi from '@pulumi/pulumi';
import { inside, type Cluster, type ManagedGateway } from '../cluster/cluster';
import { formerly } from '../formerly';
import { crdsOf } from './crds';

/** Arguments of {@link GatewayKinds}. */
export interface GatewayKindsArgs {
  readonly cluster: Cluster;
  readonly managed: ManagedGateway;
}

/**
 * The Gateway API's definitions, which no chart of Istio's brings along. Nobody who runs istiod owns them: with one that goes they would go,
 * and every Gateway of the cluster with them.
 */
export class GatewayKinds extends pulumi.ComponentResource {
  readonly definitions: readonly pulumi.Resource[];

  constructor(name: string, { cluster, managed }: GatewayKindsArgs, opts: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:GatewayKinds', name, {}, opts);
    const aliases = [
      formerly('gateway', 'IngressGateway', opts.parent),
      formerly('istiod', 'Istiod', opts.parent),
      formerly('istio', 'ChartControlPlane', opts.parent),
    ];
    this.definitions = crdsOf(managed.crds, { ...inside(this, cluster), aliases });
    this.registerOutputs({});
  }
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { ExistingClusterSettings } from '../../settings/cluster-schema';
import type { Config } from '../../settings/schema';
import { type Cluster, mutableInPlace } from './cluster';

/** Arguments of {@link ExistingCluster}: where it is, and images of the user's own. */
export type ExistingClusterArgs = ExistingClusterSettings & { readonly images?: Config['images'] };

/** A cluster that somebody else keeps: reached by a kubeconfig and a context, never created or deleted. */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  readonly kind = 'existing';
  readonly clusterName: string;
  readonly provider: k8s.Provider;
  readonly kubeconfig?: pulumi.Output<string>;
  readonly endpoints: Cluster['endpoints'];
  readonly images: NonNullable<Cluster['images']>;

  /** @throws pulumi.InputPropertyError when neither a kubeconfig nor a context says which cluster is meant. */
  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    if (args.kubeconfig === undefined && args.context === undefined)
      throw new pulumi.InputPropertyError({
        propertyPath: 'context',
        reason: 'give it, or `kubeconfig`: a cluster is never guessed',
      });
    super('continuous-load:index:ExistingCluster', name, { name: args.name, context: args.context }, opts);
    this.clusterName = args.name;
    this.endpoints = pulumi.output(args.urls);
    this.images = pulumi.output(args.images ?? {});
    if (args.kubeconfig !== undefined) this.kubeconfig = pulumi.secret(args.kubeconfig);
    this.provider = new k8s.Provider(
      name,
      {
        ...(this.kubeconfig ? { kubeconfig: this.kubeconfig } : {}),
        ...(args.context === undefined ? {} : { context: args.context }),
        clusterIdentifier: args.name,
        ...mutableInPlace,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

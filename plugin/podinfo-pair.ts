import * as pulumi from '@pulumi/pulumi';
import type { PodinfoPairArgs } from './args/podinfo-pair';
import { product } from './product';

/**
 * The two hops under load, for a load of your own: `source` answers by asking `target`, and losing or restarting one pod of either costs no request. One of
 * it in a cluster and in a Pulumi stack, and none beside a ContinuousLoad or a LoadInjector.
 */
export class PodinfoPair extends pulumi.ComponentResource {
  /** Namespace of both. */
  readonly namespace: pulumi.Output<string>;
  /** URL inside the cluster that takes a POST through both hops. */
  readonly sourceUrl: pulumi.Output<string>;
  /** URL inside the cluster that takes a POST at the second hop. */
  readonly targetUrl: pulumi.Output<string>;

  /** @throws pulumi.RunError with every mistake in the arguments, before anything is made. */
  constructor(name: string, args: PodinfoPairArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = product.check('PodinfoPair', name, args, opts);
    super('continuous-load:index:PodinfoPair', name, {}, opts);
    const { namespace, sourceUrl, targetUrl } = product.pair(this, checked);
    this.namespace = namespace;
    this.sourceUrl = sourceUrl;
    this.targetUrl = targetUrl;
    this.registerOutputs({ namespace, sourceUrl, targetUrl });
  }
}

import * as pulumi from '@pulumi/pulumi';
import type { LoadInjectorArgs } from './args/load-injector';
import { product } from './product';

/**
 * The load without what watches it: k6 that probes the paths and targets that are named, and what those paths end at. Counts are pushed to an OTLP receiver
 * that is there. One of it in a cluster and in a Pulumi stack, and none beside a ContinuousLoad.
 */
export class LoadInjector extends pulumi.ComponentResource {
  /** Namespace of the load. */
  readonly namespace: pulumi.Output<string>;
  /** Names of the paths that are probed. */
  readonly paths: pulumi.Output<string[]>;

  /** @throws pulumi.RunError with every mistake in the arguments, before anything is made. */
  constructor(name: string, args: LoadInjectorArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = product.check('LoadInjector', name, args, opts);
    super('continuous-load:index:LoadInjector', name, {}, opts);
    const { namespace, paths } = product.load(this, checked);
    this.namespace = namespace;
    this.paths = paths;
    this.registerOutputs({ namespace, paths });
  }
}

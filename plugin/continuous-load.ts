import * as pulumi from '@pulumi/pulumi';
import type { ContinuousLoadArgs } from './args/continuous-load';
import { product } from './product';

/**
 * The main job inside a cluster that is there: two hops under load, the load through every path, and what watches it. Its settings are those of a stack's
 * config. One of it in a cluster and in a Pulumi stack, since its objects have fixed names.
 */
export class ContinuousLoad extends pulumi.ComponentResource {
  /** Namespace of the load. */
  readonly namespace: pulumi.Output<string>;
  /** Names of the paths that are probed. */
  readonly paths: pulumi.Output<string[]>;
  /** `HOST:PORT` of the OTLP receiver that counts are pushed to. */
  readonly otlpEndpoint: pulumi.Output<string>;
  /** `http://HOST:PORT` of the Prometheus that answers queries inside the cluster; absent where there is none. */
  readonly prometheusUrl?: pulumi.Output<string>;

  /** @throws pulumi.RunError with every mistake in the arguments, before anything is made. */
  constructor(name: string, args: ContinuousLoadArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = product.check('ContinuousLoad', name, args, opts);
    super('continuous-load:index:ContinuousLoad', name, {}, opts);
    const { namespace, paths, otlpEndpoint, prometheusUrl } = product.load(this, checked);
    this.namespace = namespace;
    this.paths = paths;
    this.otlpEndpoint = otlpEndpoint;
    if (prometheusUrl) this.prometheusUrl = prometheusUrl;
    this.registerOutputs({ namespace, paths, otlpEndpoint, prometheusUrl });
  }
}

import * as pulumi from '@pulumi/pulumi';
import type { K3dSpec } from '../lab/k3d/spec';

/** Inputs of a k3d cluster, always with a registry. Agents and the builder are changed where they are, everything else is another cluster. */
export type K3dArgs = K3dSpec & { readonly registryPort: number };

const outputs = ['kubeconfig', 'endpoints', 'registry'] as const;

/** A k3d cluster that this repository's own provider keeps on this machine (`lab/pulumi/k3d`). */
export class K3d extends pulumi.CustomResource {
  static readonly __pulumiType = 'k3d:index:Cluster';

  /** Credentials of an administrator, secret. */
  declare readonly kubeconfig: pulumi.Output<string>;
  /** Endpoint name → `http://127.0.0.1:<port>`. */
  declare readonly endpoints: pulumi.Output<Record<string, string>>;
  /** `HOST:PORT` of the registry, the same for this machine and for the nodes. */
  declare readonly registry: pulumi.Output<string>;

  constructor(name: string, args: K3dArgs, opts?: pulumi.CustomResourceOptions) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(
      K3d.__pulumiType,
      name,
      { ...unset, ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ['kubeconfig'], deleteBeforeReplace: true }),
    );
  }
}

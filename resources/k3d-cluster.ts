import * as pulumi from '@pulumi/pulumi';

/** A port of 127.0.0.1 that leads, through k3d's load balancer, to a NodePort. */
export interface K3dPort {
  readonly hostPort: number;
  readonly nodePort: number;
}

/** Inputs of a k3d cluster. Agents and the builder are changed where they are, everything else is another cluster. */
export interface K3dArgs {
  readonly name: string;
  /** The k3s image of every node. */
  readonly image: string;
  readonly servers: number;
  readonly agents: number;
  /** Port of 127.0.0.1 for the API server. */
  readonly apiPort: number;
  /** Other ports of 127.0.0.1, by endpoint name. */
  readonly ports: Readonly<Record<string, K3dPort>>;
  /** Port of 127.0.0.1 for the registry that comes with the cluster. */
  readonly registryPort: number;
  /** Parts of k3s that are left out. */
  readonly disable: readonly string[];
  /** Whether a BuildKit builder comes with it, for images that are pushed to its registry. */
  readonly builder: boolean;
}

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

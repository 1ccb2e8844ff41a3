import * as pulumi from '@pulumi/pulumi';

/** A port of 127.0.0.1 that leads to a NodePort of the lab. */
export interface LabPort {
  readonly hostPort: number;
  readonly nodePort: number;
}

/** Inputs of a lab. */
export interface LabArgs {
  /** Names its directory, control groups and network namespaces; another name is another lab. */
  readonly name: string;
  /** 1 to 5. */
  readonly nodes: number;
  /** Port of 127.0.0.1 for the API server. */
  readonly apiPort: number;
  /** Other ports of 127.0.0.1, by endpoint name. */
  readonly ports: Readonly<Record<string, LabPort>>;
  /** Images that the nodes have besides the usual ones; left out where there are none. */
  readonly optionalImages?: readonly string[];
  /** Whether nodes keep NetworkPolicies; left out where they do not. */
  readonly networkPolicies?: boolean;
}

const outputs = ['kubeconfig', 'endpoints', 'images', 'storageClass', 'webhook'] as const;

/** A Kubernetes cluster that the lab's own provider keeps on this machine (`lab/pulumi`). */
export class Lab extends pulumi.CustomResource {
  static readonly __pulumiType = 'lab:index:Cluster';

  /** Credentials of an administrator, secret. */
  declare readonly kubeconfig: pulumi.Output<string>;
  /** Endpoint name → `http://127.0.0.1:<port>`. */
  declare readonly endpoints: pulumi.Output<Record<string, string>>;
  /** Image name → reference of the image that every node has. */
  declare readonly images: pulumi.Output<Record<string, string>>;
  declare readonly storageClass: pulumi.Output<string>;
  /** URL, inside the cluster, of the receiver that writes down every notification. */
  declare readonly webhook: pulumi.Output<string>;

  constructor(name: string, args: LabArgs, opts?: pulumi.CustomResourceOptions) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(
      Lab.__pulumiType,
      name,
      { ...unset, ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ['kubeconfig'], deleteBeforeReplace: true }),
    );
  }
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { ExistingClusterSettings } from '../../settings/cluster-schema';
import { isContents, serverOf } from '../../settings/kubeconfig';
import type { Config } from '../../settings/schema';
import { type Cluster, mutableInPlace } from './cluster';

/** Arguments of {@link ExistingCluster}: where it is, and images of the user's own. */
export type ExistingClusterArgs = Omit<ExistingClusterSettings, 'inCluster'> & {
  /** Default false. */
  readonly inCluster?: boolean;
  readonly images?: Config['images'];
};

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * A kubeconfig for a pod of the cluster, by files that every pod with a token has. Left to itself, a provider would take `$KUBECONFIG` or
 * `~/.kube/config` first, which may be of any cluster; and a token that is written here would not be renewed.
 */
export function podKubeconfig(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: 'https://kubernetes.default.svc',
          'certificate-authority': `${serviceAccount}/ca.crt`,
        },
      },
    ],
    users: [{ name, user: { tokenFile: `${serviceAccount}/token` } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

/** What tells the cluster from others: where its API server is, or what leads there; its name where nothing does. */
function identifierOf({ name, kubeconfig, context, inCluster }: ExistingClusterArgs): string {
  const contents = inCluster ? podKubeconfig(name) : kubeconfig;
  const server = contents !== undefined && isContents(contents) ? serverOf(contents, context) : undefined;
  return server ?? context ?? name;
}

/** A cluster that somebody else keeps: reached by a kubeconfig and a context, never created or deleted. */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  readonly kind = 'existing';
  readonly clusterName: string;
  readonly provider: k8s.Provider;
  readonly kubeconfig?: pulumi.Output<string>;
  readonly endpoints: Cluster['endpoints'];
  readonly images: NonNullable<Cluster['images']>;

  /** @throws pulumi.InputPropertyError when neither a kubeconfig, a context nor `inCluster` says which cluster is meant. */
  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    if (args.kubeconfig === undefined && args.context === undefined && !args.inCluster)
      throw new pulumi.InputPropertyError({
        propertyPath: 'context',
        reason: 'give it, `kubeconfig` or `inCluster`: a cluster is never guessed',
      });
    super('continuous-load:index:ExistingCluster', name, { name: args.name, context: args.context }, opts);
    this.clusterName = args.name;
    this.endpoints = pulumi.output(args.urls);
    this.images = pulumi.output(args.images ?? {});
    if (args.kubeconfig !== undefined) this.kubeconfig = pulumi.secret(args.kubeconfig);
    else if (args.inCluster) this.kubeconfig = pulumi.output(podKubeconfig(args.name));
    this.provider = new k8s.Provider(
      'existing',
      {
        ...(this.kubeconfig ? { kubeconfig: this.kubeconfig } : {}),
        ...(args.context === undefined ? {} : { context: args.context }),
        // Another one replaces the provider, and with it everything inside: made where it leads now, deleted where it led.
        clusterIdentifier: identifierOf(args),
        ...mutableInPlace,
      },
      // Once it was called by the cluster's name, which may be changed.
      { parent: this, aliases: [{ name }] },
    );
    this.registerOutputs({});
  }
}

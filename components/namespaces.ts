import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { inside, type Cluster } from './cluster/cluster';
import { labels } from './metadata';
import { namespaceNames } from './names';

/** Arguments of {@link Namespaces}. */
export interface NamespacesArgs {
  readonly cluster: Cluster;
  readonly stack: string;
}

/** The namespaces of the product; both admit only restricted pods. */
export class Namespaces extends pulumi.ComponentResource {
  readonly load: k8s.core.v1.Namespace;
  readonly monitoring: k8s.core.v1.Namespace;

  constructor(name: string, { cluster, stack }: NamespacesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:Namespaces', name, {}, opts);
    const restricted = {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    };
    const namespace = (namespaceName: string) =>
      new k8s.core.v1.Namespace(
        namespaceName,
        { metadata: { name: namespaceName, labels: { ...labels(namespaceName, stack), ...restricted } } },
        inside(this, cluster),
      );
    this.load = namespace(namespaceNames.load);
    this.monitoring = namespace(namespaceNames.monitoring);
    this.registerOutputs({});
  }
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { inside, type Cluster } from './cluster/cluster';
import { labels } from './metadata';
import { namespaceNames } from './names';

/** Arguments of {@link Namespaces}. */
export interface NamespacesArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  /** Namespace where somebody else's Prometheus looks for rules and monitors; default one of our own for monitoring. */
  readonly watchedFrom?: string | undefined;
}

/** The namespaces of the product, one or two; each admits only restricted pods. */
export class Namespaces extends pulumi.ComponentResource {
  readonly load: k8s.core.v1.Namespace;
  /** Of what watches: rules, monitors, dashboards, and Prometheus where it is ours. */
  readonly monitoring: k8s.core.v1.Namespace;
  /** Its name. */
  readonly monitoringName: string;

  constructor(
    name: string,
    { cluster, stack, watchedFrom }: NamespacesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
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
    this.monitoringName = watchedFrom ?? namespaceNames.monitoring;
    this.monitoring =
      watchedFrom === undefined
        ? namespace(namespaceNames.monitoring)
        : watchedFrom === namespaceNames.load
          ? this.load
          : // Theirs: it must be there, and is left as it is.
            k8s.core.v1.Namespace.get(watchedFrom, watchedFrom, { parent: this });
    this.registerOutputs({});
  }
}

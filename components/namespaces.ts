import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { inside, type Cluster } from './cluster/cluster';
import { labels } from './metadata';
import { meshNamespace } from '../signals/targets';
import { namespaceNames } from './names';

/** Arguments of {@link Namespaces}. */
export interface NamespacesArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  /** Labels of the mesh's namespace beside the usual, by which somebody injects sidecars; absent where there is no mesh. */
  readonly mesh?: Readonly<Record<string, string>> | undefined;
  /** Namespace where somebody else's Prometheus looks for rules and monitors; default one of our own for monitoring. */
  readonly watchedFrom?: string | undefined;
}

/** The namespaces of the product, one to three; all but the mesh's admit only restricted pods. */
export class Namespaces extends pulumi.ComponentResource {
  readonly load: k8s.core.v1.Namespace;
  /** Of what watches: rules, monitors, dashboards, and Prometheus where it is ours. */
  readonly monitoring: k8s.core.v1.Namespace;
  readonly mesh?: k8s.core.v1.Namespace;
  /** Name of the one that watches. */
  readonly monitoringName: string;

  constructor(
    name: string,
    { cluster, stack, mesh, watchedFrom }: NamespacesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('continuous-load:index:Namespaces', name, {}, opts);
    const namespace = (namespaceName: string, admits: 'restricted' | 'privileged', more = {}) =>
      new k8s.core.v1.Namespace(
        namespaceName,
        {
          metadata: {
            name: namespaceName,
            labels: {
              ...labels(namespaceName, stack),
              'pod-security.kubernetes.io/enforce': admits,
              'pod-security.kubernetes.io/warn': admits,
              ...more,
            },
          },
        },
        inside(this, cluster),
      );
    this.load = namespace(namespaceNames.load, 'restricted');
    this.monitoringName = watchedFrom ?? namespaceNames.monitoring;
    this.monitoring =
      watchedFrom === undefined
        ? namespace(namespaceNames.monitoring, 'restricted')
        : watchedFrom === namespaceNames.load
          ? this.load
          : // Theirs: it must be there, and is left as it is.
            k8s.core.v1.Namespace.get(watchedFrom, watchedFrom, { parent: this });
    // Redirecting a pod's traffic takes NET_ADMIN, which only this level admits.
    if (mesh) this.mesh = namespace(meshNamespace, 'privileged', mesh);
    this.registerOutputs({});
  }

  /** Names of all of them. */
  get names(): string[] {
    return [...Object.values(namespaceNames), ...(this.mesh ? [meshNamespace] : [])];
  }

  /** All of them, for what must wait. */
  get all(): k8s.core.v1.Namespace[] {
    return [this.load, this.monitoring, ...(this.mesh ? [this.mesh] : [])];
  }
}

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
  /** How the mesh's namespace is; absent where there is no mesh. */
  readonly mesh?: MeshNamespace | undefined;
  /** Name of the one for Istio's control plane; absent where no chart installs it. */
  readonly controlPlane?: string | undefined;
  /** Namespace where somebody else's Prometheus looks for rules and monitors; default one of our own for monitoring. */
  readonly watchedFrom?: string | undefined;
}

/** What is special about the namespace of the mesh. */
export interface MeshNamespace {
  /** Labels beside the usual, by which pods get into the mesh. */
  readonly labels: Readonly<Record<string, string>>;
  /** Pod Security level that its pods need. */
  readonly admits: 'restricted' | 'privileged';
}

/** The namespaces of the product, one to four; where only restricted pods are admitted, unless the mesh needs more. */
export class Namespaces extends pulumi.ComponentResource {
  readonly load: k8s.core.v1.Namespace;
  /** Of what watches: rules, monitors, dashboards, and Prometheus where it is ours. */
  readonly monitoring: k8s.core.v1.Namespace;
  readonly mesh?: k8s.core.v1.Namespace;
  readonly controlPlane?: k8s.core.v1.Namespace;
  /** Name of the one that watches. */
  readonly monitoringName: string;

  constructor(
    name: string,
    { cluster, stack, mesh, controlPlane, watchedFrom }: NamespacesArgs,
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
    if (mesh) this.mesh = namespace(meshNamespace, mesh.admits, mesh.labels);
    // What redirects the traffic of a node's pods works in the node itself.
    if (controlPlane !== undefined) this.controlPlane = namespace(controlPlane, 'privileged');
    this.registerOutputs({});
  }

  /** Names of those whose pods are the product's. */
  get names(): string[] {
    return [...Object.values(namespaceNames), ...(this.mesh ? [meshNamespace] : [])];
  }

  /** All of them, for what must wait. */
  get all(): k8s.core.v1.Namespace[] {
    return [
      this.load,
      this.monitoring,
      ...(this.mesh ? [this.mesh] : []),
      ...(this.controlPlane ? [this.controlPlane] : []),
    ];
  }
}

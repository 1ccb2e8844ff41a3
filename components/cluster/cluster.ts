import type * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { ImageName } from '../images';
import type { ClusterNetwork } from '../network/policies';

/** What people open from their machine. */
export type EndpointName = 'prometheus' | 'alertmanager' | 'podinfo';

/** What a cluster brings along so that the stack can run a gateway of its own, and a mesh. */
export interface ManagedGateway {
  /** JSON file with the Gateway API's CustomResourceDefinitions. */
  readonly crds: string;
  /** JSON file with Istio's CustomResourceDefinitions; absent where the stack can run no mesh. */
  readonly meshCrds?: string;
  readonly images: pulumi.Output<Readonly<Record<'istiod' | 'istio-proxy', string>>>;
  /** NodePort of the gateway's Service. */
  readonly nodePort: number;
  /** `HOST:PORT` by which a client outside would reach it. */
  readonly externalAddress: string;
}

/** Where pods of the load run, in the words of a pod's spec. */
export interface InjectorPlacement {
  readonly nodeSelector: Record<string, string>;
  readonly tolerations: k8s.types.input.core.v1.Toleration[];
}

/** A cluster of any kind, as the components inside it see it. */
export interface Cluster {
  readonly kind: 'lab' | 'k3d' | 'eks' | 'existing';
  readonly clusterName: string;
  readonly provider: pulumi.ProviderResource;
  /** Secret; absent where the user's own kubeconfig is used. */
  readonly kubeconfig?: pulumi.Output<string>;
  /** Addresses on the user's machine; none where nothing is exposed. */
  readonly endpoints: pulumi.Output<{ readonly [Name in EndpointName]?: string | undefined }>;
  /** NodePorts behind the endpoints; absent where Services stay inside the cluster. */
  readonly nodePorts?: Readonly<Record<EndpointName, number>>;
  /** References of images that the nodes already have or the user names; the public ones are pulled for all others. */
  readonly images?: pulumi.Output<{ readonly [Name in ImageName]?: string | undefined }>;
  /** Class of the volumes of monitoring; absent for the cluster's default class. */
  readonly storageClass?: pulumi.Input<string>;
  /** Nodes that monitoring must run on, where its volumes are local to a node. */
  readonly monitoringNodes?: Readonly<Record<string, string>>;
  /** Nodes that are kept for the injectors; absent where they share nodes with what they measure. */
  readonly injectorPlacement?: InjectorPlacement;
  /** Receiver of notifications that the cluster brings along. */
  readonly webhook?: pulumi.Output<string>;
  /** JSON file with the operator's CustomResourceDefinitions; absent where the cluster must have them already. */
  readonly operatorCrds?: string;
  /** Absent where gateways are run by somebody else. */
  readonly managedGateway?: ManagedGateway;
  /** Where its API server, its nodes and its clients are, for network policies; absent where nobody here knows. */
  readonly network?: ClusterNetwork;
  /** The resource whose deletion takes everything inside along. */
  readonly owner?: pulumi.Resource;
}

/** Names are fixed, so a Secret or ConfigMap whose data changes is updated where it is: replaced, it would be gone for a moment. */
export const mutableInPlace = { enableSecretMutable: true, enableConfigMapMutable: true } as const;

/** Options of a child that lives in a cluster. */
export function inside(
  parent: pulumi.Resource,
  { owner }: Pick<Cluster, 'owner'>,
  dependsOn: readonly pulumi.Resource[] = [],
): pulumi.CustomResourceOptions {
  return { parent, dependsOn: [...dependsOn], ...(owner ? { deletedWith: owner } : {}) };
}

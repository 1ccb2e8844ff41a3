import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { builderName } from '../../lab/k3d/builder';
import {
  defaultK3sVersion,
  identity,
  k3sImage,
  loadBalancerName,
  registryAddress,
  storageClass,
} from '../../lab/k3d/spec';
import { publishedGatewayCrds, publishedOperatorCrds } from '../../lab/toolchain/published-definitions';
import { K3d } from '../../resources/k3d-cluster';
import type { K3dClusterSettings } from '../../settings/cluster-schema';
import type { Config } from '../../settings/schema';
import { BuiltImages, type BuiltImageName } from '../built-images';
import { publicGatewayImages } from '../images';
import { gatewayNodePort, nodePorts } from '../names';
import type { ClusterNetwork } from '../network/policies';
import { type Cluster, type EndpointName, type ManagedGateway, mutableInPlace } from './cluster';
import { present } from './definitions';

/** k3s' own range of pods (its flag `--cluster-cidr`). */
const podCidr = '10.42.0.0/16';
/** Nodes, and clients that come by their ports, are in a network of Docker's choice, but never among the pods. */
const noPods = { cidr: '0.0.0.0/0', except: [podCidr] };
const network: ClusterNetwork = {
  apiServer: { block: noPods, ports: [6443] },
  nodes: noPods,
  outside: noPods,
};

/** Arguments of {@link K3dCluster}. */
export interface K3dClusterArgs {
  readonly cluster: K3dClusterSettings;
  /** Images of the user's own, which win over built ones. */
  readonly images: Config['images'];
  /** Images that the enabled paths need and nobody publishes. */
  readonly unpublished: readonly BuiltImageName[];
  /** Whether a gateway is going to be in it. */
  readonly gateway: boolean;
}

/** A k3d cluster (k3s in Docker) on this machine with a registry, made and deleted with the stack. */
export class K3dCluster extends pulumi.ComponentResource implements Cluster {
  readonly kind = 'k3d';
  readonly clusterName: string;
  readonly provider: k8s.Provider;
  readonly kubeconfig: pulumi.Output<string>;
  readonly endpoints: pulumi.Output<Record<EndpointName, string>>;
  readonly nodePorts = nodePorts;
  readonly images: NonNullable<Cluster['images']>;
  readonly storageClass = storageClass;
  readonly operatorCrds: string;
  readonly managedGateway?: ManagedGateway;
  readonly network = network;
  readonly owner: pulumi.Resource;

  /** @throws pulumi.RunError when the definitions that the stack brings along are not on this machine yet. */
  constructor(name: string, args: K3dClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, images, unpublished, gateway } = args;
    const operatorCrds = present(publishedOperatorCrds());
    const gatewayCrds = gateway ? present(publishedGatewayCrds()) : undefined;
    super('continuous-load:index:K3dCluster', name, { name: cluster.name }, opts);
    const toBuild = unpublished.filter((image) => images[image] === undefined);
    const exposed = (endpoint: EndpointName) => ({
      hostPort: cluster.ports[endpoint],
      nodePort: nodePorts[endpoint],
    });
    const spec = {
      name: cluster.name,
      image: cluster.image ?? k3sImage(cluster.version ?? defaultK3sVersion),
      servers: cluster.servers,
      agents: cluster.agents,
      apiPort: cluster.ports.api,
      ports: {
        prometheus: exposed('prometheus'),
        alertmanager: exposed('alertmanager'),
        podinfo: exposed('podinfo'),
        // Always there: a gateway that is wanted later must not cost the cluster.
        gateway: { hostPort: cluster.ports.gateway, nodePort: gatewayNodePort },
      },
      registryPort: cluster.ports.registry,
      disable: cluster.disable,
      builder: toBuild.length > 0,
    };
    const k3d = new K3d(name, spec, { parent: this });
    this.clusterName = cluster.name;
    this.owner = k3d;
    this.kubeconfig = pulumi.secret(k3d.kubeconfig);
    this.endpoints = k3d.endpoints.apply(({ prometheus = '', alertmanager = '', podinfo = '' }) => ({
      prometheus,
      alertmanager,
      podinfo,
    }));
    this.operatorCrds = operatorCrds;
    const generation = identity(spec);
    this.images = pulumi.output({ ...this.#build(toBuild, spec, generation), ...images });
    if (gatewayCrds !== undefined)
      this.managedGateway = {
        crds: gatewayCrds,
        images: pulumi.output(publicGatewayImages),
        nodePort: gatewayNodePort,
        // k3d's load balancer, outside the cluster's network; k3d adds its name to the cluster's DNS.
        externalAddress: `${loadBalancerName(cluster.name)}:${gatewayNodePort}`,
      };
    this.provider = new k8s.Provider(
      name,
      {
        kubeconfig: this.kubeconfig,
        // A new cluster (and only that) replaces the provider, and with it everything inside.
        clusterIdentifier: `${cluster.name}:${generation}`,
        deleteUnreachable: true,
        ...mutableInPlace,
        // What an interrupted run made and did not write down is taken over: the cluster is this stack's own.
        upsertExistingObjects: true,
      },
      { parent: this },
    );
    this.registerOutputs({ kubeconfig: this.kubeconfig, endpoints: this.endpoints });
  }

  #build(
    names: readonly BuiltImageName[],
    { name, registryPort }: { readonly name: string; readonly registryPort: number },
    generation: string,
  ): BuiltImages['references'] {
    if (names.length === 0) return {};
    const registry = registryAddress(registryPort);
    return new BuiltImages(
      'images',
      { names, registry, generation, builder: builderName(name) },
      { parent: this, dependsOn: [this.owner], deletedWith: this.owner },
    ).references;
  }
}

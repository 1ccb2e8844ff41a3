import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { labAddresses } from '../../lab/cluster/spec';
import { gatewayCrds, meshCrds, operatorCrds } from '../../lab/toolchain/crds';
import { Lab } from '../../resources/lab-cluster';
import type { LabClusterSettings } from '../../settings/cluster-schema';
import type { ImageName } from '../images';
import { gatewayNodePort, nodePorts } from '../names';
import type { ClusterNetwork } from '../network/policies';
import { type Cluster, type EndpointName, type ManagedGateway, mutableInPlace } from './cluster';

/** A Kubernetes cluster on this machine, made and deleted with the stack. */
export class LabCluster extends pulumi.ComponentResource implements Cluster {
  readonly kind = 'lab';
  readonly clusterName: string;
  readonly provider: k8s.Provider;
  readonly kubeconfig: pulumi.Output<string>;
  readonly endpoints: pulumi.Output<Record<EndpointName, string>>;
  readonly nodePorts = nodePorts;
  readonly images: pulumi.Output<Record<ImageName, string>>;
  readonly storageClass: pulumi.Output<string>;
  /** The lab's volumes lie on node 1. */
  readonly monitoringNodes = { 'kubernetes.io/hostname': 'node1' };
  readonly webhook: pulumi.Output<string>;
  readonly operatorCrds: string;
  readonly managedGateway?: ManagedGateway;
  readonly network: ClusterNetwork;
  readonly owner: pulumi.Resource;

  /**
   * @param gateway whether the nodes have what a gateway or a mesh of the stack's own takes
   * @param networkPolicies whether the nodes keep NetworkPolicies
   */
  constructor(
    name: string,
    args: LabClusterSettings,
    gateway: boolean,
    networkPolicies: boolean,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('continuous-load:index:LabCluster', name, { ...args }, opts);
    const exposed = (endpoint: EndpointName) => ({
      hostPort: args.ports[endpoint],
      nodePort: nodePorts[endpoint],
    });
    const lab = new Lab(
      name,
      {
        name: args.name,
        nodes: args.nodes,
        apiPort: args.ports.api,
        ports: {
          prometheus: exposed('prometheus'),
          alertmanager: exposed('alertmanager'),
          podinfo: exposed('podinfo'),
        },
        ...(gateway ? { optionalImages: ['istiod', 'istio-proxy'] } : {}),
        ...(networkPolicies ? { networkPolicies } : {}),
      },
      { parent: this },
    );
    this.clusterName = args.name;
    this.owner = lab;
    this.kubeconfig = pulumi.secret(lab.kubeconfig);
    this.endpoints = lab.endpoints as pulumi.Output<Record<EndpointName, string>>;
    this.images = lab.images as pulumi.Output<Record<ImageName, string>>;
    this.storageClass = lab.storageClass;
    this.webhook = lab.webhook;
    this.operatorCrds = operatorCrds();
    const { bridgeCidr, controlPlane } = labAddresses(args.name);
    const machines = { cidr: bridgeCidr };
    this.network = {
      apiServer: { block: { cidr: `${controlPlane}/32` }, ports: [6443] },
      nodes: machines,
      // The relays from 127.0.0.1 are in the control plane.
      outside: machines,
    };
    if (gateway)
      this.managedGateway = {
        crds: gatewayCrds(),
        meshCrds: meshCrds(),
        images: lab.images as unknown as ManagedGateway['images'],
        nodePort: gatewayNodePort,
        // Every node answers on a NodePort; monitoring is on the first one too, so another's loss is seen.
        externalAddress: `${labAddresses(args.name).node(1).address}:${gatewayNodePort}`,
      };
    this.provider = new k8s.Provider(
      name,
      {
        kubeconfig: this.kubeconfig,
        // What makes another lab (and only that) replaces the provider, and with it everything inside.
        clusterIdentifier: `${args.name}:${args.ports.api}`,
        deleteUnreachable: true,
        ...mutableInPlace,
        // What an interrupted run made and did not write down is taken over; nobody else creates objects in a lab.
        upsertExistingObjects: true,
      },
      { parent: this },
    );
    this.registerOutputs({ kubeconfig: this.kubeconfig, endpoints: this.endpoints });
  }
}

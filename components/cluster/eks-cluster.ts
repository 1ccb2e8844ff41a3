import { Provider } from '@pulumi/aws/provider';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { publishedGatewayCrds, publishedOperatorCrds } from '../../lab/toolchain/published-definitions';
import type { EksClusterSettings } from '../../settings/eks-schema';
import type { Config } from '../../settings/schema';
import type { BuiltImageName } from '../built-images';
import { publicGatewayImages } from '../images';
import { labels } from '../metadata';
import { gatewayNodePort } from '../names';
import { type Cluster, type InjectorPlacement, type ManagedGateway, mutableInPlace } from './cluster';
import { present } from './definitions';
import { EksAddons } from './eks/addons';
import { EksControlPlane } from './eks/control-plane';
import { EksImageRegistry } from './eks/image-registry';
import { clusterTag, EksInstanceChaos } from './eks/instance-chaos';
import { kubeconfigOf } from './eks/kubeconfig';
import { EksLoadBalancer } from './eks/load-balancer';
import { EksNetwork } from './eks/network';
import { EksNodeGroup, nodePolicies, nodeRoleLabel, type NodeRole } from './eks/node-group';
import { roleFor } from './eks/role';

/** Arguments of {@link EksCluster}. */
export interface EksClusterArgs {
  readonly cluster: EksClusterSettings;
  /** Images of the user's own, which win over built ones. */
  readonly images: Config['images'];
  /** Images that the enabled paths need and nobody publishes. */
  readonly unpublished: readonly BuiltImageName[];
  /** Whether a gateway is going to be in it. */
  readonly gateway: boolean;
  /** Whether its network is going to keep NetworkPolicies; default false. */
  readonly networkPolicies?: boolean;
}

/** A cluster of AWS with its network, nodes, volumes, images and load balancer, made and deleted with the stack. */
export class EksCluster extends pulumi.ComponentResource implements Cluster {
  readonly kind = 'eks';
  readonly clusterName: string;
  readonly provider: k8s.Provider;
  readonly kubeconfig: pulumi.Output<string>;
  readonly endpoints: Cluster['endpoints'];
  readonly images: NonNullable<Cluster['images']>;
  readonly storageClass: pulumi.Output<string>;
  readonly operatorCrds: string;
  readonly managedGateway?: ManagedGateway;
  readonly owner: pulumi.Resource;
  /** The load never shares a node with what it measures. */
  readonly injectorPlacement: InjectorPlacement = {
    nodeSelector: { [nodeRoleLabel]: 'injectors' },
    tolerations: [{ key: nodeRoleLabel, operator: 'Equal', value: 'injectors', effect: 'NoSchedule' }],
  };

  /** @throws pulumi.RunError when the definitions that the stack brings along are not on this machine yet. */
  constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster: settings, images, unpublished, gateway, networkPolicies = false } = args;
    const operatorCrds = present(publishedOperatorCrds());
    const gatewayCrds = gateway ? present(publishedGatewayCrds()) : undefined;
    super('continuous-load:index:EksCluster', name, { name: settings.name, region: settings.region }, opts);
    const tags = { ...settings.tags, [clusterTag]: settings.name };
    const aws = new Provider(
      'aws',
      {
        region: settings.region,
        allowedAccountIds: [settings.account],
        defaultTags: { tags },
      },
      { parent: this },
    );
    // Given in `providers`, it is that of everything of AWS below.
    const own = { parent: this, providers: { aws } };

    const network = settings.vpc.id === undefined ? new EksNetwork('network', settings, own) : undefined;
    const vpcId = network?.vpcId ?? pulumi.output(settings.vpc.id ?? '');
    const subnets = network?.nodeSubnets ?? settings.vpc.privateSubnets ?? [];
    const { cluster } = new EksControlPlane('control-plane', { cluster: settings, subnets }, own);
    const addons = (when: 'before-nodes' | 'on-nodes', after: readonly pulumi.Resource[]) =>
      new EksAddons(
        `addons-${when}`,
        { settings, cluster, volumeTags: tags, networkPolicies, when, after },
        own,
      );
    const daemons = addons('before-nodes', []);
    const nodeRole = roleFor('nodes', settings, 'ec2', nodePolicies, { parent: this, provider: aws });
    const after = [...daemons.all, ...(network?.routes ?? [])];
    const nodes = (role: NodeRole) =>
      new EksNodeGroup(role, { role, settings, cluster, subnets, nodeRole, tags, after }, own);
    const [workers, injectors] = [nodes('workers'), nodes('injectors')];
    const pods = addons('on-nodes', [workers.group]);
    if (settings.instanceChaos) new EksInstanceChaos('chaos', { settings, ...settings.instanceChaos }, own);

    this.clusterName = settings.name;
    this.owner = cluster;
    this.operatorCrds = operatorCrds;
    this.endpoints = pulumi.output(settings.urls);
    this.kubeconfig = pulumi.secret(
      pulumi.all([cluster.endpoint, cluster.certificateAuthority]).apply(([endpoint, { data }]) =>
        kubeconfigOf({
          name: settings.name,
          region: settings.region,
          endpoint,
          certificateAuthority: data,
        }),
      ),
    );
    const toBuild = unpublished.filter((image) => images[image] === undefined);
    this.images = pulumi.output({
      ...(toBuild.length > 0
        ? new EksImageRegistry('registry', { settings, names: toBuild }, own).references
        : {}),
      ...images,
    });
    if (gatewayCrds !== undefined)
      this.managedGateway = {
        crds: gatewayCrds,
        images: pulumi.output(publicGatewayImages),
        nodePort: gatewayNodePort,
        externalAddress: new EksLoadBalancer(
          'gateway',
          {
            clusterName: settings.name,
            vpcId,
            subnets,
            nodeSecurityGroup: cluster.vpcConfig.clusterSecurityGroupId,
            autoscalingGroup: workers.autoscalingGroup,
            nodePort: gatewayNodePort,
          },
          own,
        ).address,
      };
    this.provider = new k8s.Provider(
      name,
      {
        kubeconfig: this.kubeconfig,
        clusterIdentifier: `${settings.account}:${settings.region}:${settings.name}`,
        ...mutableInPlace,
        // What an interrupted run made and did not write down is taken over: the cluster is this stack's own.
        upsertExistingObjects: true,
      },
      // No `deleteUnreachable`: a cluster behind a VPN that is off must not be taken for one that is gone.
      { parent: this, dependsOn: [workers.group, injectors.group, ...pods.all] },
    );
    this.storageClass = this.#volumes();
    this.registerOutputs({ kubeconfig: this.kubeconfig, endpoints: this.endpoints });
  }

  /** Encrypted volumes of EBS, made in the zone of the pod that first wants one. */
  #volumes(): pulumi.Output<string> {
    return new k8s.storage.v1.StorageClass(
      'volumes',
      {
        metadata: { name: 'continuous-load-gp3', labels: labels('volumes', pulumi.getStack()) },
        provisioner: 'ebs.csi.aws.com',
        parameters: { type: 'gp3', encrypted: 'true' },
        volumeBindingMode: 'WaitForFirstConsumer',
        allowVolumeExpansion: true,
        reclaimPolicy: 'Delete',
      },
      { parent: this, provider: this.provider, deletedWith: this.owner },
    ).metadata.name;
  }
}

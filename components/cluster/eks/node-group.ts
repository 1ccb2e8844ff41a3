import { LaunchTemplate } from '@pulumi/aws/ec2/launchTemplate';
import type { Cluster } from '@pulumi/aws/eks/cluster';
import { NodeGroup } from '@pulumi/aws/eks/nodeGroup';
import * as pulumi from '@pulumi/pulumi';
import type { EksClusterSettings } from '../../../settings/eks-schema';
import { optIn } from '../../../signals/chaos';
import type { RoleWithPolicies } from './role';

/** Label of a node that says what runs on it, and key of the taint of those that only the injectors tolerate. */
export const nodeRoleLabel = 'continuous-load/nodes';

/** What runs on the nodes of a group: the system under test and all else, or nothing but the load. */
export type NodeRole = 'workers' | 'injectors';

/** Policies of the role of all nodes: join, and pull images. What a pod needs of AWS it gets for itself. */
export const nodePolicies = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'] as const;

/** Arguments of {@link EksNodeGroup}. */
export interface EksNodeGroupArgs {
  readonly role: NodeRole;
  readonly settings: EksClusterSettings;
  readonly cluster: Cluster;
  readonly subnets: readonly pulumi.Input<string>[];
  readonly nodeRole: RoleWithPolicies;
  /** Tags of machines and disks: those of the provider do not reach them. */
  readonly tags: Readonly<Record<string, string>>;
  /** What must be there before a node can be ready. */
  readonly after: readonly pulumi.Resource[];
}

/** Nodes that EKS keeps: Amazon Linux 2023, over all zones, without an address on the internet. */
export class EksNodeGroup extends pulumi.ComponentResource {
  readonly group: NodeGroup;
  /** Name of the group of machines, for a load balancer in front of them. */
  readonly autoscalingGroup: pulumi.Output<string>;

  constructor(name: string, args: EksNodeGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:EksNodeGroup', name, {}, opts);
    const { role, settings, cluster, subnets, nodeRole, after } = args;
    const { nodes } = settings[role];
    const template = this.#template(args);
    this.group = new NodeGroup(
      role,
      {
        clusterName: cluster.name,
        nodeGroupName: role,
        nodeRoleArn: nodeRole.role.arn,
        subnetIds: [...subnets],
        version: settings.version,
        amiType: 'AL2023_x86_64_STANDARD',
        // A burst of spare machines that are taken away again would be measured as an outage.
        capacityType: 'ON_DEMAND',
        launchTemplate: { id: template.id, version: pulumi.interpolate`${template.latestVersion}` },
        scalingConfig: { minSize: nodes, desiredSize: nodes, maxSize: nodes },
        updateConfig: { maxUnavailable: 1 },
        nodeRepairConfig: { enabled: true },
        labels: { [nodeRoleLabel]: role },
        ...(role === 'injectors'
          ? { taints: [{ key: nodeRoleLabel, value: role, effect: 'NO_SCHEDULE' }] }
          : {}),
      },
      { parent: this, dependsOn: [...nodeRole.attachments, ...after] },
    );
    this.autoscalingGroup = this.group.resources.apply(
      (resources) => resources[0]?.autoscalingGroups[0]?.name ?? '',
    );
    this.registerOutputs({});
  }

  /** The type of the machines is in it, so that another one is rolled out node by node: in the group itself it would make a new group. */
  #template({ role, settings, tags }: EksNodeGroupArgs): LaunchTemplate {
    const { instanceType, disk } = settings[role];
    // Never the injectors: without them nobody sees what it costs.
    const mayBeTerminated = role === 'workers' && settings.instanceChaos !== undefined;
    return new LaunchTemplate(
      role,
      {
        name: `${settings.name}-${role}`,
        instanceType,
        updateDefaultVersion: true,
        blockDeviceMappings: [
          {
            deviceName: '/dev/xvda',
            ebs: {
              volumeSize: Math.ceil(disk / 2 ** 30),
              volumeType: 'gp3',
              encrypted: 'true',
              deleteOnTermination: 'true',
            },
          },
        ],
        // One hop: the metadata of a node, and so its role, are out of reach for pods.
        metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
        tagSpecifications: ['instance', 'volume'].map((resourceType) => ({
          resourceType,
          tags: {
            ...tags,
            Name: `${settings.name}-${role}`,
            ...(mayBeTerminated && resourceType === 'instance' ? optIn : {}),
          },
        })),
      },
      { parent: this },
    );
  }
}

import { LogGroup } from '@pulumi/aws/cloudwatch/logGroup';
import { AccessEntry } from '@pulumi/aws/eks/accessEntry';
import { AccessPolicyAssociation } from '@pulumi/aws/eks/accessPolicyAssociation';
import { Cluster } from '@pulumi/aws/eks/cluster';
import { RolePolicy } from '@pulumi/aws/iam/rolePolicy';
import { Alias } from '@pulumi/aws/kms/alias';
import { Key } from '@pulumi/aws/kms/key';
import * as pulumi from '@pulumi/pulumi';
import type { EksClusterSettings } from '../../../settings/eks-schema';
import { accessPolicy, policyDocument } from './iam';
import { roleFor } from './role';

/** Days for which logs of the control plane are kept; without a group of ours they would be kept, and paid, for ever. */
const logDays = 30;

/** Arguments of {@link EksControlPlane}. */
export interface EksControlPlaneArgs {
  readonly cluster: EksClusterSettings;
  readonly subnets: readonly pulumi.Input<string>[];
}

/** What AWS runs of a cluster, its keys and logs, and who may enter. */
export class EksControlPlane extends pulumi.ComponentResource {
  readonly cluster: Cluster;

  constructor(name: string, args: EksControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:EksControlPlane', name, {}, opts);
    const { cluster: settings, subnets } = args;
    const child = { parent: this };
    const keyArn = settings.kmsKey ?? this.#key(settings).arn;
    const { role, attachments } = roleFor(
      'control-plane',
      settings,
      'eks',
      ['AmazonEKSClusterPolicy'],
      child,
    );
    const mayEncrypt = new RolePolicy(
      'encrypt-secrets',
      {
        role: role.name,
        policy: pulumi.output(keyArn).apply((arn) =>
          policyDocument([
            {
              actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ListGrants', 'kms:DescribeKey'],
              resources: [arn],
            },
          ]),
        ),
      },
      child,
    );
    const logs = new LogGroup(
      'logs',
      // The name is EKS' own: it would make the group itself.
      { name: `/aws/eks/${settings.name}/cluster`, retentionInDays: logDays },
      child,
    );
    const { publicCidrs } = settings;
    this.cluster = new Cluster(
      settings.name,
      {
        name: settings.name,
        version: settings.version,
        roleArn: role.arn,
        vpcConfig: {
          subnetIds: [...subnets],
          endpointPrivateAccess: true,
          endpointPublicAccess: publicCidrs.length > 0,
          ...(publicCidrs.length > 0 ? { publicAccessCidrs: [...publicCidrs] } : {}),
        },
        accessConfig: {
          authenticationMode: 'API',
          // Whoever makes the cluster fills it; everybody else is named.
          bootstrapClusterCreatorAdminPermissions: true,
        },
        encryptionConfig: { resources: ['secrets'], provider: { keyArn } },
        enabledClusterLogTypes: [...settings.controlPlaneLogs],
        // At its end the version is raised by AWS; extended support costs six times as much.
        upgradePolicy: { supportType: 'STANDARD' },
        // All of them are add-ons that EKS keeps, made below.
        bootstrapSelfManagedAddons: false,
        deletionProtection: settings.deletionProtection,
      },
      {
        ...child,
        // On the way down the rights go last: EKS still needs them to remove its network interfaces.
        dependsOn: [...attachments, mayEncrypt, logs],
      },
    );
    settings.admins.forEach((principalArn) => this.#admin(principalArn, settings));
    this.registerOutputs({});
  }

  #key({ name }: EksClusterSettings): Key {
    const key = new Key(
      'secrets',
      {
        description: `Secrets of the EKS cluster ${name}`,
        enableKeyRotation: true,
        // The longest there is: without its key nothing of the cluster can be read again.
        deletionWindowInDays: 30,
      },
      { parent: this },
    );
    new Alias('secrets', { name: `alias/eks/${name}`, targetKeyId: key.keyId }, { parent: this });
    return key;
  }

  #admin(principalArn: string, { region }: EksClusterSettings): void {
    const name = principalArn.replace(/^.*::/, '');
    const clusterName = this.cluster.name;
    const entry = new AccessEntry(name, { clusterName, principalArn }, { parent: this });
    new AccessPolicyAssociation(
      name,
      {
        clusterName,
        principalArn,
        policyArn: accessPolicy(region, 'AmazonEKSClusterAdminPolicy'),
        accessScope: { type: 'cluster' },
      },
      { parent: this, dependsOn: [entry] },
    );
  }
}

import { Addon } from '@pulumi/aws/eks/addon';
import type { Cluster } from '@pulumi/aws/eks/cluster';
import * as pulumi from '@pulumi/pulumi';
import type { AddonName, EksClusterSettings } from '../../../settings/eks-schema';
import { roleFor } from './role';

/** What must be there before a node can be ready, and what needs nodes to become ready itself. */
const beforeNodes = ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent'] as const;
const onNodes = ['coredns', 'aws-ebs-csi-driver'] as const;

/** Service accounts that need AWS, with the policies of AWS for them; each gets a role of its own by pod identity. */
const identities: { readonly [Name in AddonName]?: { account: string; policy: string } } = {
  'vpc-cni': { account: 'aws-node', policy: 'AmazonEKS_CNI_Policy' },
  'aws-ebs-csi-driver': {
    account: 'ebs-csi-controller-sa',
    policy: 'service-role/AmazonEBSCSIDriverPolicy',
  },
};

/** Arguments of {@link EksAddons}. */
export interface EksAddonsArgs {
  readonly settings: EksClusterSettings;
  readonly cluster: Cluster;
  /** Tags of the volumes that are made for claims. */
  readonly volumeTags: Readonly<Record<string, string>>;
  /** Whether they run as daemons that nodes wait for, or are pods that wait for nodes. */
  readonly when: 'before-nodes' | 'on-nodes';
  /** Whether the network keeps NetworkPolicies. */
  readonly networkPolicies: boolean;
  /** What they wait for: a component does not pass its own `dependsOn` on. */
  readonly after: readonly pulumi.Resource[];
}

/** Add-ons that EKS keeps: network, names, identities of pods, volumes. */
export class EksAddons extends pulumi.ComponentResource {
  readonly all: readonly Addon[];

  constructor(name: string, args: EksAddonsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:EksAddons', name, {}, opts);
    const names = args.when === 'before-nodes' ? beforeNodes : onNodes;
    this.all = names.map((addon) => this.#addon(addon, args));
    this.registerOutputs({});
  }

  #addon(name: AddonName, args: EksAddonsArgs): Addon {
    const { settings, cluster, after } = args;
    const child = { parent: this };
    const identity = identities[name];
    const granted =
      identity === undefined ? undefined : roleFor(name, settings, 'pods.eks', [identity.policy], child);
    const version = settings.addonVersions[name];
    const configuration = configurationOf(name, args);
    return new Addon(
      name,
      {
        clusterName: cluster.name,
        addonName: name,
        ...(version === undefined ? {} : { addonVersion: version }),
        ...(granted && identity
          ? { podIdentityAssociations: [{ serviceAccount: identity.account, roleArn: granted.role.arn }] }
          : {}),
        ...(configuration ? { configurationValues: JSON.stringify(configuration) } : {}),
        // Nobody else has a word in them, and a kept one would outlive its role.
        resolveConflictsOnCreate: 'OVERWRITE',
        resolveConflictsOnUpdate: 'OVERWRITE',
        preserve: false,
      },
      { ...child, dependsOn: [...after, ...(granted?.attachments ?? [])] },
    );
  }
}

function configurationOf(
  name: AddonName,
  { volumeTags, networkPolicies }: EksAddonsArgs,
): object | undefined {
  // Text, as the add-on's own schema wants it.
  if (name === 'vpc-cni') return networkPolicies ? { enableNetworkPolicy: 'true' } : undefined;
  return name === 'aws-ebs-csi-driver' ? { controller: { extraVolumeTags: volumeTags } } : undefined;
}

import { Role } from '@pulumi/aws/iam/role';
import { RolePolicyAttachment } from '@pulumi/aws/iam/rolePolicyAttachment';
import type * as pulumi from '@pulumi/pulumi';
import type { EksClusterSettings } from '../../../settings/eks-schema';
import { managedPolicy, trustOf } from './iam';

/** A role of IAM, and what whoever takes it must wait for. */
export interface RoleWithPolicies {
  readonly role: Role;
  readonly attachments: readonly RolePolicyAttachment[];
}

/** Makes a role that one service of AWS may take, with policies that AWS keeps. */
export function roleFor(
  name: string,
  { name: cluster, region }: Pick<EksClusterSettings, 'name' | 'region'>,
  service: Parameters<typeof trustOf>[0],
  policies: readonly string[],
  child: pulumi.CustomResourceOptions,
): RoleWithPolicies {
  const role = new Role(
    name,
    {
      // Roles are of the account, not of a region. Fixed: an interrupted run finds what it made.
      name: `${cluster}-${region}-${name}`,
      assumeRolePolicy: trustOf(service),
    },
    child,
  );
  const attachments = policies.map(
    (policy) =>
      new RolePolicyAttachment(
        `${name}-${policy.split('/').pop() ?? ''}`,
        { role: role.name, policyArn: managedPolicy(region, policy) },
        child,
      ),
  );
  return { role, attachments };
}

/** Partition of AWS that a region is in, as ARNs begin with it. */
export function partitionOf(region: string): 'aws' | 'aws-cn' | 'aws-us-gov' {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** ARN of a policy that AWS keeps; `path` as in `service-role/AmazonEBSCSIDriverPolicy`. */
export function managedPolicy(region: string, path: string): string {
  return `arn:${partitionOf(region)}:iam::aws:policy/${path}`;
}

/** ARN of one of EKS' own access policies. */
export function accessPolicy(region: string, name: string): string {
  return `arn:${partitionOf(region)}:eks::aws:cluster-access-policy/${name}`;
}

/** What a policy of IAM allows. */
export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Tags that the resource must have. */
  readonly whereTagged?: Readonly<Record<string, string>>;
}

/** A policy of IAM, as JSON. */
export function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ actions, resources, whereTagged }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      ...(whereTagged === undefined
        ? {}
        : {
            Condition: {
              StringEquals: Object.fromEntries(
                Object.entries(whereTagged).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
              ),
            },
          }),
    })),
  });
}

/** Who may take a role: a service of AWS. Pods get theirs from `pods.eks`, which also marks the session with the pod's names. */
export function trustOf(service: 'eks' | 'ec2' | 'pods.eks'): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: `${service}.amazonaws.com` },
        Action: service === 'pods.eks' ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'],
      },
    ],
  });
}

/** Who may take the role of an experiment: FIS, for experiments of this account and region alone. */
export function trustOfExperiments({ account, region }: { account: string; region: string }): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'fis.amazonaws.com' },
        Action: ['sts:AssumeRole'],
        Condition: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: {
            'aws:SourceArn': `arn:${partitionOf(region)}:fis:${region}:${account}:experiment/*`,
          },
        },
      },
    ],
  });
}

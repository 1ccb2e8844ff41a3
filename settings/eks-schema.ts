import { z } from 'zod';
import { isPrivate, isPublic, parseCidr } from './cidr';
import { called, clusterKind, clusterName, clusterUrls } from './cluster-fields';
import { choice, flag, given, leaf, number, size, text } from './fields';

/**
 * Minor versions of Kubernetes that EKS has under standard support, with the day on which that ends
 * (https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, read in November 2026; 1.34 ends on 2026-12-02, and
 * the end of 1.36 is counted: 14 months after its release of 2026-06-02).
 */
export const eksVersions = { '1.35': '2027-03-27', '1.36': '2027-08-02' } as const;

const versions = Object.keys(eksVersions) as (keyof typeof eksVersions)[];

/** What the control plane can write into CloudWatch. */
export const controlPlaneLogs = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'] as const;

/** Add-ons of EKS that every cluster gets. */
export const addonNames = [
  'vpc-cni',
  'kube-proxy',
  'eks-pod-identity-agent',
  'coredns',
  'aws-ebs-csi-driver',
] as const;

/** An add-on of EKS that every cluster gets. */
export type AddonName = (typeof addonNames)[number];

const gigabyte = 2 ** 30;

/** Whether an instance type is of a family with ARM processors: a `g` behind the generation, or the first of them, a1. */
const isArm = (type: string) => /^[a-z]+\d+[a-z]*g[a-z]*\.|^a1\./.test(type);

const nodeGroup = (defaults: { instanceType: string; nodes: number }, what: string) =>
  z
    .strictObject({
      instanceType: leaf({
        allowed: 'an instance type with x86-64 processors: the images that the stack builds are for these',
        mend: `write for example ${defaults.instanceType}`,
        parse: (raw) =>
          typeof raw === 'string' && /^[a-z]+\d+[a-z-]*\.[a-z0-9-]+$/.test(raw) && !isArm(raw)
            ? raw
            : undefined,
      })
        .prefault(defaults.instanceType)
        .describe('Instance type of the nodes.'),
      nodes: number({
        min: 2,
        max: 450,
        whole: true,
        unit: 'nodes over all zones',
        mend: `write for example ${defaults.nodes}; one node alone is an outage at each update`,
      })
        .prefault(defaults.nodes)
        .describe('How many of them, over all zones.'),
      disk: size({ min: 20 * gigabyte, max: 1000 * gigabyte, mend: 'write for example 50GB' })
        .prefault('50GB')
        .describe('Size of the disk of each.'),
    })
    .prefault({})
    .describe(what);

const publicCidr = leaf({
  allowed: 'a range of public IPv4 addresses of at most 65536: the whole internet has no business here',
  mend: 'write for example 198.51.100.7/32, the address from which you run this',
  parse: (raw) => {
    const cidr = typeof raw === 'string' ? parseCidr(raw) : undefined;
    return cidr !== undefined && cidr.bits >= 16 && isPublic(cidr) ? String(raw) : undefined;
  },
});

const subnet = text({
  pattern: /^subnet-[0-9a-f]{8,17}$/,
  allowed: 'the id of a subnet',
  mend: 'write for example subnet-0123456789abcdef0',
});

const version = text({
  pattern: /^v\d+\.\d+\.\d+-eksbuild\.\d+$/,
  allowed: 'a version of the add-on',
  mend: 'see `aws eks describe-addon-versions`, for example v1.21.1-eksbuild.3',
})
  .optional()
  .meta({ description: 'Version of this add-on.', leftOut: 'the default of EKS' });

/** The section `cluster` of kind `eks`. */
export const eksSchema = z.strictObject({
  kind: clusterKind('eks'),
  name: clusterName.meta(called),
  account: leaf({
    allowed:
      'the 12 digits of an AWS account, in quotes where they begin with 0: an account is never guessed',
    mend: 'see `aws sts get-caller-identity`',
    parse: (raw) => (/^\d{12}$/.test(String(raw)) ? String(raw) : undefined),
  }).describe(
    'The one account that the stack may touch: credentials of another are refused before anything is made.',
  ),
  region: text({
    pattern: /^[a-z]{2}(-[a-z]+)+-\d$/,
    allowed: 'a region of AWS',
    mend: 'write for example eu-west-1',
  }).describe('The region that the cluster is in.'),
  zones: z
    .array(choice(['a', 'b', 'c', 'd', 'e', 'f'], 'see `aws ec2 describe-availability-zones`'))
    .prefault(['a', 'b', 'c'])
    .describe('Last letters of the zones of the VPC that is made.'),
  version: leaf({
    allowed: `one of ${versions.join(', ')}, minor versions under standard support`,
    mend: `write '${versions[0] ?? ''}', in quotes`,
    parse: (raw) => versions.find((known) => known === String(raw)),
  })
    .prefault('1.35')
    .describe('Minor version of Kubernetes.'),
  publicCidrs: given(z.array(publicCidr), {
    allowed:
      'given: the ranges from which the API server is reached over the internet, of which one is this machine’s',
    mend: 'write for example [198.51.100.7/32], or [] where this machine is inside the VPC or its VPN',
  }).describe('From where the public endpoint of the API server answers; an empty list: from nowhere.'),
  admins: z
    .array(
      text({
        pattern: /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/,
        allowed: 'the ARN of a role or user of IAM',
        mend: 'write for example arn:aws:iam::123456789012:role/platform; see `aws iam list-roles`',
      }),
    )
    .prefault([])
    .describe('Who may do everything in the cluster, beside whoever made it.'),
  vpc: z
    .strictObject({
      cidr: leaf({
        allowed: 'a private range from /16 to /20 that begins at its first address',
        mend: 'write for example 10.40.0.0/16',
        parse: (raw) => {
          const cidr = typeof raw === 'string' ? parseCidr(raw) : undefined;
          return cidr && cidr.bits >= 16 && cidr.bits <= 20 && isPrivate(cidr) ? cidr : undefined;
        },
      })
        .optional()
        .meta({ description: 'Addresses of the VPC that is made.', leftOut: '10.40.0.0/16' }),
      nat: choice(
        ['per-zone', 'single'],
        'write per-zone: pages leave the cluster through it, also while a zone is down',
      )
        .optional()
        .meta({ description: 'NAT gateways of the VPC that is made.', leftOut: 'per-zone' }),
      id: text({
        pattern: /^vpc-[0-9a-f]{8,17}$/,
        allowed: 'the id of a VPC',
        mend: 'write for example vpc-0123456789abcdef0, or leave it out for a VPC of the stack’s own',
      })
        .optional()
        .meta({ description: 'A VPC that is there.', leftOut: 'one is made' }),
      privateSubnets: z
        .array(subnet)
        .optional()
        .meta({ description: 'Two or more of its subnets, which must have a way out.', leftOut: 'none' }),
    })
    .prefault({})
    .describe('The network of the cluster.'),
  workers: nodeGroup({ instanceType: 'm6i.large', nodes: 3 }, 'Nodes of the system under test.'),
  injectors: nodeGroup({ instanceType: 'c6i.large', nodes: 2 }, 'Nodes of the load, apart from the others.'),
  kmsKey: text({
    pattern: /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
    allowed: 'the ARN of a symmetric key of KMS in the cluster’s region',
    mend: 'leave it out for a key of the stack’s own',
  })
    .optional()
    .meta({ description: 'The key that Secrets are encrypted with.', leftOut: 'one is made' }),
  controlPlaneLogs: z
    .array(choice(controlPlaneLogs, 'leave it out for all'))
    .prefault([...controlPlaneLogs])
    .describe('Logs of the control plane that go to CloudWatch.'),
  addonVersions: z
    .strictObject(
      Object.fromEntries(addonNames.map((name) => [name, version])) as Record<AddonName, typeof version>,
    )
    .prefault({})
    .describe('Versions of add-ons, by name.'),
  instanceChaos: z
    .strictObject({
      stopAlarm: text({
        pattern: /^arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:\d{12}:alarm:\S+$/,
        allowed: 'the ARN of an alarm of CloudWatch',
        mend: 'write for example arn:aws:cloudwatch:eu-west-1:123456789012:alarm:pages, or leave cluster.instanceChaos out',
      }).describe('The alarm that stops the experiment, and without which none is made.'),
    })
    .optional()
    .meta({
      description: 'An experiment of AWS FIS that terminates a machine of the workers when you start it.',
      leftOut: 'none',
    }),
  deletionProtection: flag('write false, and `up`, right before the cluster is to be removed')
    .prefault(true)
    .describe('Whether AWS refuses to delete the cluster.'),
  tags: z
    .record(
      z.string(), // the names are judged in contradictions/eks.ts, so that all of them are told
      text({
        pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
        allowed: 'the value of a tag, up to 256 letters, digits, blanks and _.:/=+-@',
        mend: 'write for example platform',
      }).describe('Value of the tag.'),
    )
    .prefault({})
    .describe('Tags of everything that is made in AWS.'),
  urls: clusterUrls,
});

/** Right values of the fields that have no default. */
export const eksStandIns = { account: '000000000000', region: 'eu-west-1', publicCidrs: [] } as const;

/** An EKS cluster that this stack makes and deletes. */
export type EksClusterSettings = z.output<typeof eksSchema>;

/** Nodes of one kind. */
export type EksNodeSettings = EksClusterSettings['workers'];

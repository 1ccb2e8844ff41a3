import { formatCidr, overlap, parseCidr } from '../cidr';
import type { EksClusterSettings } from '../eks-schema';
import type { Problem } from '../problem';
import type { Contradiction } from './contradiction';

/** Most ranges that EKS takes for its public endpoint. */
const mostPublicCidrs = 40;
/** Tags of one resource that AWS takes, less those that the stack writes itself. */
const mostTags = 45;
/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: the characters that all services take. */
const tagName = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
/** Regions whose zones a new account sees are not a, b and c; `[]` where there are fewer than three. */
const otherZones: Readonly<Record<string, readonly string[]>> = {
  'ap-northeast-1': ['a', 'c', 'd'],
  'ca-central-1': ['a', 'b', 'd'],
  'us-west-1': [],
};
/** Services of a cluster get addresses of one of these, whichever its VPC does not use; the first one is tried first. */
const serviceRange = '10.100.0.0/16';

/** A contradiction that only clusters of kind `eks` can have. */
function ofEks(
  uses: readonly string[],
  find: (cluster: EksClusterSettings) => readonly Problem[],
): Contradiction {
  return { uses, find: ({ cluster }) => (cluster.kind === 'eks' ? find(cluster) : []) };
}

const twice = (field: string, items: readonly string[]): readonly Problem[] =>
  items.flatMap((item, index) =>
    items.indexOf(item) === index
      ? []
      : [{ field: `${field}[${index}]`, value: item, allowed: 'named once', mend: 'remove the second' }],
  );

/** How a VPC of the stack's own is made, which says nothing where one is given. */
const ownVpc = ofEks(['cluster.vpc'], ({ vpc }) =>
  vpc.id === undefined
    ? []
    : [['cidr', vpc.cidr && formatCidr(vpc.cidr)] as const, ['nat', vpc.nat] as const].flatMap(
        ([key, value]) =>
          value === undefined
            ? []
            : [
                {
                  field: `cluster.vpc.${key}`,
                  value,
                  allowed:
                    'left out where cluster.vpc.id names a VPC that is there: nothing of it is changed',
                  mend: 'remove one of the two',
                },
              ],
      ),
);

const givenVpc = ofEks(['cluster.vpc'], ({ vpc: { id, privateSubnets } }) => {
  if (id === undefined)
    return privateSubnets === undefined
      ? []
      : [
          {
            field: 'cluster.vpc.privateSubnets',
            value: privateSubnets,
            allowed: 'left out where the stack makes the VPC and its subnets',
            mend: 'remove it, or name the VPC in cluster.vpc.id',
          },
        ];
  return (privateSubnets ?? []).length >= 2
    ? twice('cluster.vpc.privateSubnets', privateSubnets ?? [])
    : [
        {
          field: 'cluster.vpc.privateSubnets',
          ...(privateSubnets ? { value: privateSubnets } : {}),
          allowed:
            'two or more subnets of cluster.vpc.id, in different zones, with a route to the internet by NAT',
          mend: 'name one subnet of each zone',
        },
      ];
});

const threeZones = ofEks(['cluster.zones', 'cluster.vpc.id'], ({ zones, vpc }) => {
  if (vpc.id !== undefined) return [];
  const repeated = twice('cluster.zones', zones);
  if (repeated.length > 0 || zones.length === 3) return repeated;
  return [
    {
      field: 'cluster.zones',
      value: zones,
      allowed: 'three zones of the region, by their last letters',
      mend: 'write for example [a, b, c]; not every region has an a, b and c: see `aws ec2 describe-availability-zones`',
    },
  ];
});

const zonesOfTheRegion = ofEks(
  ['cluster.zones', 'cluster.vpc.id', 'cluster.region'],
  ({ region, zones, vpc }) => {
    const there = otherZones[region];
    if (vpc.id !== undefined || there === undefined || zones.length !== 3) return [];
    if (there.length < 3)
      return [
        {
          field: 'cluster.region',
          value: region,
          allowed: 'a region with three zones for an account, of which this one has two',
          mend: 'take another region, or name a VPC that is there in cluster.vpc.id',
        },
      ];
    return zones.every((zone) => there.includes(zone))
      ? []
      : [
          {
            field: 'cluster.zones',
            value: zones,
            allowed: `those that new accounts have in ${region}: ${there.join(', ')}`,
            mend: `write [${there.join(', ')}]; an old account that has others names a VPC of its own in cluster.vpc.id`,
          },
        ];
  },
);

const publicEndpoint = ofEks(['cluster.publicCidrs'], ({ publicCidrs }) => {
  if (publicCidrs.length > mostPublicCidrs)
    return [
      {
        field: 'cluster.publicCidrs',
        value: `${publicCidrs.length} ranges`,
        allowed: `at most ${mostPublicCidrs} ranges, which is all that EKS takes`,
        mend: 'join neighbours, or let people in by a VPN',
      },
    ];
  return twice('cluster.publicCidrs', publicCidrs);
});

const steadyInjectors = ofEks(['cluster.injectors'], ({ injectors: { instanceType } }) =>
  /^t\d/.test(instanceType)
    ? [
        {
          field: 'cluster.injectors.instanceType',
          value: instanceType,
          allowed: 'a type whose CPU does not run out of credits: a slow injector measures itself',
          mend: 'write for example c6i.large',
        },
      ]
    : [],
);

/** EKS chooses the addresses of Services by itself, and takes 172.20.0.0/16 where the VPC has the others. */
const apartFromServices = ofEks(['cluster.vpc'], ({ vpc: { cidr } }) => {
  const services = parseCidr(serviceRange);
  return cidr && services && overlap(cidr, services)
    ? [
        {
          field: 'cluster.vpc.cidr',
          value: formatCidr(cidr),
          allowed: `apart from ${serviceRange}, of which EKS gives addresses to Services`,
          mend: 'write for example 10.40.0.0/16',
        },
      ]
    : [];
});

const keyOfTheRegion = ofEks(['cluster.kmsKey', 'cluster.region'], ({ kmsKey, region }) =>
  kmsKey === undefined || kmsKey.split(':')[3] === region
    ? []
    : [
        {
          field: 'cluster.kmsKey',
          value: kmsKey,
          allowed: `a key of ${region}, the region of the cluster`,
          mend: 'name another key, or leave it out for a key of the stack’s own',
        },
      ],
);

/** FIS looks at alarms of its own account and region only. */
const alarmBeside = ofEks(
  ['cluster.instanceChaos', 'cluster.region', 'cluster.account'],
  ({ instanceChaos, region, account }) => {
    if (instanceChaos === undefined) return [];
    const [, , , itsRegion, itsAccount] = instanceChaos.stopAlarm.split(':');
    return itsRegion === region && itsAccount === account
      ? []
      : [
          {
            field: 'cluster.instanceChaos.stopAlarm',
            value: instanceChaos.stopAlarm,
            allowed: `an alarm of ${region} in account ${account}, where the cluster is`,
            mend: 'name another alarm, or leave cluster.instanceChaos out',
          },
        ];
  },
);

const takenTags = ofEks(['cluster.tags'], ({ tags }) => {
  const names = Object.keys(tags);
  const taken = names.filter((name) =>
    /^(aws:|kubernetes\.io\/|(chaos\.)?continuous-load\/)|^Name$/i.test(name),
  );
  const odd = names.filter((name) => !taken.includes(name) && !tagName.test(name));
  return [
    ...odd.map((name) => ({
      field: `cluster.tags.${name}`,
      value: tags[name],
      allowed: 'named by 1 to 128 letters, digits, blanks and _.:/=+-@, which is all that AWS takes',
      mend: 'rename the tag',
    })),
    ...taken.map((name) => ({
      field: `cluster.tags.${name}`,
      value: tags[name],
      allowed: 'left to AWS, Kubernetes and this stack, which write such tags themselves',
      mend: 'choose another name',
    })),
    ...(names.length <= mostTags
      ? []
      : [
          {
            field: 'cluster.tags',
            value: `${names.length} tags`,
            allowed: `at most ${mostTags}: AWS takes 50 of one resource, and the stack writes some itself`,
            mend: 'remove some',
          },
        ]),
  ];
});

const listedOnce = ofEks(['cluster.admins', 'cluster.controlPlaneLogs'], ({ admins, controlPlaneLogs }) => [
  ...twice('cluster.admins', admins),
  ...twice('cluster.controlPlaneLogs', controlPlaneLogs),
]);

/** Contradictions of the section `cluster` of kind `eks` with itself. */
export const eksContradictions: readonly Contradiction[] = [
  ownVpc,
  givenVpc,
  threeZones,
  zonesOfTheRegion,
  publicEndpoint,
  steadyInjectors,
  apartFromServices,
  keyOfTheRegion,
  alarmBeside,
  takenTags,
  listedOnce,
];

import fc from 'fast-check';
import { readSettings } from '../../settings';
import { addresses, formatCidr, overlap, parseCidr, part, type Cidr } from '../../settings/cidr';
import { planZones } from '../../components/cluster/eks/subnets';
import { encodeConfig } from '../deploy';

const right = {
  kind: 'eks',
  account: '123456789012',
  region: 'eu-west-1',
  publicCidrs: ['198.51.100.7/32'],
};

function read(cluster: object, sections: object = {}) {
  const config = { cluster, monitoring: { receivers: [] }, ...sections };
  const keyed = Object.entries(config).map(([key, value]) => [`continuous-load:${key}`, value]);
  return readSettings('prod', encodeConfig(Object.fromEntries(keyed)));
}

function refusal(cluster: object, sections: object = {}): string {
  try {
    read(cluster, sections);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`accepted: ${JSON.stringify(cluster)}`);
}

const vpcId = 'vpc-0123456789abcdef0';
const subnets = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
const admin = 'arn:aws:iam::123456789012:role/platform';

test('what the owner writes is enough, and everything else has a default', () => {
  const { cluster } = read(right);
  expect(cluster).toEqual({
    ...right,
    name: 'prod',
    zones: ['a', 'b', 'c'],
    version: '1.35',
    admins: [],
    vpc: {},
    workers: { instanceType: 'm6i.large', nodes: 3, disk: 50 * 2 ** 30 },
    injectors: { instanceType: 'c6i.large', nodes: 2, disk: 50 * 2 ** 30 },
    controlPlaneLogs: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
    addonVersions: {},
    deletionProtection: true,
    tags: {},
    urls: {},
  });
});

test.each<[what: string, change: object, sections?: object]>([
  ['an account as a number', { account: 123456789012 }],
  ['no public endpoint', { publicCidrs: [] }],
  ['a version as a number', { version: 1.36 }],
  ['a VPC that is there', { vpc: { id: vpcId, privateSubnets: subnets } }],
  ['a VPC of the stack’s own', { vpc: { cidr: '192.168.0.0/20', nat: 'single' } }],
  ['other zones', { zones: ['a', 'c', 'd'], region: 'ap-northeast-1' }],
  [
    'an experiment with its alarm',
    { instanceChaos: { stopAlarm: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:pages' } },
  ],
  ['people', { admins: [admin, 'arn:aws-cn:iam::123456789012:user/ada'] }],
  ['tags', { tags: { 'cost-centre': 'R&D'.replace('&', '+'), Owner: '' } }],
  ['versions of add-ons', { addonVersions: { coredns: 'v1.12.1-eksbuild.2' } }],
  ['a gateway', {}, { paths: { ingress: { enabled: true } } }],
])('%s is right', (_what, change, sections = {}) =>
  expect(() => read({ ...right, ...change }, sections)).not.toThrow(),
);

/** What is written over a right cluster, the field that the message must name with its value, and words of how to mend it. */
const wrong: [what: string, change: object, field: string, mend: RegExp, sections?: object][] = [
  [
    'no account',
    { account: undefined },
    'cluster.account is missing',
    /never guessed[^]*get-caller-identity/,
  ],
  ['eleven digits', { account: 12345678901 }, 'cluster.account is 12345678901', /in quotes where/],
  ['no region', { region: undefined }, 'cluster.region is missing', /eu-west-1/],
  [
    'a zone for a region',
    { region: 'eu-west-1a' },
    'cluster.region is "eu-west-1a"',
    /for example eu-west-1/,
  ],
  ['a name too long', { name: 'a'.repeat(21) }, 'cluster.name is', /2 to 20/],
  ['two zones', { zones: ['a', 'b'] }, 'cluster.zones is', /three zones/],
  ['a zone twice', { zones: ['a', 'b', 'a'] }, 'cluster.zones[2] is "a"', /once/],
  ['a whole zone', { zones: ['eu-west-1a', 'b', 'c'] }, 'cluster.zones[0] is', /describe-availability-zones/],
  ['extended support', { version: '1.33' }, 'cluster.version is "1.33"', /1\.35, 1\.36[^]*standard support/],
  ['a patch version', { version: '1.35.1' }, 'cluster.version is "1.35.1"', /in quotes/],
  ['no word on the endpoint', { publicCidrs: undefined }, 'cluster.publicCidrs is missing', /or \[\] where/],
  ['the whole internet', { publicCidrs: ['0.0.0.0/0'] }, 'cluster.publicCidrs[0] is', /whole internet/],
  ['half of it', { publicCidrs: ['128.0.0.0/1'] }, 'cluster.publicCidrs[0] is', /65536/],
  ['a private range', { publicCidrs: ['10.0.0.0/24'] }, 'cluster.publicCidrs[0] is', /public IPv4/],
  ['a range off its start', { publicCidrs: ['198.51.100.7/24'] }, 'cluster.publicCidrs[0] is', /32/],
  ['an address', { publicCidrs: ['198.51.100.7'] }, 'cluster.publicCidrs[0] is', /198\.51\.100\.7\/32/],
  [
    'a range twice',
    { publicCidrs: ['198.51.100.7/32', '198.51.100.7/32'] },
    'cluster.publicCidrs[1] is',
    /remove the second/,
  ],
  [
    'too many ranges',
    { publicCidrs: Array.from({ length: 41 }, (_, i) => `198.51.100.${i}/32`) },
    'cluster.publicCidrs is "41 ranges"',
    /at most 40/,
  ],
  ['a name for an ARN', { admins: ['platform'] }, 'cluster.admins[0] is "platform"', /arn:aws:iam/],
  ['an admin twice', { admins: [admin, admin] }, 'cluster.admins[1] is', /once/],
  ['a public VPC', { vpc: { cidr: '8.0.0.0/16' } }, 'cluster.vpc.cidr is', /private range/],
  ['too large a VPC', { vpc: { cidr: '10.0.0.0/8' } }, 'cluster.vpc.cidr is', /\/16 to \/20/],
  ['too small a VPC', { vpc: { cidr: '10.0.0.0/21' } }, 'cluster.vpc.cidr is', /\/16 to \/20/],
  ['a VPC off its start', { vpc: { cidr: '10.0.1.0/16' } }, 'cluster.vpc.cidr is', /first address/],
  ['the addresses of Services', { vpc: { cidr: '10.100.0.0/17' } }, 'cluster.vpc.cidr is', /Services/],
  ['no NAT', { vpc: { nat: 'none' } }, 'cluster.vpc.nat is "none"', /per-zone/],
  [
    'a VPC given and made',
    { vpc: { id: vpcId, privateSubnets: subnets, cidr: '10.0.0.0/16' } },
    'cluster.vpc.cidr is "10.0.0.0/16"',
    /remove one/,
  ],
  [
    'NAT of a VPC that is given',
    { vpc: { id: vpcId, privateSubnets: subnets, nat: 'single' } },
    'cluster.vpc.nat is "single"',
    /remove one/,
  ],
  ['a VPC without subnets', { vpc: { id: vpcId } }, 'cluster.vpc.privateSubnets is missing', /two or more/],
  [
    'one subnet',
    { vpc: { id: vpcId, privateSubnets: subnets.slice(1) } },
    'cluster.vpc.privateSubnets is',
    /two or more/,
  ],
  [
    'a subnet twice',
    { vpc: { id: vpcId, privateSubnets: [subnets[0], subnets[0]] } },
    'cluster.vpc.privateSubnets[1] is',
    /once/,
  ],
  [
    'subnets without a VPC',
    { vpc: { privateSubnets: subnets } },
    'cluster.vpc.privateSubnets is',
    /name the VPC/,
  ],
  ['a VPC by name', { vpc: { id: 'main', privateSubnets: subnets } }, 'cluster.vpc.id is "main"', /vpc-0/],
  ['ARM', { workers: { instanceType: 'm7g.large' } }, 'cluster.workers.instanceType is', /x86-64/],
  [
    'ARM with disks',
    { injectors: { instanceType: 'c7gd.large' } },
    'cluster.injectors.instanceType is',
    /x86/,
  ],
  [
    'injectors that run out of credits',
    { injectors: { instanceType: 't3.large' } },
    'cluster.injectors.instanceType is "t3.large"',
    /credits[^]*c6i/,
  ],
  ['one worker', { workers: { nodes: 1 } }, 'cluster.workers.nodes is 1', /one node alone/],
  ['half a node', { injectors: { nodes: 2.5 } }, 'cluster.injectors.nodes is 2.5', /whole/],
  ['a tiny disk', { workers: { disk: '8GB' } }, 'cluster.workers.disk is "8GB"', /20GB to/],
  [
    'spot machines',
    { injectors: { capacity: 'spot' } },
    'cluster.injectors.capacity is an unknown key',
    /instanceType/,
  ],
  [
    'an experiment that nothing stops',
    { instanceChaos: {} },
    'cluster.instanceChaos.stopAlarm is missing',
    /ARN of an alarm/,
  ],
  [
    'the word for no condition',
    { instanceChaos: { stopAlarm: 'none' } },
    'cluster.instanceChaos.stopAlarm is "none"',
    /ARN of an alarm/,
  ],
  [
    'an alarm elsewhere',
    { instanceChaos: { stopAlarm: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:pages' } },
    'cluster.instanceChaos.stopAlarm is',
    /alarm of eu-west-1 in account 123456789012/,
  ],
  ['an alias for a key', { kmsKey: 'alias/mine' }, 'cluster.kmsKey is', /leave it out/],
  [
    'a key elsewhere',
    { kmsKey: 'arn:aws:kms:us-east-1:123456789012:key/0123-abc' },
    'cluster.kmsKey is',
    /eu-west-1/,
  ],
  ['an unknown log', { controlPlaneLogs: ['etcd'] }, 'cluster.controlPlaneLogs[0] is "etcd"', /api, audit/],
  ['a log twice', { controlPlaneLogs: ['api', 'api'] }, 'cluster.controlPlaneLogs[1] is', /once/],
  [
    'a loose version',
    { addonVersions: { coredns: 'latest' } },
    'cluster.addonVersions.coredns is "latest"',
    /describe-addon-versions/,
  ],
  [
    'an unknown add-on',
    { addonVersions: { 'vpc-cnl': 'v1.2.3-eksbuild.1' } },
    'cluster.addonVersions.vpc-cnl is an unknown key',
    /did you mean vpc-cni/,
  ],
  ['a tag of AWS', { tags: { 'aws:x': 'y' } }, 'cluster.tags.aws:x is', /choose another name/],
  [
    'the tag of machines that may be terminated',
    { tags: { 'chaos.continuous-load/enabled': 'true' } },
    'cluster.tags.chaos.continuous-load/enabled is',
    /choose another name/,
  ],
  ['a tag with a bracket', { tags: { owner: '<me>' } }, 'cluster.tags.owner is', /platform/],
  [
    'too many tags',
    { tags: Object.fromEntries(Array.from({ length: 46 }, (_, i) => [`t${i}`, 'x'])) },
    'cluster.tags is "46 tags"',
    /at most 45/,
  ],
  ['a misspelt key', { publicCidr: [] }, 'cluster.publicCidr is an unknown key', /did you mean publicCidrs/],
  [
    'a context',
    { context: 'x' },
    'cluster.context is an unknown key',
    /known keys here: kind, name, account/,
  ],
  ['shortened windows', {}, 'testTimeScale is 2', /outside the lab/, { testTimeScale: 2 }],
  [
    'a class of gateways',
    {},
    'gateway.class is "nginx"',
    /left out on eks/,
    { gateway: { class: 'nginx' }, paths: { ingress: { enabled: true } } },
  ],
  ['nobody who is told', {}, 'monitoring.receivers is missing', /write \[\]/, { monitoring: {} }],
];

test.each(wrong)('%s is refused', (_what, change, field, mend, sections = {}) => {
  const message = refusal(JSON.parse(JSON.stringify({ ...right, ...change })), sections);
  expect(message).toContain(`✖ continuous-load:${field}`);
  expect(message).toMatch(mend);
  expect(message).toMatch(/^1 mistake in/);
});

test('all mistakes are said at once', () => {
  const message = refusal({ kind: 'eks', version: '1.20', vpc: { nat: 'no' }, zones: ['a'] });
  expect(message).toMatch(/^6 mistakes/);
});

const cidrs = fc
  .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 32 }))
  .map(([address, bits]): Cidr => ({ first: address - (address % addresses({ bits })), bits }));

test('a range is read as it is written, and no other address begins it', () => {
  fc.assert(fc.property(cidrs, (cidr) => expect(parseCidr(formatCidr(cidr))).toEqual(cidr)));
  for (const text of ['10.0.0.1/16', '10.0.0.0/33', '256.0.0.0/8', '10.0.0.0', '10.0.0/8', ''])
    expect([text, parseCidr(text)]).toEqual([text, undefined]);
  expect(() => part({ first: 0, bits: 31 }, 2, 0)).toThrow(RangeError);
});

test('the subnets of every VPC lie in it, apart, and are of a size that AWS takes', () => {
  const vpcs = fc
    .tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 16, max: 20 }))
    .map(([address, bits]): Cidr => ({ first: address - (address % addresses({ bits })), bits }));
  fc.assert(
    fc.property(vpcs, (cidr) => {
      const zones = planZones({ region: 'eu-west-1', zones: ['a', 'c', 'd'], vpc: { cidr } });
      const all = zones.flatMap(({ nodes, outside }) => [nodes, outside]).map((text) => parseCidr(text)!);
      expect(all).toHaveLength(6);
      all.forEach((one, index) => {
        expect(overlap(one, cidr) && one.bits > cidr.bits).toBe(true);
        expect(one.bits).toBeLessThanOrEqual(28);
        expect(all.slice(index + 1).some((other) => overlap(one, other))).toBe(false);
      });
    }),
  );
});

test('the plan of zones', () => {
  const plan = (nat?: 'single' | 'per-zone') =>
    planZones({ region: 'eu-west-1', zones: ['a', 'b', 'c'], vpc: nat ? { nat } : {} });
  expect(plan()[1]).toEqual({
    zone: 'eu-west-1b',
    letter: 'b',
    nodes: '10.40.32.0/19',
    outside: '10.40.225.0/24',
    nat: 'b',
  });
  expect(plan('single').map(({ nat }) => nat)).toEqual(['a', 'a', 'a']);
});

import * as pulumi from '@pulumi/pulumi';
import type { Properties } from '../../lab/pulumi/values';
import { program } from '../../program';
import { deploy, encodeConfig, plain, stackConfig, type Registered } from '../deploy';
import { SdkTypes } from '../../lab/pulumi/typed/sdk-types';
import { decodedConfig } from '../../lab/pulumi/typed/typed-provider';
import { crdFixture } from './crd-fixture';

const mockPlace = crdFixture();
jest.mock('../../lab/toolchain/published-definitions', () => ({
  publishedOperatorCrds: () => mockPlace,
  publishedGatewayCrds: () => mockPlace,
}));

/** What every stack of this kind says, and what makes all branches of the component run. */
const always = { account: '123456789012', publicCidrs: ['198.51.100.7/32'] };
const enabled = { enabled: true };
const stacks: [what: string, cluster: object, paths: object][] = [
  ['as it is', {}, {}],
  [
    'with a gateway, people, tags and pinned add-ons',
    {
      admins: ['arn:aws:iam::123456789012:role/platform'],
      tags: { owner: 'platform' },
      instanceChaos: { stopAlarm: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:pages' },
      addonVersions: { coredns: 'v1.12.1-eksbuild.2' },
      vpc: { cidr: '10.0.0.0/20', nat: 'single' },
    },
    { ingress: enabled, 'ingress-external': enabled },
  ],
  [
    'in a VPC that is there',
    {
      vpc: { id: 'vpc-0123456789abcdef0', privateSubnets: ['subnet-01234567', 'subnet-01234568'] },
      publicCidrs: [],
      kmsKey: 'arn:aws:kms:eu-west-1:123456789012:key/0123',
    },
    { ingress: enabled },
  ],
];

async function prod(cluster: object, paths: object): Promise<Registered[]> {
  const config: Record<string, unknown> = stackConfig('prod');
  const own = JSON.parse(config['continuous-load:cluster'] as string) as object;
  config['continuous-load:cluster'] = { ...own, ...always, ...cluster };
  config['continuous-load:paths'] = paths;
  config['continuous-load:monitoring'] = { receivers: [] };
  pulumi.runtime.setAllConfig(encodeConfig(config));
  return (await deploy(program, { stack: 'prod' })).resources;
}

const aws = new SdkTypes('@pulumi/aws');
const dockerBuild = new SdkTypes('@pulumi/docker-build');

/** What the SDKs' types find wrong with a resource; undefined when it is of neither. */
function mistakes({ type, inputs }: Registered): readonly unknown[] | undefined {
  const given = plain(inputs) as Properties;
  if (type === 'pulumi:providers:aws') return aws.inputMistakes(type, decodedConfig(given));
  if (type.startsWith('aws:')) return aws.inputMistakes(type, given);
  return type.startsWith('docker-build:') ? dockerBuild.inputMistakes(type, given) : undefined;
}

test.each(stacks)(
  'stack prod %s asks for nothing that the SDKs do not have',
  async (_what, cluster, paths) => {
    const judged = (await prod(cluster, paths)).map((one) => [one.urn, mistakes(one)] as const);
    const known = judged.filter(([, found]) => found !== undefined);
    expect(known.length).toBeGreaterThan(25);
    expect(known.filter(([, found]) => found?.length)).toEqual([]);
  },
);

describe('the types of the SDK', () => {
  const cluster = { roleArn: 'arn', vpcConfig: { subnetIds: ['subnet-1'] } };
  const type = 'aws:eks/cluster:Cluster';
  const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

  test.each<[what: string, token: string, inputs: Properties, path: string, reason: RegExp]>([
    ['a misspelt input', type, { ...cluster, deletionProtectoin: true }, 'deletionProtectoin', /no input/],
    [
      'a misspelt input further in',
      type,
      { ...cluster, vpcConfig: { subnetIds: [], endpointPublicAcces: true } },
      'vpcConfig.endpointPublicAcces',
      /no input/,
    ],
    ['an input that is missing', type, { vpcConfig: cluster.vpcConfig }, 'roleArn', /must be given/],
    ['one that is missing further in', type, { roleArn: 'x', vpcConfig: {} }, 'vpcConfig.subnetIds', /given/],
    ['a number for a text', type, { ...cluster, version: 1.35 }, 'version', /not string/],
    ['a text for a flag', type, { ...cluster, deletionProtection: 'true' }, 'deletionProtection', /not/],
    [
      'a text for a list',
      type,
      { ...cluster, enabledClusterLogTypes: 'api' },
      'enabledClusterLogTypes',
      /\[\]/,
    ],
    [
      'a wrong item',
      type,
      { ...cluster, enabledClusterLogTypes: ['api', 1] },
      'enabledClusterLogTypes[1]',
      /1/,
    ],
    ['a wrong tag', type, { ...cluster, tags: { a: 1 } }, 'tags.a', /not string/],
    ['a setting of the provider', 'pulumi:providers:aws', { regoin: 'x' }, 'regoin', /no input/],
  ])('refuse %s', (_what, token, inputs, path, reason) => {
    expect(aws.inputMistakes(token, inputs)).toEqual([{ path, reason: expect.stringMatching(reason) }]);
  });

  test('refuse a word that is none of a few', () =>
    expect(dockerBuild.inputMistakes('docker-build:index:Image', { push: true, platforms: ['vax'] })).toEqual(
      [{ path: 'platforms[0]', reason: expect.stringMatching(/vax/) }],
    ));

  test('refuse arguments of functions, and a class that is not there', () => {
    const token = 'aws:ecr/getAuthorizationToken:getAuthorizationToken';
    expect(aws.argumentMistakes(token, { registryId: '1' })).toEqual([]);
    expect(aws.argumentMistakes(token, { registry: '1' })).toEqual([
      { path: 'registry', reason: 'is no input' },
    ]);
    expect(Object.keys(aws.result(token))).toEqual(expect.arrayContaining(['userName', 'password']));
    expect(() => aws.inputMistakes('aws:eks/cluster:Clutser', {})).toThrow(/no Clutser/);
  });

  test('take what is not known yet, and say what the provider adds, further in too', () => {
    expect(aws.inputMistakes(type, { roleArn: unknown, vpcConfig: { subnetIds: [unknown] } })).toEqual([]);
    expect(aws.outputs(type, cluster)).toMatchObject({
      roleArn: 'arn',
      endpoint: unknown,
      certificateAuthority: unknown,
      vpcConfig: { subnetIds: ['subnet-1'], clusterSecurityGroupId: unknown },
    });
  });
});

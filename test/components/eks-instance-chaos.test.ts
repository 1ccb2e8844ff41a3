import {
  EksInstanceChaos,
  experiment,
  experimentRights,
  victimTags,
} from '../../components/cluster/eks/instance-chaos';
import { policyDocument, trustOfExperiments } from '../../components/cluster/eks/iam';
import { deploy, plain } from '../deploy';
import * as pulumi from '@pulumi/pulumi';
import { program } from '../../program';
import { encodeConfig, stackConfig } from '../deploy';
import { crdFixture } from './crd-fixture';

const mockPlace = crdFixture();
jest.mock('../../lab/toolchain/published-definitions', () => ({
  publishedOperatorCrds: () => mockPlace,
  publishedGatewayCrds: () => mockPlace,
}));

const prod = { name: 'prod', region: 'eu-west-1', account: '123456789012' };
const stopAlarm = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:pages';
const tags = { 'continuous-load/cluster': 'prod', 'chaos.continuous-load/enabled': 'true' };

async function deployed(cluster: object) {
  const config: Record<string, unknown> = stackConfig('prod');
  const own = JSON.parse(config['continuous-load:cluster'] as string) as object;
  config['continuous-load:cluster'] = {
    ...own,
    ...{ account: prod.account, publicCidrs: ['198.51.100.7/32'] },
    ...cluster,
  };
  config['continuous-load:monitoring'] = { receivers: [] };
  pulumi.runtime.setAllConfig(encodeConfig(config));
  const { resources } = await deploy(program, { stack: 'prod' });
  return resources.map(({ type, name, inputs }) => ({ type, name, inputs: plain(inputs) }));
}

test('an experiment waits, terminates one worker that agreed, and waits for what the alarm says', () => {
  const { actions, targets, stopConditions, experimentOptions } = experiment(prod, stopAlarm);
  expect(stopConditions).toEqual([{ source: 'aws:cloudwatch:alarm', value: stopAlarm }]);
  expect(experimentOptions).toMatchObject({ emptyTargetResolutionMode: 'fail' });
  expect(targets).toEqual([
    {
      name: 'worker',
      resourceType: 'aws:ec2:instance',
      resourceTags: Object.entries(tags).map(([key, value]) => ({ key, value })),
      filters: [{ path: 'State.Name', values: ['running'] }],
      selectionMode: 'COUNT(1)',
    },
  ]);
  expect(actions).toEqual([
    {
      name: 'think',
      actionId: 'aws:fis:wait',
      startAfters: [],
      parameters: [{ key: 'duration', value: 'PT1M' }],
    },
    {
      name: 'terminate',
      actionId: 'aws:ec2:terminate-instances',
      target: { key: 'Instances', value: 'worker' },
      startAfters: ['think'],
    },
    {
      name: 'watch',
      actionId: 'aws:fis:wait',
      startAfters: ['terminate'],
      parameters: [{ key: 'duration', value: 'PT15M' }],
    },
  ]);
});

test('its role may terminate nothing but such machines, and only experiments of the account take it', () => {
  const [terminate, ...others] = JSON.parse(policyDocument(experimentRights(prod))).Statement;
  expect(terminate).toEqual({
    Effect: 'Allow',
    Action: ['ec2:TerminateInstances'],
    Resource: ['arn:aws:ec2:eu-west-1:123456789012:instance/*'],
    Condition: {
      StringEquals: {
        'aws:ResourceTag/continuous-load/cluster': 'prod',
        'aws:ResourceTag/chaos.continuous-load/enabled': 'true',
      },
    },
  });
  expect(others.flatMap(({ Action }: { Action: string[] }) => Action)).toEqual([
    'ec2:DescribeInstances',
    'logs:CreateLogDelivery',
    'logs:PutResourcePolicy',
    'logs:DescribeResourcePolicies',
    'logs:DescribeLogGroups',
  ]);
  expect(JSON.parse(trustOfExperiments({ ...prod, region: 'cn-north-1' })).Statement).toMatchObject([
    {
      Principal: { Service: 'fis.amazonaws.com' },
      Condition: {
        StringEquals: { 'aws:SourceAccount': '123456789012' },
        ArnLike: { 'aws:SourceArn': 'arn:aws-cn:fis:cn-north-1:123456789012:experiment/*' },
      },
    },
  ]);
  expect(victimTags(prod)).toEqual(tags);
});

test('without an alarm there is none', () => {
  expect(() => new EksInstanceChaos('chaos', { settings: {} as never, stopAlarm: 'none' })).toThrow(/alarm/);
});

describe('a stack of EKS', () => {
  const tagged = (resources: Awaited<ReturnType<typeof deployed>>) =>
    resources
      .filter(({ type }) => type.endsWith(':LaunchTemplate'))
      .flatMap(({ name, inputs }) =>
        inputs.tagSpecifications.flatMap(({ resourceType, tags: own }: any) =>
          own['chaos.continuous-load/enabled'] === 'true' ? [`${name} ${resourceType}`] : [],
        ),
      );

  it('has the experiment only if it names an alarm, and then its workers agree and the injectors do not', async () => {
    const without = await deployed({});
    expect(without.filter(({ type }) => /fis/.test(type))).toEqual([]);
    expect(tagged(without)).toEqual([]);
    const resources = await deployed({ instanceChaos: { stopAlarm } });
    expect(tagged(resources)).toEqual(['workers instance']);
    const [template] = resources.filter(({ type }) => /fis/.test(type));
    expect(template?.inputs).toMatchObject({
      roleArn: 'arn:aws:mock::chaos',
      logConfiguration: {
        logSchemaVersion: 2,
        cloudwatchLogsConfiguration: { logGroupArn: 'arn:aws:mock::experiments:*' },
      },
    });
    // it comes on top, and changes nothing else
    const more = resources.filter(
      ({ type, name }) => !without.some((one) => one.type === type && one.name === name),
    );
    expect(more.map(({ type }) => type.replace(/^.*:/, '')).sort()).toEqual(
      ['EksInstanceChaos', 'ExperimentTemplate', 'LogGroup', 'Role', 'RolePolicy'].sort(),
    );
  });
});

import { LogGroup } from '@pulumi/aws/cloudwatch/logGroup';
import { ExperimentTemplate, type ExperimentTemplateArgs } from '@pulumi/aws/fis/experimentTemplate';
import { Role } from '@pulumi/aws/iam/role';
import { RolePolicy } from '@pulumi/aws/iam/rolePolicy';
import * as pulumi from '@pulumi/pulumi';
import type { EksClusterSettings } from '../../../settings/eks-schema';
import { optIn } from '../../../signals/chaos';
import { partitionOf, policyDocument, type Statement, trustOfExperiments } from './iam';

/** Tag of whatever the stack makes in AWS: the name of its cluster. */
export const clusterTag = 'continuous-load/cluster';

/** Days for which what experiments did can be read. */
const logDays = 90;
/** Time to think better of it: the alarm, or `aws fis stop-experiment`, stops the experiment before anything is done. */
const leadTime = 'PT1M';
/** So long the alarm may still say that the machine was missed: an experiment that it stopped has failed. */
const watchTime = 'PT15M';

type ClusterName = Pick<EksClusterSettings, 'name' | 'region' | 'account'>;

/** Tags of a machine that may be terminated: of this cluster, and opted in as only the workers are. */
export function victimTags({ name }: Pick<EksClusterSettings, 'name'>): Record<string, string> {
  return { [clusterTag]: name, ...optIn };
}

/**
 * What an experiment does (https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html): it waits, terminates one machine that runs and has the tags, and
 * waits for what the alarm says. Without a machine to take it fails.
 */
export function experiment(
  settings: ClusterName,
  stopAlarm: string,
): Omit<ExperimentTemplateArgs, 'roleArn' | 'logConfiguration'> {
  const wait = (name: string, duration: string, startAfters: string[]) => ({
    ...{ name, actionId: 'aws:fis:wait', startAfters },
    parameters: [{ key: 'duration', value: duration }],
  });
  return {
    description: `Terminates one worker of the cluster ${settings.name}`,
    stopConditions: [{ source: 'aws:cloudwatch:alarm', value: stopAlarm }],
    experimentOptions: { accountTargeting: 'single-account', emptyTargetResolutionMode: 'fail' },
    targets: [
      {
        name: 'worker',
        resourceType: 'aws:ec2:instance',
        resourceTags: Object.entries(victimTags(settings)).map(([key, value]) => ({ key, value })),
        filters: [{ path: 'State.Name', values: ['running'] }],
        selectionMode: 'COUNT(1)',
      },
    ],
    actions: [
      wait('think', leadTime, []),
      {
        name: 'terminate',
        actionId: 'aws:ec2:terminate-instances',
        target: { key: 'Instances', value: 'worker' },
        startAfters: ['think'],
      },
      wait('watch', watchTime, ['terminate']),
    ],
    tags: { Name: `${settings.name}-terminate-worker` },
  };
}

/** What FIS may do for it: terminate machines with those tags, see which there are, and write its log. */
export function experimentRights(settings: ClusterName): Statement[] {
  const { region, account } = settings;
  return [
    {
      actions: ['ec2:TerminateInstances'],
      resources: [`arn:${partitionOf(region)}:ec2:${region}:${account}:instance/*`],
      whereTagged: victimTags(settings),
    },
    // AWS knows no smaller right for these.
    { actions: ['ec2:DescribeInstances'], resources: ['*'] },
    {
      actions: [
        'logs:CreateLogDelivery',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ],
      resources: ['*'],
    },
  ];
}

/** Arguments of {@link EksInstanceChaos}. */
export interface EksInstanceChaosArgs {
  readonly settings: EksClusterSettings;
  /** ARN of the alarm that stops it. */
  readonly stopAlarm: string;
}

/** An experiment of AWS FIS that somebody starts: a worker is gone, as when its machine fails. */
export class EksInstanceChaos extends pulumi.ComponentResource {
  /** @throws pulumi.InputPropertyError without an alarm. */
  constructor(name: string, args: EksInstanceChaosArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings, stopAlarm } = args;
    if (!stopAlarm.includes(':alarm:'))
      throw new pulumi.InputPropertyError({
        propertyPath: 'stopAlarm',
        reason: 'must be the ARN of an alarm: nothing is terminated without one',
      });
    super('continuous-load:index:EksInstanceChaos', name, {}, opts);
    const child = { parent: this };
    const role = new Role(
      'chaos',
      {
        name: `${settings.name}-${settings.region}-chaos`,
        assumeRolePolicy: trustOfExperiments(settings),
      },
      child,
    );
    const may = new RolePolicy(
      'terminate-worker',
      { role: role.name, policy: policyDocument(experimentRights(settings)) },
      child,
    );
    const logs = new LogGroup(
      'experiments',
      // Under this prefix AWS needs no policy of its own for each log.
      { name: `/aws/vendedlogs/fis/${settings.name}`, retentionInDays: logDays },
      child,
    );
    new ExperimentTemplate(
      'terminate-worker',
      {
        ...experiment(settings, stopAlarm),
        roleArn: role.arn,
        logConfiguration: {
          logSchemaVersion: 2,
          cloudwatchLogsConfiguration: { logGroupArn: pulumi.interpolate`${logs.arn}:*` },
        },
      },
      { ...child, dependsOn: [may] },
    );
    this.registerOutputs({});
  }
}

import { chaosChecksTotal, chaosKillsTotal, chaosRecovery } from '../metrics';
import { increase, select, sumBy } from '../promql';
import type { Panel } from './panels';
import { quantile, rate } from './queries';

const hour = 3600;
const rare = 'no kill yet, or a dry run';

/** What the reaper did, what held it back, and how fast workloads came back; in stacks with chaos. */
export function chaosPanels(): Panel[] {
  const common = { kind: 'lines', min: 0, width: 8 } as const;
  return [
    {
      ...common,
      title: 'Kills per hour',
      description:
        'Pods that the chaos reaper removed, workloads that it churned and nodes that it drained in the hour before. Each is drawn into every graph as an annotation too.',
      unit: 'short',
      queries: [
        {
          expr: sumBy(['workload', 'mode'], increase(select(chaosKillsTotal), hour)),
          legend: '{{workload}} {{mode}}',
          mayBeEmpty: rare,
        },
      ],
    },
    {
      ...common,
      title: 'What holds chaos back',
      description:
        'Share of the looks at the guards by the one that held; none means that the reaper was free.',
      unit: 'percentunit',
      max: 1,
      queries: [
        {
          expr: `${sumBy(['guard'], rate(select(chaosChecksTotal)))} / on () group_left () sum(${rate(select(chaosChecksTotal))}) > 0`,
          legend: '{{guard}}',
        },
      ],
    },
    {
      ...common,
      title: 'Recovery from a kill, p90',
      description:
        'From a kill until as many pods are ready as before it, or from the begin of a churn or a drain to its end. The reaper looks every two seconds.',
      unit: 'ms',
      queries: [
        {
          expr: quantile(0.9, chaosRecovery, {}, ['workload', 'mode']),
          legend: '{{workload}} {{mode}}',
          mayBeEmpty: rare,
        },
      ],
    },
  ];
}

import { reach, type RunMonitoringSettings, runsPrometheus } from '../monitoring-schema';
import type { Problem } from '../problem';
import { dayMs, formatDuration, formatSize } from '../units';
import type { Contradiction } from './contradiction';
import { whereRun } from './run-monitoring';

type Receivers = NonNullable<RunMonitoringSettings['receivers']>;

/** A contradiction between receivers, of kinds of monitoring that have any. */
function ofReceivers(find: (receivers: Receivers) => readonly Problem[]): Contradiction {
  return {
    uses: ['monitoring.receivers'],
    find: ({ monitoring }) => find('receivers' in monitoring ? (monitoring.receivers ?? []) : []),
  };
}

/** Contradictions of the section `monitoring`. */
export const monitoringContradictions: readonly Contradiction[] = [
  {
    uses: ['monitoring.retention', 'period'],
    find: ({ monitoring, period }) =>
      monitoring.kind === 'gmp' || monitoring.retention >= period * dayMs
        ? []
        : [
            {
              field: 'monitoring.retention',
              value: formatDuration(monitoring.retention),
              allowed: `at least the period, ${period}d: the budget of a period cannot be read from less`,
              mend: `raise it, for example to ${period + 5}d, or shorten the period`,
            },
          ],
  },
  {
    uses: ['monitoring.kind', 'period'],
    find: ({ monitoring, period }) =>
      monitoring.kind !== 'gmp' || reach(monitoring) >= period * dayMs
        ? []
        : [
            {
              field: 'period',
              value: `${period}d`,
              allowed: `at most ${formatDuration(reach(monitoring))} with monitoring.kind gmp: of older samples Google keeps one in ten minutes`,
              mend: 'write for example 30d',
            },
          ],
  },
  ...whereRun([
    {
      uses: ['monitoring.retentionSize', 'monitoring.storage.size'],
      find: ({ monitoring: { retentionSize, storage } }) =>
        retentionSize <= storage.size * 0.9
          ? []
          : [
              {
                field: 'monitoring.retentionSize',
                value: formatSize(retentionSize),
                allowed: `at most nine tenths of monitoring.storage.size, ${formatSize(storage.size)}: the write-ahead log needs the rest`,
                mend: 'lower it, or give more storage',
              },
            ],
    },
  ]),
  ofReceivers((receivers) =>
    receivers.flatMap(({ name }, index) =>
      receivers.findIndex((other) => other.name === name) === index
        ? []
        : [
            {
              field: `monitoring.receivers[${index}].name`,
              value: name,
              allowed: 'a name that no other receiver has',
              mend: 'rename one of the two, or join them',
            },
          ],
    ),
  ),
  ofReceivers((receivers) =>
    receivers.length === 0 ||
    receivers.some(
      ({ severities, deadManSwitch }) => severities.includes('page') && deadManSwitch === undefined,
    )
      ? []
      : [
          {
            field: 'monitoring.receivers',
            value: receivers.map(({ name }) => name),
            allowed: 'such that one of them takes severity page: else nobody hears that a path is down',
            mend: 'add page to the severities of the receiver that wakes somebody',
          },
        ],
  ),
  {
    uses: ['monitoring.receivers', 'cluster.kind'],
    find: ({ cluster, monitoring }) =>
      // Somebody else's Alertmanager has routes of its own.
      cluster.kind === 'lab' || !runsPrometheus(monitoring) || monitoring.receivers !== undefined
        ? []
        : [
            {
              field: 'monitoring.receivers',
              allowed: 'a list of who is notified',
              mend: 'add a receiver with name and url, or write [] to say that nobody is notified',
            },
          ],
  },
];

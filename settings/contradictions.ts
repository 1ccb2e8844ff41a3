import { pathNames } from '../signals/paths';
import type { Problem } from './problem';
import type { Config, ResourceSettings } from './schema';
import { formatCpu, formatDuration, formatSize } from './units';

/** Fields that are right alone and wrong together. */
export interface Contradiction {
  /** Every field it looks at; it is left out while one of them is broken by itself. */
  readonly uses: readonly string[];
  /** The problems it finds; `value` is what the user sees as the value of `field`. */
  find(config: Config): readonly Problem[];
}

const day = 86_400_000;

/** Size of one of the lab's local volumes. */
const labVolumeBytes = 10 * 2 ** 30;

const pathContradictions: Contradiction[] = pathNames.flatMap((name): Contradiction[] => [
  {
    uses: [`paths.${name}.timeout`, `paths.${name}.latency.bound`],
    find: ({ paths: { [name]: path } }) =>
      path.timeout > path.latency.bound
        ? []
        : [
            {
              field: `paths.${name}.timeout`,
              value: formatDuration(path.timeout),
              allowed: `longer than paths.${name}.latency.bound, ${formatDuration(path.latency.bound)}: a probe that is cut off there can never be slow`,
              mend: `raise the timeout, for example to ${formatDuration(path.latency.bound * 4)}, or lower the bound`,
            },
          ],
  },
  {
    uses: [`paths.${name}.timeout`, 'podinfo.clientTimeout'],
    find: ({ paths: { [name]: path }, podinfo }) =>
      podinfo.clientTimeout === undefined || podinfo.clientTimeout < path.timeout
        ? []
        : [
            {
              field: 'podinfo.clientTimeout',
              value: formatDuration(podinfo.clientTimeout),
              allowed: `shorter than paths.${name}.timeout, ${formatDuration(path.timeout)}: else a dead target looks like a dead source`,
              mend: `lower it, for example to ${formatDuration(Math.ceil(path.timeout / 2))}, or raise the path's timeout`,
            },
          ],
  },
]);

function overLimits(section: string, resources: (config: Config) => ResourceSettings): Contradiction {
  const field = `${section}.resources.requests`;
  return {
    uses: [`${section}.resources`],
    find: (config) => {
      const { requests, limits } = resources(config);
      const mend = 'lower the request or raise the limit';
      return [
        ...(requests.cpu > limits.cpu
          ? [
              {
                field: `${field}.cpu`,
                value: formatCpu(requests.cpu),
                allowed: `at most the limit, ${formatCpu(limits.cpu)}`,
                mend,
              },
            ]
          : []),
        ...(requests.memory > limits.memory
          ? [
              {
                field: `${field}.memory`,
                value: formatSize(requests.memory),
                allowed: `at most the limit, ${formatSize(limits.memory)}`,
                mend,
              },
            ]
          : []),
      ];
    },
  };
}

const podinfoContradictions: Contradiction[] = [
  {
    uses: ['podinfo.replicas', 'podinfo.disruptionBudget.maxUnavailable'],
    find: ({ podinfo: { replicas, disruptionBudget } }) => {
      const field = 'podinfo.disruptionBudget.maxUnavailable';
      const value = disruptionBudget.maxUnavailable;
      if (value === 0)
        return [
          {
            field,
            value,
            allowed: 'at least 1: a budget that allows no disruption makes every node drain wait for ever',
            mend: 'write 1',
          },
        ];
      if (value >= replicas)
        return [
          {
            field,
            value,
            allowed: `less than podinfo.replicas, ${replicas}: else a drain may take all replicas at once`,
            mend: `write ${replicas - 1} or less, or raise the replicas`,
          },
        ];
      return [];
    },
  },
  {
    uses: ['podinfo.drain'],
    find: ({ podinfo: { drain } }) =>
      drain.preStop + drain.shutdown <= drain.grace
        ? []
        : [
            {
              field: 'podinfo.drain.grace',
              value: formatDuration(drain.grace),
              allowed: `at least preStop + shutdown, ${formatDuration(drain.preStop + drain.shutdown)}: else requests in flight are killed`,
              mend: `raise it, for example to ${formatDuration(drain.preStop + drain.shutdown + 10_000)}`,
            },
          ],
  },
];

const monitoringContradictions: Contradiction[] = [
  {
    uses: ['monitoring.retention', 'period'],
    find: ({ monitoring, period }) =>
      monitoring.retention >= period * day
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
  {
    uses: ['monitoring.receivers'],
    find: ({ monitoring: { receivers = [] } }) =>
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
  },
  {
    uses: ['monitoring.receivers'],
    find: ({ monitoring: { receivers = [] } }) =>
      receivers.length === 0 || receivers.some(({ severities }) => severities.includes('page'))
        ? []
        : [
            {
              field: 'monitoring.receivers',
              value: receivers.map(({ name }) => name),
              allowed: 'such that one of them takes severity page: else nobody hears that a path is down',
              mend: 'add page to the severities of the receiver that wakes somebody',
            },
          ],
  },
  {
    uses: ['monitoring.receivers', 'cluster'],
    find: ({ cluster, monitoring: { receivers } }) =>
      cluster.kind === 'lab' || receivers !== undefined
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

const clusterContradictions: Contradiction[] = [
  {
    uses: ['cluster.ports'],
    find: ({ cluster }) => {
      if (cluster.kind !== 'lab') return [];
      const ports = Object.entries(cluster.ports);
      return ports.flatMap(([name, port], index) => {
        const first = ports.findIndex(([, other]) => other === port);
        if (first === index) return [];
        const holder = `cluster.ports.${ports[first]?.[0] ?? ''}`;
        return [
          {
            field: `cluster.ports.${name}`,
            value: port,
            allowed: `another port than ${holder}`,
            mend: 'change one of the two',
          },
        ];
      });
    },
  },
  {
    uses: ['cluster.kubeconfig', 'cluster.context'],
    find: ({ cluster }) =>
      cluster.kind === 'lab' || cluster.kubeconfig !== undefined || cluster.context !== undefined
        ? []
        : [
            {
              field: 'cluster.context',
              allowed:
                'given, or cluster.kubeconfig: a cluster is never chosen by what kubectl happens to point at',
              mend: 'name one of `kubectl config get-contexts`',
            },
          ],
  },
  {
    uses: ['cluster', 'testTimeScale'],
    find: ({ cluster, testTimeScale }) =>
      cluster.kind === 'lab' || testTimeScale === 1
        ? []
        : [
            {
              field: 'testTimeScale',
              value: testTimeScale,
              allowed: '1 outside the lab: shortened burn windows page for nothing',
              mend: 'leave it out',
            },
          ],
  },
  {
    uses: ['cluster', 'monitoring.storage'],
    find: ({ cluster, monitoring: { storage } }) =>
      cluster.kind !== 'lab'
        ? []
        : [
            ...(storage.size <= labVolumeBytes
              ? []
              : [
                  {
                    field: 'monitoring.storage.size',
                    value: formatSize(storage.size),
                    allowed: `at most ${formatSize(labVolumeBytes)} on the lab, whose volumes are made beforehand`,
                    mend: 'lower it, or use an existing cluster',
                  },
                ]),
            ...(storage.class === undefined
              ? []
              : [
                  {
                    field: 'monitoring.storage.class',
                    value: storage.class,
                    allowed: 'left out on the lab, which has one class of its own',
                    mend: 'remove it',
                  },
                ]),
          ],
  },
];

const pathSwitches: Contradiction = {
  uses: pathNames.map((name) => `paths.${name}.enabled`),
  find: ({ paths }) =>
    pathNames.some((name) => paths[name].enabled)
      ? []
      : [
          {
            field: 'paths',
            value: Object.fromEntries(pathNames.map((name) => [name, { enabled: false }])),
            allowed: 'such that one path is enabled: else nothing is measured',
            mend: 'enable a path; to stop all load for a while set load.enabled: false',
          },
        ],
};

/** Every contradiction between fields that needs no arithmetic of the signals (that is `signals/feasibility`). */
export const contradictions: readonly Contradiction[] = [
  ...clusterContradictions,
  pathSwitches,
  ...pathContradictions,
  ...podinfoContradictions,
  overLimits('podinfo', ({ podinfo }) => podinfo.resources),
  overLimits('injector', ({ injector }) => injector.resources),
  ...monitoringContradictions,
  overLimits('monitoring', ({ monitoring }) => monitoring.resources),
];

import { isWorkloadMode } from '../../scenarios/chaos-churn';
import type { QuietTime } from '../../scenarios/chaos-quiet';
import { formatDuration } from '../units';
import type { Problem } from '../problem';
import type { Config } from '../schema';
import type { Contradiction } from './contradiction';

const hour = 3_600_000;

/** A contradiction that only matters where chaos is on. */
function whereOn(uses: readonly string[], find: (config: Config) => readonly Problem[]): Contradiction {
  return {
    uses: ['chaos.enabled', ...uses],
    find: (config) => (config.chaos.enabled ? find(config) : []),
  };
}

/** Whether quiet times leave no minute of a week. */
function isEveryMinute(times: readonly QuietTime[]): boolean {
  const isQuiet = new Array<boolean>(7 * 1440).fill(false);
  for (const { day, fromMinute, toMinute } of times)
    for (let minute = fromMinute; minute < toMinute; minute++)
      isQuiet[(day * 1440 + minute) % isQuiet.length] = true;
  return isQuiet.every(Boolean);
}

/** Workloads, as `namespace/name`, of namespaces that chaos does not look into. */
function outside(names: readonly string[], namespaces: readonly string[], list: string): Problem[] {
  return names.flatMap((name, index) => {
    const [namespace = ''] = name.split('/');
    return namespaces.includes(namespace)
      ? []
      : [
          {
            field: `${list}[${index}]`,
            value: name,
            allowed: 'in one of chaos.namespaces',
            mend: `add ${namespace} there, or remove it here`,
          },
        ];
  });
}

/** Contradictions of the section `chaos` with itself and with others. */
export const chaosContradictions: readonly Contradiction[] = [
  whereOn(['cluster', 'images'], ({ cluster, images }) =>
    cluster.kind !== 'existing' || images.k6 !== undefined
      ? []
      : [
          {
            field: 'images.k6',
            allowed:
              'an image of k6 with the extension k6/x/netprobe, because chaos is enabled: it reads the token',
            mend: 'build it from extension/ and name it here, or set chaos.enabled: false',
          },
        ],
  ),
  whereOn(['chaos.quiet'], ({ chaos: { quiet } }) =>
    isEveryMinute(quiet.hours.flat())
      ? [
          {
            field: 'chaos.quiet.hours',
            value: quiet.hours.length,
            allowed: 'such that some time of the week is left: else the reaper never does anything',
            mend: 'shorten them, or set chaos.enabled: false',
            derived: true,
          },
        ]
      : [],
  ),
  whereOn(['chaos.interval', 'chaos.maxPerHour'], ({ chaos: { interval, maxPerHour } }) =>
    maxPerHour * interval >= hour
      ? []
      : [
          {
            field: 'chaos.maxPerHour',
            value: maxPerHour,
            allowed: `at least ${Math.ceil(hour / interval)}, which is what an interval of ${formatDuration(interval)} makes in an hour`,
            mend: `raise it, or lengthen chaos.interval to ${formatDuration(Math.ceil(hour / maxPerHour / 1000) * 1000)}`,
          },
        ],
  ),
  whereOn(['chaos.maxPerHour', 'chaos.maxPerWorkloadPerHour'], ({ chaos }) =>
    chaos.maxPerWorkloadPerHour <= chaos.maxPerHour
      ? []
      : [
          {
            field: 'chaos.maxPerWorkloadPerHour',
            value: chaos.maxPerWorkloadPerHour,
            allowed: `at most chaos.maxPerHour, ${chaos.maxPerHour}`,
            mend: 'lower it, or raise chaos.maxPerHour',
          },
        ],
  ),
  whereOn(
    ['chaos.minReady', 'chaos.victims', 'podinfo.replicas', 'echo.replicas'],
    ({ chaos, podinfo, echo }) =>
      chaos.victims.flatMap((victim) => {
        const section = victim === 'echo' ? 'echo' : 'podinfo';
        const { replicas } = { podinfo, echo }[section];
        return chaos.minReady < replicas
          ? []
          : [
              {
                field: 'chaos.minReady',
                value: chaos.minReady,
                allowed: `less than ${section}.replicas, ${replicas}: else no pod of ${victim} could ever be removed`,
                mend: `lower it to ${replicas - 1}, raise ${section}.replicas, or take ${victim} out of chaos.victims`,
              },
            ];
      }),
  ),
  whereOn(['chaos.victims', 'chaos.namespaces'], ({ chaos: { victims, namespaces } }) =>
    victims.length === 0 || namespaces.includes('continuous-load')
      ? []
      : [
          {
            field: 'chaos.victims',
            value: victims,
            allowed: 'empty, as chaos.namespaces does not have continuous-load, where they are',
            mend: 'write [], or add continuous-load to chaos.namespaces',
          },
        ],
  ),
  whereOn(
    ['chaos.churn.share', 'chaos.churn.modes', 'chaos.churn.deployments', 'chaos.victims'],
    ({ chaos: { churn, victims } }) =>
      churn.share === 0 || !churn.modes.some(isWorkloadMode) || (churn.deployments ?? victims).length > 0
        ? []
        : [
            {
              field: 'chaos.churn.share',
              value: churn.share,
              allowed: '0, as there is nothing to churn: chaos.churn.deployments and chaos.victims are empty',
              mend: 'name Deployments in chaos.churn.deployments, or write 0',
            },
          ],
  ),
  whereOn(
    ['chaos.churn.share', 'chaos.churn.modes', 'paths.ingress.enabled', 'paths.ingress-external.enabled'],
    ({ chaos: { churn }, paths }) => {
      const index = churn.modes.indexOf('routes');
      const isThere = paths.ingress.enabled || paths['ingress-external'].enabled;
      return churn.share === 0 || index < 0 || isThere
        ? []
        : [
            {
              field: `chaos.churn.modes[${index}]`,
              value: 'routes',
              allowed: 'only with a path through a gateway, at which the routes are made',
              mend: 'remove it, or enable paths.ingress',
            },
          ];
    },
  ),
  whereOn(['chaos.churn.share', 'chaos.nodes.share'], ({ chaos: { churn, nodes } }) =>
    churn.share + nodes.share <= 100
      ? []
      : [
          {
            field: 'chaos.nodes.share',
            value: nodes.share,
            allowed: `at most ${100 - churn.share}, what chaos.churn.share leaves of 100`,
            mend: 'lower one of them',
          },
        ],
  ),
  whereOn(['chaos.churn.deployments', 'chaos.namespaces'], ({ chaos: { churn, namespaces } }) =>
    outside(churn.deployments ?? [], namespaces, 'chaos.churn.deployments'),
  ),
  whereOn(['chaos.statefulSets', 'chaos.namespaces'], ({ chaos: { statefulSets, namespaces } }) =>
    outside(statefulSets, namespaces, 'chaos.statefulSets'),
  ),
];

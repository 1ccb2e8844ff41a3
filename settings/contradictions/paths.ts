import { callsEcho, callsOnwards, pathNames, pathRow } from '../../signals/paths';
import { formatDuration } from '../units';
import type { Contradiction } from './contradiction';

/** Timeouts and bounds of each path. */
const timeContradictions: Contradiction[] = pathNames.flatMap((name): Contradiction[] => [
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
      !callsOnwards(name) ||
      !path.enabled ||
      podinfo.clientTimeout === undefined ||
      podinfo.clientTimeout < path.timeout
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

/** In a lab the toolchain makes both images, on k3d Docker builds them; elsewhere nobody publishes them. */
const imageContradictions: Contradiction[] = [
  {
    uses: ['cluster', 'paths', 'images'],
    find: ({ cluster, paths, images }) => {
      const needy = pathNames.filter((name) => paths[name].enabled && pathRow(name).extension);
      return cluster.kind !== 'existing' || images.k6 !== undefined || needy.length === 0
        ? []
        : [
            {
              field: 'images.k6',
              allowed: `an image of k6 with the extension k6/x/netprobe: the paths ${needy.join(', ')} cannot be probed by a stock k6`,
              mend: `build it from extension/ and name it here, or switch them off: ${needy.map((name) => `paths.${name}.enabled: false`).join(', ')}`,
            },
          ];
    },
  },
  {
    uses: ['cluster', 'paths', 'images'],
    find: ({ cluster, paths, images }) => {
      const needy = pathNames.filter((name) => paths[name].enabled && callsEcho(name));
      return cluster.kind !== 'existing' || images.echo !== undefined || needy.length === 0
        ? []
        : [
            {
              field: 'images.echo',
              allowed: `an image of the echo server: the paths ${needy.join(', ')} end there`,
              mend: `build it from extension/ and name it here, or switch them off: ${needy.map((name) => `paths.${name}.enabled: false`).join(', ')}`,
            },
          ];
    },
  },
];

const switchContradiction: Contradiction = {
  uses: ['targets', ...pathNames.map((name) => `paths.${name}.enabled`)],
  find: ({ paths, targets }) =>
    targets.length > 0 || pathNames.some((name) => paths[name].enabled)
      ? []
      : [
          {
            field: 'paths',
            value: Object.fromEntries(pathNames.map((name) => [name, { enabled: false }])),
            allowed: 'such that one path is enabled: else nothing is measured',
            mend: 'enable a path, or add a target; to stop all load for a while set load.enabled: false',
          },
        ],
};

/** Every contradiction between paths and what they need. */
export const pathContradictions: readonly Contradiction[] = [
  switchContradiction,
  ...timeContradictions,
  ...imageContradictions,
];

import { ownTargetPath } from '../own-targets';
import { pathRow, takenNames } from '../../signals/paths';
import type { Config } from '../schema';
import type { TargetSettings } from '../targets-schema';
import { formatDuration } from '../units';
import type { Problem } from '../problem';
import type { Contradiction } from './contradiction';

/** A contradiction of each target by itself, with the config around it. */
function ofEach(
  uses: readonly string[],
  find: (target: TargetSettings, field: string, config: Config) => readonly Problem[],
): Contradiction {
  return {
    uses: ['targets', ...uses],
    find: (config) => config.targets.flatMap((target, index) => find(target, `targets[${index}]`, config)),
  };
}

/** Every contradiction between targets of one's own and the rest. */
export const targetContradictions: readonly Contradiction[] = [
  ofEach([], ({ name }, field, { targets }) => {
    const isTaken = takenNames.has(name);
    const first = targets.findIndex((target) => target.name === name);
    if (!isTaken && `targets[${first}]` === field) return [];
    return [
      {
        field: `${field}.name`,
        value: name,
        allowed: isTaken ? 'a name that the product does not use itself' : 'a name that no other target has',
        mend: 'rename it, for example by putting its team first',
      },
    ];
  }),
  ofEach([], ({ timeout, latency }, field) =>
    timeout > latency.bound
      ? []
      : [
          {
            field: `${field}.timeout`,
            value: formatDuration(timeout),
            allowed: `longer than ${field}.latency.bound, ${formatDuration(latency.bound)}: a probe that is cut off there can never be slow`,
            mend: `raise the timeout, for example to ${formatDuration(latency.bound * 4)}, or lower the bound`,
          },
        ],
  ),
  {
    uses: ['targets', 'load.maxTargetRate'],
    find: ({ targets, load: { maxTargetRate } }) => {
      const sum = targets.reduce((sofar, { rate }) => sofar + rate, 0);
      return sum <= maxTargetRate * (1 + 1e-9)
        ? []
        : [
            {
              field: 'load.maxTargetRate',
              value: maxTargetRate,
              allowed: `at least the sum of the rates of all targets, ${Math.round(sum * 1000) / 1000} probes per second`,
              mend: 'lower their rates, or raise the cap if those who run them agree',
            },
          ];
    },
  },
  {
    uses: ['cluster', 'targets', 'images'],
    find: ({ cluster, targets, images }) => {
      const needy = targets.filter((target) => pathRow(ownTargetPath(target)).extension);
      return cluster.kind !== 'existing' || images.k6 !== undefined || needy.length === 0
        ? []
        : [
            {
              field: 'images.k6',
              allowed: `an image of k6 with the extension k6/x/netprobe: the targets ${needy.map(({ name }) => name).join(', ')} are asked over DNS or TCP, which a stock k6 cannot`,
              mend: 'build it from extension/ and name it here, or remove them; targets over http need no extension',
            },
          ];
    },
  },
  {
    uses: ['targets', 'alerts.owner', 'monitoring.receivers'],
    find: ({ targets, alerts, monitoring }) => {
      const receivers = ('receivers' in monitoring ? monitoring.receivers : undefined) ?? [];
      const woken = receivers.filter(
        ({ severities, deadManSwitch }) => severities.includes('page') && deadManSwitch === undefined,
      );
      // Without any, another contradiction speaks.
      if (woken.length === 0 || woken.some(({ owners }) => owners === undefined)) return [];
      const owners = [...new Set([alerts.owner, ...targets.map(({ owner }) => owner ?? alerts.owner)])];
      const unheard = owners.filter((owner) => !woken.some((one) => one.owners?.includes(owner)));
      return unheard.length === 0
        ? []
        : [
            {
              field: 'monitoring.receivers',
              value: woken.map(({ name }) => name),
              allowed: `such that one of them takes pages of owner ${unheard.join(', and one those of ')}: else nobody hears them`,
              mend: 'add the owner to the owners of a receiver that takes severity page, or leave owners out of one',
            },
          ];
    },
  },
];

import { z } from 'zod';
import { type PathDefaults, pathTable, type PathName, type PathRow } from '../signals/paths';
import { duration, flag, number } from './fields';
import { formatDuration } from './units';

const percentMend = (what: string) =>
  `lower ${what}: 100 % leaves no budget, so that the first failure breaks it; a share of 0.999 is written 99.9`;

/** Load and objectives of a path with these defaults; `stop` says how it is not probed at all. */
export function loadShape(
  defaults: PathDefaults,
  { maxRate, stop }: { readonly maxRate: number; readonly stop: string },
) {
  return {
    rate: number({
      min: 0.1,
      max: maxRate,
      unit: 'probes per second in total over all injectors',
      mend: `write for example ${defaults.ratePerSecond}; to stop probing it ${stop}`,
    })
      .prefault(defaults.ratePerSecond)
      .describe('Load on the path; injectors share it.'),
    timeout: duration({
      min: 50,
      max: 60_000,
      mend: `write for example ${formatDuration(defaults.timeoutMs)}`,
    })
      .prefault(formatDuration(defaults.timeoutMs))
      .describe('When a probe without an answer has failed; longer than the latency bound.'),
    availability: number({
      min: 50,
      max: 100,
      below: true,
      unit: 'percent of probes answered right',
      mend: percentMend('the objective, for example to 99.9'),
    })
      .prefault(defaults.availabilityPercent)
      .describe('Objective: the share of probes that must be answered right; in effect 93.2 at least.'),
    latency: z
      .strictObject({
        percent: number({
          min: 50,
          max: 100,
          below: true,
          unit: 'percent of answers within the bound',
          mend: percentMend('the objective, for example to 99'),
        })
          .prefault(defaults.latencyPercent)
          .describe(
            'Objective: the share of answers that must be within the bound; in effect 93.2 at least.',
          ),
        bound: duration({
          min: 1,
          max: 60_000,
          mend: `write for example ${formatDuration(defaults.latencyBoundMs)}`,
        })
          .prefault(formatDuration(defaults.latencyBoundMs))
          .describe('A right answer that takes longer is slow.'),
      })
      .prefault({})
      .describe('Objective of the latency.'),
  };
}

function pathSchema({ title, defaults, gateway, mesh, refuses }: PathRow) {
  return z
    .strictObject({
      // A gateway has to be named or made first, so paths through one are asked for; those through the mesh come with it.
      enabled: mesh
        ? flag('false stops probing this path')
            .optional()
            .meta({
              description: 'Whether the path is probed.',
              leftOut:
                refuses === 'plaintext'
                  ? 'as mesh.enabled, where mesh.peerAuthentication is STRICT'
                  : 'as mesh.enabled',
            })
        : flag('false stops probing this path')
            .prefault(gateway !== true)
            .describe('Whether the path is probed; one path at least must be.'),
      ...loadShape(defaults, { maxRate: 1000, stop: 'set enabled: false' }),
    })
    .prefault({})
    .describe(`${title}: its load and objectives.`);
}

/** The keys of the section `paths`, one for each path of the table. */
export const pathShape = Object.fromEntries(pathTable.map((row) => [row.name, pathSchema(row)])) as Record<
  PathName,
  ReturnType<typeof pathSchema>
>;

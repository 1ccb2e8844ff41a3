import { z } from 'zod';
import { duration, number } from './fields';
import { resources } from './resources-schema';

/** The section `podinfo`: source and target. */
export const podinfoSchema = z
  .strictObject({
    replicas: number({
      min: 2,
      max: 50,
      whole: true,
      mend: 'write 2 or more: one replica cannot be drained without an outage',
    })
      .prefault(2)
      .describe('Pods of source and of target each.'),
    clientTimeout: duration({
      min: 50,
      max: 60_000,
      mend: 'write for example 1s, or leave it out',
    })
      .optional()
      .meta({
        description:
          'Timeout of source’s own call to target; shorter than that of every path through source.',
        leftOut: 'half of the path’s timeout',
      }),
    drain: z
      .strictObject({
        preStop: duration({ min: 1000, max: 120_000, mend: 'write for example 5s' })
          .prefault('5s')
          .describe('How long a pod that is to stop still serves as before.'),
        shutdown: duration({
          min: 4000,
          max: 300_000,
          mend: 'write for example 25s; podinfo itself waits 3s of it',
        })
          .prefault('25s')
          .describe('How long requests in flight may take after that.'),
        grace: duration({ min: 5000, max: 600_000, mend: 'write for example 40s' })
          .prefault('40s')
          .describe('When a pod is killed: preStop and shutdown together at least.'),
      })
      .prefault({})
      .describe('How a pod ends without losing a request.'),
    disruptionBudget: z
      .strictObject({
        maxUnavailable: number({ min: 0, max: 50, whole: true, mend: 'write for example 1' })
          .prefault(1)
          .describe('Pods that a drain may take at once: at least 1, and less than the replicas.'),
      })
      .prefault({})
      .describe('What evictions may take of source, and of target.'),
    resources: resources({ cpu: ['50m', '500m'], memory: ['32MB', '128MB'] }),
  })
  .prefault({})
  .describe('Source and target, the two hops under load.');

/** What podinfo itself waits between SIGTERM and the end of its open connections: `time.Sleep(3 * time.Second)` in its signals.Shutdown. */
const ownWaitMs = 3000;

/** How long a pod of podinfo that is to stop still answers on open connections, in whole seconds. */
export function lingerSeconds({ drain }: { readonly drain: { readonly preStop: number } }): number {
  return Math.ceil((drain.preStop + ownWaitMs) / 1000);
}

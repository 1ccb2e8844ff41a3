import { z } from 'zod';
import { churnModes, workloadModes } from '../scenarios/chaos-churn';
import { isTimeZone } from '../signals/time-zone';
import { choice, duration, flag, leaf, number, text } from './fields';
import { dnsLabel } from './kubernetes-names';
import { parseDay, parseQuietTimes } from './quiet-hours';

/** Workloads of the product whose pods may carry the opt-in label. */
export const possibleVictims = ['source', 'target', 'source-ingress', 'echo'] as const;
export type Victim = (typeof possibleVictims)[number];

const hour = 3_600_000;
const day = 24 * hour;

const quietSchema = z
  .strictObject({
    zone: leaf({
      allowed: 'the name of a time zone of the IANA database',
      mend: 'write for example Europe/Berlin, or UTC',
      parse: (raw) => (typeof raw === 'string' && isTimeZone(raw) ? raw : undefined),
    })
      .prefault('UTC')
      .describe('IANA zone of the hours and holidays.'),
    hours: z
      .array(
        leaf({
          allowed: 'days and, unless all day, hours: daily, or sun … sat with commas and dashes; HH:MM-HH:MM',
          mend: 'write for example mon-fri 18:00-08:00, or sat,sun',
          parse: parseQuietTimes,
        }),
      )
      .prefault([])
      .describe('When no pod is removed, every week.'),
    holidays: z
      .array(
        leaf({
          allowed: 'a day as YYYY-MM-DD',
          mend: "write for example '2026-12-25' in quotes",
          parse: parseDay,
        }),
      )
      .prefault([])
      .describe('Days on which no pod is removed.'),
  })
  .prefault({})
  .describe('When no pod is removed.');

const churnSchema = z
  .strictObject({
    share: number({
      min: 0,
      max: 100,
      unit: 'percent of what the reaper does that is churn; the rest are kills',
      mend: 'write 0 for none',
    })
      .prefault(0)
      .describe('Share of churn, as `modes` says; 0 is none.'),
    modes: z
      .array(choice(churnModes, `list some of ${churnModes.join(', ')}`))
      .min(1, { error: `a list of at least one of ${churnModes.join(', ')}` })
      .prefault([...workloadModes])
      .describe(
        'What is done: `restart`, every pod anew; `scale`, one replica more and back; `services`, ten Services made and removed; `routes`, ten HTTPRoutes at the gateway of the ingress paths.',
      ),
    deployments: z
      .array(
        text({
          pattern: new RegExp(`^${dnsLabel}/${dnsLabel}$`),
          allowed: 'a Deployment as namespace/name',
          mend: 'write for example shop/cart',
        }),
      )
      .optional()
      .meta({
        description: 'Deployments that are churned, if their pods carry the label: only those named here.',
        leftOut: 'the workloads of `chaos.victims`',
      }),
  })
  .prefault({})
  .describe('Graceful changes, which may cost no probe at all.');

const nodesSchema = z
  .strictObject({
    share: number({
      min: 0,
      max: 100,
      unit: 'percent of what the reaper does that is draining of a node; with churn.share 100 at most',
      mend: 'write 0 for none',
    })
      .prefault(0)
      .describe('Share of drains of nodes with the label; 0 is none, and no permission on nodes.'),
  })
  .prefault({})
  .describe('Nodes that are cordoned, emptied of pods with the label, and uncordoned.');

/** The section `chaos`, but for the resources of the reaper's pod. */
export const chaosShape = {
  enabled: flag('true lets the reaper remove pods')
    .prefault(false)
    .describe('Whether there is a reaper at all.'),
  dryRun: flag('false only where pods may really be removed; left out, it is true outside lab and dev')
    .optional()
    .meta({
      description: 'Whether the reaper only says what it would remove.',
      leftOut: 'false on a lab and on the stack dev, else true',
    }),
  interval: duration({ min: 10_000, max: 7 * day, mend: 'write for example 10m' })
    .prefault('10m')
    .describe('Time between two kills, on average.'),
  jitter: number({
    min: 0,
    max: 100,
    unit: 'percent by which a single time may be off the interval',
    mend: 'write for example 50',
  })
    .prefault(50)
    .describe('How far a single time may be off the interval.'),
  killShare: number({
    min: 0,
    max: 100,
    unit: 'percent of the kills that are deletions with 1 s of grace; the rest are evictions',
    mend: 'write 0 for evictions only',
  })
    .prefault(0)
    .describe('Share of kills that look like a crash.'),
  churn: churnSchema,
  nodes: nodesSchema,
  maxPerHour: number({ min: 1, max: 240, whole: true, mend: 'write for example 10' })
    .prefault(10)
    .describe('Cap on kills, churn and drains in an hour; at least what the interval makes.'),
  maxPerWorkloadPerHour: number({ min: 1, max: 240, whole: true, mend: 'write for example 4' })
    .prefault(4)
    .describe(
      'Cap on kills and churn of one workload, or drains of one node, in an hour; at most maxPerHour.',
    ),
  minAge: duration({ min: 0, max: 7 * day, mend: 'write for example 5m' })
    .prefault('5m')
    .describe('How old a pod must be to be removed.'),
  minReady: number({
    min: 0,
    max: 50,
    whole: true,
    unit: 'ready pods of the workload that a kill leaves',
    mend: 'write for example 1; 0 lets the last ready pod be removed',
  })
    .prefault(1)
    .describe('What a kill leaves of a workload; less than its replicas.'),
  leastBudget: number({
    min: 0,
    max: 100,
    unit: 'percent of every error budget that must be left',
    mend: 'write for example 25',
  })
    .prefault(25)
    .describe('Error budget under which no pod is removed any more.'),
  victims: z
    .array(choice(possibleVictims, `list some of ${possibleVictims.join(', ')}`))
    .prefault(['source', 'target', 'echo'])
    .describe('Workloads of the product’s own whose pods carry the label that lets them be removed.'),
  namespaces: z
    .array(
      text({
        pattern: new RegExp(`^(?!kube-|monitoring$)${dnsLabel}$`),
        allowed: 'a namespace, and never one of the cluster’s own (kube-…) or monitoring, which measures',
        mend: 'list namespaces whose pods may be removed once they carry the label',
      }),
    )
    .min(1, { error: 'a list of at least one namespace' })
    .prefault(['continuous-load'])
    .describe('Namespaces whose labelled pods may be removed.'),
  statefulSets: z
    .array(
      text({
        pattern: new RegExp(`^${dnsLabel}/${dnsLabel}$`),
        allowed: 'a StatefulSet as namespace/name',
        mend: 'write for example shop/queue',
      }),
    )
    .prefault([])
    .describe('StatefulSets whose labelled pods may be removed: only those named here.'),
  quiet: quietSchema,
  alertAfter: duration({ min: 120_000, max: 7 * day, mend: 'write for example 6h' })
    .prefault('6h')
    .describe('How long the reaper may be held back before it is a ticket.'),
  lostPerKill: number({
    min: 0,
    max: 1000,
    unit: 'lost probes of a path that one deletion may cost',
    mend: 'write for example 5',
  })
    .prefault(5)
    .describe('Losses after a deletion that are taken for its own.'),
};

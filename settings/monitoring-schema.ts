import { z } from 'zod';
import { variantsOf } from './field-facts';
import { existingSchema, gmpSchema, noneSchema } from './monitoring-given-schema';
import { chartSchema, ownSchema } from './monitoring-run-schema';
import { dayMs } from './units';

const schemas = {
  own: ownSchema,
  'kube-prometheus-stack': chartSchema,
  existing: existingSchema,
  gmp: gmpSchema,
  none: noneSchema,
};

type MonitoringSchema = (typeof schemas)[keyof typeof schemas];

/** Every kind of monitoring that there is, the default first. */
export const monitoringKinds = Object.keys(schemas) as (keyof typeof schemas)[];

/** The schema of the kind of monitoring that a raw section asks for, `own` where it asks for none; undefined when there is no such kind. */
export function monitoringSchemaOf(raw: unknown): MonitoringSchema | undefined {
  const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
  const wanted = isObject && 'kind' in raw ? raw.kind : 'own';
  return Object.entries(schemas).find(([kind]) => kind === wanted)?.[1];
}

const monitoringBase = z.unknown().transform((raw: unknown, context): MonitoringSettings => {
  const schema = monitoringSchemaOf(raw);
  if (schema === undefined) {
    context.issues.push({
      code: 'custom',
      path: ['kind'],
      input: (raw as { kind: unknown }).kind,
      message: `one of ${monitoringKinds.join(', ')}`,
      params: {
        mend: 'write own for a Prometheus of the stack’s, kube-prometheus-stack for one by that chart, existing for one that you have already, gmp for Google Managed Prometheus, none where only counts are pushed',
      },
    });
    return z.NEVER;
  }
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  context.issues.push(
    ...result.error.issues.map((issue) => ({ ...issue, input: raw }) as z.core.$ZodRawIssue),
  );
  return z.NEVER;
});

variantsOf.set(monitoringBase, { by: 'kind', schemas });

/** The section `monitoring`: what is allowed beside `kind` depends on the kind. */
export const monitoringSchema = monitoringBase
  .prefault({})
  .describe('What watches the stack: what is kept, how long, and who is told.');

/** Monitoring that the stack runs by an operator of its own. */
export type OwnMonitoringSettings = z.output<typeof ownSchema>;

/** Monitoring that the stack installs by the chart kube-prometheus-stack. */
export type ChartMonitoringSettings = z.output<typeof chartSchema>;

/** Monitoring by a Prometheus of the user's that an operator runs. */
export type ExistingMonitoringSettings = z.output<typeof existingSchema>;

/** Monitoring by Google Managed Prometheus. */
export type GmpMonitoringSettings = z.output<typeof gmpSchema>;

/** No monitoring here: counts are pushed to a receiver of the user's. */
export type NoMonitoringSettings = z.output<typeof noneSchema>;

/** How a stack is watched, of any kind. */
export type MonitoringSettings = z.output<MonitoringSchema>;

/** Monitoring whose Prometheus and Alertmanager the stack keeps itself, whoever installs them. */
export type RunMonitoringSettings = OwnMonitoringSettings | ChartMonitoringSettings;

/** Whether the stack keeps Prometheus and Alertmanager itself. */
export function runsPrometheus(monitoring: MonitoringSettings): monitoring is RunMonitoringSettings {
  return 'storage' in monitoring;
}

/** Whether somebody scrapes what offers metrics; k6 pushes. */
export function scrapesPods({ kind }: MonitoringSettings): boolean {
  return kind !== 'none';
}

/** Whether pairs of nodes can be told: their prober is scraped every 5 s, and a series of a node that is gone must end by a mark. */
export function tellsNodePairs({ kind }: MonitoringSettings): boolean {
  return kind !== 'none' && kind !== 'gmp';
}

/**
 * Pushes to Google are so far apart at least, in milliseconds: it refuses a point within 5 s of the one before
 * (https://cloud.google.com/monitoring/quotas), and a push may be a little early.
 */
export const pointSpacingMs = 6000;

/** Six weeks: beyond, Google keeps a sample every ten minutes only, and what is added up from one every five would be half. */
const gmpReach = 42 * dayMs;

/** How far back samples reach that figures can be made of, in milliseconds. */
export function reach(monitoring: MonitoringSettings): number {
  return monitoring.kind === 'gmp' ? gmpReach : monitoring.retention;
}

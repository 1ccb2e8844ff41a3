import { z } from 'zod';

/**
 * What Google's operator takes of the kinds that are used, written down from the reference of prometheus-engine (doc/api.md, and the checks of
 * its definitions and webhooks, as of 2026): the definitions themselves are in no package, and the Go proxy does not give the module. Unlike an API
 * server, which drops them, it refuses fields that it does not name.
 */
const duration = z.string().regex(/^(\d+(ms|[smhdw]))+$/);
/** Labels of the target, which no relabeling may write to. */
const protectedLabels = [
  'project_id',
  'location',
  'cluster',
  'namespace',
  'job',
  'instance',
  'top_level_controller',
  'top_level_controller_type',
  '__address__',
];
const labelName = z.string().regex(/^[a-zA-Z_]\w*$/);
const objectMeta = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  labels: z.record(z.string(), z.string()),
});

const relabeling = z.strictObject({
  action: z.enum([
    'replace',
    'lowercase',
    'uppercase',
    'keep',
    'drop',
    'keepequal',
    'dropequal',
    'hashmod',
    'labeldrop',
    'labelkeep',
  ]),
  sourceLabels: z.array(labelName).max(100).optional(),
  regex: z.string().max(10_000).optional(),
  replacement: z.string().optional(),
  targetLabel: labelName.refine((label) => !protectedLabels.includes(label)).optional(),
});

const podMonitoring = z.strictObject({
  apiVersion: z.literal('monitoring.googleapis.com/v1'),
  kind: z.literal('PodMonitoring'),
  metadata: objectMeta.extend({ namespace: z.string() }),
  spec: z.strictObject({
    selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
    endpoints: z
      .array(
        z.strictObject({
          port: z.union([z.string().min(1), z.int().positive()]),
          interval: duration,
          path: z.string().optional(),
          metricRelabeling: z.array(relabeling).max(250).optional(),
        }),
      )
      .min(1)
      .max(10)
      // Each is a job of its own, called by its port.
      .refine((all) => new Set(all.map(({ port }) => port)).size === all.length),
    targetLabels: z.strictObject({
      metadata: z.array(
        z.enum(['container', 'node', 'pod', 'top_level_controller_name', 'top_level_controller_type']),
      ),
    }),
  }),
});

const labels = z.record(
  labelName.refine((label) => !['project_id', 'location', 'cluster'].includes(label)),
  z.string(),
);
const rule = z.union([
  z.strictObject({
    record: z.string().regex(/^[a-zA-Z0-9$\-_.+!*'(),%:]+$/),
    expr: z.string(),
    labels: labels.optional(),
  }),
  z.strictObject({
    alert: z.string(),
    expr: z.string(),
    for: duration.optional(),
    labels: labels.optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
]);

const clusterRules = z.strictObject({
  apiVersion: z.literal('monitoring.googleapis.com/v1'),
  kind: z.literal('ClusterRules'),
  metadata: objectMeta,
  spec: z.strictObject({
    groups: z.array(z.strictObject({ name: z.string(), interval: duration, rules: z.array(rule).min(1) })),
  }),
});

/** The parts of it that are used; there is one, of this name. */
const operatorConfig = z.strictObject({
  apiVersion: z.literal('monitoring.googleapis.com/v1'),
  kind: z.literal('OperatorConfig'),
  metadata: z.strictObject({ name: z.literal('config'), namespace: z.literal('gmp-public') }),
  managedAlertmanager: z
    .strictObject({ configSecret: z.strictObject({ name: z.string(), key: z.string() }) })
    .optional(),
  features: z.strictObject({ config: z.strictObject({ compression: z.enum(['gzip', 'none']) }) }).optional(),
});

/** Schema of each kind. */
export const googleKinds = {
  PodMonitoring: podMonitoring,
  ClusterRules: clusterRules,
  OperatorConfig: operatorConfig,
} as const;

/** What is wrong with an object of one of the kinds; nothing where it is right. */
export function faultsOfGoogle(value: { readonly kind: keyof typeof googleKinds }): string[] {
  const { error } = googleKinds[value.kind].safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

import { z } from 'zod';
import { choice, duration, flag, labels, leaf, number, size, text } from './fields';
import { variantsOf } from './field-facts';
import { parseHostAndPort } from './address';
import { dnsLabel, labelName, objectName } from './kubernetes-names';
import { longTermSchema } from './long-term-schema';
import { otlpSchema } from './otlp-schema';
import { receiverSchema } from './receiver-schema';
import { resources } from './resources-schema';
import { dayMs } from './units';

const megabyte = 2 ** 20;
const gigabyte = 2 ** 30;
const retention = () => duration({ min: dayMs, max: 1100 * dayMs, mend: 'write for example 35d' });

/** What a Prometheus and an Alertmanager of the stack's own are asked to be, whoever installs them. */
const runShape = {
  retention: duration({ min: dayMs, max: 1100 * dayMs, mend: 'write for example 35d' })
    .prefault('35d')
    .describe('How long Prometheus keeps samples: at least the period.'),
  retentionSize: size({
    min: 512 * megabyte,
    max: 10_000 * gigabyte,
    mend: 'write for example 8GB',
  })
    .prefault('8GB')
    .describe('How much of its volume samples may take: at most nine tenths.'),
  scrapeInterval: duration({ min: 5000, max: 120_000, mend: 'write for example 15s' })
    .prefault('15s')
    .describe('How often the surroundings are scraped; probes are pushed.'),
  storage: z
    .strictObject({
      size: size({ min: gigabyte, max: 20_000 * gigabyte, mend: 'write for example 10GB' })
        .prefault('10GB')
        .describe('Prometheus’ volume, on a lab at most 10GB; a claim that exists keeps its size.'),
      class: text({
        pattern: objectName,
        allowed: 'the name of a StorageClass',
        mend: 'see `kubectl get storageclass`, or leave it out for the default class',
      })
        .optional()
        .meta({
          description: 'StorageClass of the volumes; not on a lab, which has one of its own.',
          leftOut: 'the cluster’s default class',
        }),
    })
    .prefault({})
    .describe('Prometheus’ volume.'),
  prometheusReplicas: leaf({
    allowed: '1: pushed counters would be split over several Prometheus replicas behind one Service',
    mend: 'leave it out',
    type: 'whole number',
    words: [1],
    written: { enum: [1, '1'] },
    parse: (raw) => (raw === 1 || raw === '1' ? 1 : undefined),
  })
    .prefault(1)
    .describe('Replicas of Prometheus: one, since more would split pushed counters.'),
  alertmanagerReplicas: number({
    min: 1,
    max: 3,
    whole: true,
    mend: 'write 1, or 3 over three zones',
  })
    .prefault(1)
    .describe('Replicas of Alertmanager.'),
  kubelet: z
    .strictObject({
      verifyTls: flag('false only where kubelets serve self-signed certificates')
        .prefault(true)
        .describe('Whether certificates of kubelets must be signed by the cluster’s authority.'),
    })
    .prefault({})
    .describe('How kubelets are scraped.'),
  receivers: z.array(receiverSchema).optional().meta({
    description: 'Who is told of alerts; [] says that nobody is.',
    leftOut: 'the lab’s own pager; elsewhere it must be written',
  }),
  longTerm: longTermSchema,
  resources: resources({ cpu: ['100m', '1'], memory: ['256MB', '1GB'] }),
};

const ownSchema = z.strictObject({
  kind: choice(['own'], 'write own')
    .prefault('own')
    .describe('What watches: who keeps Prometheus and Alertmanager.'),
  ...runShape,
});

/** The release that was read; another major one may call its values something else. */
const chartVersion = '88.5.3';

const chartSchema = z.strictObject({
  kind: choice(['kube-prometheus-stack'], 'write kube-prometheus-stack').describe(
    'What watches: who keeps Prometheus and Alertmanager.',
  ),
  ...runShape,
  chart: z
    .strictObject({
      version: text({
        pattern: /^\d+\.\d+\.\d+$/,
        allowed: 'one version of the chart, three numbers',
        mend: `leave it out for ${chartVersion}, or read UPGRADE.md of the chart first`,
      })
        .prefault(chartVersion)
        .describe('Release of the chart; another major one may call its values something else.'),
      grafana: flag('false installs no Grafana')
        .prefault(true)
        .describe('The chart’s Grafana, which finds our dashboards by its sidecar.'),
    })
    .prefault({})
    .describe('The chart kube-prometheus-stack.'),
});

const selected = (what: string) =>
  labels(`write those that ${what} of your operator’s asks for, or leave it out where it takes all`)
    .optional()
    .meta({
      description: `Labels that ${what} asks for.`,
      leftOut: 'none beside our own, for a selector that takes all',
    });

const existingSchema = z.strictObject({
  kind: choice(['existing'], 'write existing').describe(
    'What watches: who keeps Prometheus and Alertmanager.',
  ),
  /** Where rules and monitors go, which their Prometheus must look into. */
  namespace: text({
    pattern: labelName,
    allowed: 'the name of a namespace',
    mend: 'leave it out for the namespace of the load, or name one that is there already',
  })
    .prefault('continuous-load')
    .describe('Namespace of rules, monitors, routes and dashboards; another than the default must be there.'),
  prometheus: leaf({
    allowed: 'the Service of your Prometheus as NAMESPACE/NAME:PORT',
    mend: 'see `kubectl get services --all-namespaces`, and write for example monitoring/prometheus:9090; one that has an address, not prometheus-operated',
    parse: serviceAddress,
  }).describe('The Service of your Prometheus, which is pushed to and asked by its address.'),
  replicas: number({
    min: 1,
    max: 20,
    whole: true,
    unit: 'replicas and shards of Prometheus behind that Service',
    mend: 'write what `kubectl get prometheus --all-namespaces` shows',
  })
    .prefault(1)
    .describe('Replicas and shards of Prometheus behind that Service; more than one needs otlp.'),
  /** A receiver in place of Prometheus itself, for example a collector that writes to every replica. */
  otlp: otlpSchema.optional().meta({
    description:
      'A receiver in place of Prometheus itself, such as a collector that writes to every replica.',
    leftOut: 'Prometheus’ own receiver',
  }),
  retention: retention().describe('How long your Prometheus keeps samples: at least the period.'),
  ruleLabels: selected('ruleSelector'),
  monitorLabels: selected('podMonitorSelector'),
  /** Absent: their Alertmanager is not told where our alerts go. */
  alertmanagerConfig: z
    .strictObject({ labels: selected('alertmanagerConfigSelector') })
    .optional()
    .meta({
      description: 'Makes an AlertmanagerConfig of our routes, receivers and inhibitions.',
      leftOut: 'your Alertmanager routes by itself',
    }),
  receivers: z.array(receiverSchema).optional().meta({
    description: 'Who is told of alerts by the AlertmanagerConfig.',
    leftOut: 'nobody',
  }),
});

/** Google's operator scrapes and evaluates; counts get to its store by a collector of the user's. */
const gmpSchema = z.strictObject({
  kind: choice(['gmp'], 'write gmp').describe('What watches: who keeps Prometheus and Alertmanager.'),
  otlp: otlpSchema.describe('Where k6 pushes to.'),
  /** Where the collectors run, for network policies. */
  collectors: text({
    pattern: labelName,
    allowed: 'the name of a namespace',
    mend: 'leave it out; on GKE Autopilot write gke-gmp-system',
  })
    .prefault('gmp-system')
    .describe('Namespace of Google’s collectors, which scrape; gke-gmp-system on Autopilot.'),
  /** Absent: somebody else says whom the managed Alertmanager tells. */
  managedAlertmanager: z
    .strictObject({
      compress: flag('true compresses the rules of everybody in the cluster')
        .prefault(true)
        .describe('Compresses what Google’s operator makes of all rules; 1 MiB is all there is.'),
    })
    .optional()
    .meta({
      description: 'Takes the configuration of the managed Alertmanager over: our routes, and nobody else’s.',
      leftOut: 'your Alertmanager routes by itself',
    }),
  receivers: z.array(receiverSchema).optional().meta({
    description: 'Who is told of alerts by the managed Alertmanager.',
    leftOut: 'nobody',
  }),
});

/** Nothing in the cluster evaluates rules: counts go to somebody who does, or to nobody. */
const noneSchema = z.strictObject({
  kind: choice(['none'], 'write none').describe('What watches: who keeps Prometheus and Alertmanager.'),
  otlp: otlpSchema.describe('Where k6 pushes to.'),
  /** What chaos asks before it kills, where it is on. */
  prometheusUrl: leaf({
    allowed:
      'http://HOST:PORT of something in the cluster that answers queries as Prometheus does, without credentials',
    mend: 'write for example http://mimir-query-frontend.mimir.svc:8080, or leave it out',
    parse: (raw) =>
      typeof raw === 'string' && raw.startsWith('http://') && parseHostAndPort(raw.slice('http://'.length))
        ? raw
        : undefined,
  })
    .optional()
    .meta({
      description: 'Answers queries inside the cluster; needed where chaos is on, which asks before a kill.',
      leftOut: 'nothing can be asked',
    }),
  retention: retention()
    .prefault('35d')
    .describe('How long your store keeps samples, for the rules that npm run rules writes.'),
});

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

/** A Service of the cluster. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

function serviceAddress(raw: unknown): ServiceAddress | undefined {
  const parts = new RegExp(`^(?<namespace>${dnsLabel})/(?<name>${dnsLabel}):(?<port>\\d{1,5})$`).exec(
    typeof raw === 'string' ? raw : '',
  )?.groups;
  const port = Number(parts?.['port']);
  return parts && port > 0 && port < 65_536
    ? { namespace: parts['namespace'] ?? '', name: parts['name'] ?? '', port }
    : undefined;
}

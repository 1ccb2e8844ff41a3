import { z } from 'zod';
import { parseHostAndPort } from './address';
import { flag, labels, leaf, number, text } from './fields';
import { dnsLabel, labelName } from './kubernetes-names';
import { kindField, retention } from './monitoring-fields';
import { otlpSchema } from './otlp-schema';
import { receiverSchema } from './receiver-schema';

const selected = (what: string) =>
  labels(`write those that ${what} of your operator’s asks for, or leave it out where it takes all`)
    .optional()
    .meta({
      description: `Labels that ${what} asks for.`,
      leftOut: 'none beside our own, for a selector that takes all',
    });

const receiversOf = (whose: string) =>
  z
    .array(receiverSchema)
    .optional()
    .meta({ description: `Who is told of alerts by ${whose}.`, leftOut: 'nobody' });

/** Monitoring by a Prometheus of the user's that an operator runs. */
export const existingSchema = z.strictObject({
  kind: kindField('existing'),
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
  receivers: receiversOf('the AlertmanagerConfig'),
});

/** Google's operator scrapes and evaluates; counts get to its store by a collector of the user's. */
export const gmpSchema = z.strictObject({
  kind: kindField('gmp'),
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
  receivers: receiversOf('the managed Alertmanager'),
});

/** Nothing in the cluster evaluates rules: counts go to somebody who does, or to nobody. */
export const noneSchema = z.strictObject({
  kind: kindField('none'),
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

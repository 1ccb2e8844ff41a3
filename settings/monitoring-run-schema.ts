import { z } from 'zod';
import { choice, flag, leaf, number, duration, size, text } from './fields';
import { objectName } from './kubernetes-names';
import { longTermSchema } from './long-term-schema';
import { kindField, retention } from './monitoring-fields';
import { receiverSchema } from './receiver-schema';
import { resources } from './resources-schema';

const megabyte = 2 ** 20;
const gigabyte = 2 ** 30;
/** What a Prometheus and an Alertmanager of the stack's own are asked to be, whoever installs them. */
const runShape = {
  retention: retention().prefault('35d').describe('How long Prometheus keeps samples: at least the period.'),
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

/** Monitoring that the stack runs by an operator of its own. */
export const ownSchema = z.strictObject({
  kind: choice(['own'], 'write own')
    .prefault('own')
    .describe('What watches: who keeps Prometheus and Alertmanager.'),
  ...runShape,
});

/** The release that was read; another major one may call its values something else. */
const chartVersion = '88.5.3';

/** Monitoring that the stack installs by the chart kube-prometheus-stack. */
export const chartSchema = z.strictObject({
  kind: kindField('kube-prometheus-stack'),
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

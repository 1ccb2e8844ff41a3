import { z } from 'zod';
import { injectorMemory } from '../signals/injector';
import { defaultNodeProber, nodeProtocols } from '../signals/node-model';
import { pathTable, type PathName, type PathRow } from '../signals/paths';
import { choice, cpu, duration, flag, leaf, number, size, text } from './fields';
import { formatDuration, parseDuration } from './units';
import { chaosShape } from './chaos-schema';
import { clusterSchema } from './cluster-schema';
import { dashboardsSchema } from './dashboards-schema';
import { longTermSchema } from './long-term-schema';
import { receiverSchema } from './receiver-schema';

const megabyte = 2 ** 20;
const gigabyte = 2 ** 30;
const day = 86_400_000;

/** Requests and limits of a pod's main container, with these defaults. */
function resources(defaults: { cpu: [string, string]; memory: [string, string] }) {
  const one = (kind: 'request' | 'limit', index: 0 | 1) =>
    z
      .strictObject({
        cpu: cpu({
          min: 5,
          max: 64_000,
          mend: `write for example ${defaults.cpu[index]} as the ${kind}`,
        }).prefault(defaults.cpu[index]),
        memory: size({
          min: 16 * megabyte,
          max: 512 * gigabyte,
          mend: `write for example ${defaults.memory[index]} as the ${kind}`,
        }).prefault(defaults.memory[index]),
      })
      .prefault({});
  return z.strictObject({ requests: one('request', 0), limits: one('limit', 1) }).prefault({});
}

/** CPU in thousandths and memory in bytes, asked for and at most. */
export type ResourceSettings = z.output<ReturnType<typeof resources>>;

const percentMend = (what: string) =>
  `lower ${what}: 100 % leaves no budget, so that the first failure breaks it`;

function pathSchema({ defaults, gateway }: PathRow) {
  return z
    .strictObject({
      // A gateway has to be named or made first, so paths through one are asked for.
      enabled: flag('false stops probing this path').prefault(gateway !== true),
      rate: number({
        min: 0.1,
        max: 1000,
        unit: 'probes per second in total over all injectors',
        mend: `write for example ${defaults.ratePerSecond}; to stop probing the path set enabled: false`,
      }).prefault(defaults.ratePerSecond),
      timeout: duration({
        min: 50,
        max: 60_000,
        mend: `write for example ${formatDuration(defaults.timeoutMs)}`,
      }).prefault(formatDuration(defaults.timeoutMs)),
      availability: number({
        min: 50,
        max: 100,
        below: true,
        unit: 'percent of probes answered right',
        mend: percentMend('the objective, for example to 99.9'),
      }).prefault(defaults.availabilityPercent),
      latency: z
        .strictObject({
          percent: number({
            min: 50,
            max: 100,
            below: true,
            unit: 'percent of answers within the bound',
            mend: percentMend('the objective, for example to 99'),
          }).prefault(defaults.latencyPercent),
          bound: duration({
            min: 1,
            max: 60_000,
            mend: `write for example ${formatDuration(defaults.latencyBoundMs)}`,
          }).prefault(formatDuration(defaults.latencyBoundMs)),
        })
        .prefault({}),
    })
    .prefault({});
}

const pathShape = Object.fromEntries(pathTable.map((row) => [row.name, pathSchema(row)])) as Record<
  PathName,
  ReturnType<typeof pathSchema>
>;

const podinfoSchema = z
  .strictObject({
    replicas: number({
      min: 2,
      max: 50,
      whole: true,
      mend: 'write 2 or more: one replica cannot be drained without an outage',
    }).prefault(2),
    // Timeout of source's own call to target; left out, it follows the path's timeout.
    clientTimeout: duration({
      min: 50,
      max: 60_000,
      mend: 'write for example 1s, or leave it out',
    }).optional(),
    drain: z
      .strictObject({
        preStop: duration({ min: 1000, max: 120_000, mend: 'write for example 5s' }).prefault('5s'),
        shutdown: duration({
          min: 4000,
          max: 300_000,
          mend: 'write for example 25s; podinfo itself waits 3s of it',
        }).prefault('25s'),
        grace: duration({ min: 5000, max: 600_000, mend: 'write for example 40s' }).prefault('40s'),
      })
      .prefault({}),
    disruptionBudget: z
      .strictObject({
        maxUnavailable: number({ min: 0, max: 50, whole: true, mend: 'write for example 1' }).prefault(1),
      })
      .prefault({}),
    resources: resources({ cpu: ['50m', '500m'], memory: ['32MB', '128MB'] }),
  })
  .prefault({});

const echoSchema = z
  .strictObject({
    replicas: number({
      min: 2,
      max: 50,
      whole: true,
      mend: 'write 2 or more: one replica cannot be drained without an outage',
    }).prefault(2),
    drainAfter: duration({
      min: 1000,
      max: 120_000,
      mend: 'write for example 5s: by then every kube-proxy has forgotten a pod that ends',
    }).prefault('5s'),
    resources: resources({ cpu: ['20m', '500m'], memory: ['32MB', '128MB'] }),
  })
  .prefault({});

const nodeProberSchema = z
  .strictObject({
    // Left out, on wherever it can run: where there is an image of it, and another node.
    enabled: flag('false probes no node from another').optional(),
    peers: number({
      min: 1,
      max: 20,
      whole: true,
      unit: 'other nodes that each node probes at a time',
      mend: `write for example ${defaultNodeProber.peers}: load and series grow with nodes × peers`,
    }).prefault(defaultNodeProber.peers),
    rate: number({
      min: 0.1,
      max: 10,
      unit: 'probes per second from one node to one other over one protocol',
      mend: `write for example ${defaultNodeProber.ratePerSecond}; to stop them set enabled: false`,
    }).prefault(defaultNodeProber.ratePerSecond),
    protocols: z
      .array(choice(nodeProtocols, `write ${nodeProtocols.join(', ')} or both`))
      .prefault([...nodeProtocols]),
    timeout: duration({ min: 50, max: 10_000, mend: 'write for example 1s' }).prefault(
      formatDuration(defaultNodeProber.timeoutMs),
    ),
    latencyBound: duration({ min: 1, max: 10_000, mend: 'write for example 25ms' }).prefault(
      formatDuration(defaultNodeProber.latencyBoundMs),
    ),
    rotation: duration({
      min: 600_000,
      max: 7 * day,
      mend: 'write for example 1h: each rotation makes new series',
    }).prefault(formatDuration(defaultNodeProber.rotationMs)),
    resources: resources({ cpu: ['10m', '200m'], memory: ['16MB', '64MB'] }),
  })
  .prefault({});

const image = (example: string) =>
  text({
    pattern: /^[a-z0-9][\w.:/-]*[:@][\w.:-]+$/,
    allowed: 'an image reference with a tag or a digest',
    mend: `write for example ${example}`,
  }).optional();

const imagesSchema = z
  .strictObject({
    k6: image('registry.example.org/continuous-load/k6:2.2.0'),
    echo: image('registry.example.org/continuous-load/echo:1'),
  })
  .prefault({});

const injectorSchema = z
  .strictObject({
    replicas: number({
      min: 2,
      max: 20,
      whole: true,
      mend: 'write 2 or more: with one injector every eviction leaves the paths unmeasured',
    }).prefault(2),
    exportInterval: duration({ min: 1000, max: 10_000, mend: 'write for example 2s' }).prefault('2s'),
    maxVUs: number({
      min: 1,
      max: 10_000,
      whole: true,
      unit: 'virtual users that one injector may have at most',
      mend: 'leave it out: it is computed from rate × timeout',
    }).optional(),
    resources: resources({
      cpu: ['100m', '1'],
      memory: [`${injectorMemory.requestMiB}MB`, `${injectorMemory.limitMiB}MB`],
    }),
  })
  .prefault({});

const monitoringSchema = z
  .strictObject({
    retention: duration({ min: day, max: 1100 * day, mend: 'write for example 35d' }).prefault('35d'),
    retentionSize: size({
      min: 512 * megabyte,
      max: 10_000 * gigabyte,
      mend: 'write for example 8GB',
    }).prefault('8GB'),
    scrapeInterval: duration({ min: 5000, max: 120_000, mend: 'write for example 15s' }).prefault('15s'),
    storage: z
      .strictObject({
        size: size({ min: gigabyte, max: 20_000 * gigabyte, mend: 'write for example 10GB' }).prefault(
          '10GB',
        ),
        class: text({
          pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
          allowed: 'the name of a StorageClass',
          mend: 'see `kubectl get storageclass`, or leave it out for the default class',
        }).optional(),
      })
      .prefault({}),
    prometheusReplicas: leaf({
      allowed: '1: pushed counters would be split over several Prometheus replicas behind one Service',
      mend: 'leave it out',
      parse: (raw) => (raw === 1 || raw === '1' ? 1 : undefined),
    }).prefault(1),
    alertmanagerReplicas: number({
      min: 1,
      max: 3,
      whole: true,
      mend: 'write 1, or 3 over three zones',
    }).prefault(1),
    kubelet: z
      .strictObject({
        verifyTls: flag('false only where kubelets serve self-signed certificates').prefault(true),
      })
      .prefault({}),
    receivers: z.array(receiverSchema).optional(),
    longTerm: longTermSchema,
    resources: resources({ cpu: ['100m', '1'], memory: ['256MB', '1GB'] }),
  })
  .prefault({});

const alertsSchema = z
  .strictObject({
    owner: text({
      pattern: /^[A-Za-z0-9][\w .-]{0,62}$/,
      allowed: 'the name of a team, up to 63 letters, digits, blanks, dots and dashes',
      mend: 'write for example platform',
    }).prefault('platform'),
    interruptionsPerHour: number({
      min: 1,
      max: 100_000,
      unit: 'ends of open streams in an hour, of all injectors together, that nobody is told of',
      mend: 'write for example 30',
    }).prefault(30),
    runbooks: text({
      pattern: /^[^\s#]+$/,
      allowed: 'the address of the page with the runbooks, without # and blanks',
      mend: 'write for example https://wiki.example.org/continuous-load, or leave it out',
    }).optional(),
  })
  .prefault({});

const hostAndPort = (example: string) =>
  text({
    pattern: /^[A-Za-z0-9.-]+(:\d{1,5})?$/,
    allowed: 'a name or an address, with a port unless it is 80',
    mend: `write for example ${example}`,
  }).optional();

const gatewaySchema = z
  .strictObject({
    /** GatewayClass whose controller serves the gateway; the lab has one of its own. */
    class: text({
      pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
      allowed: 'the name of a GatewayClass',
      mend: 'see `kubectl get gatewayclass`',
    }).optional(),
    /** Where pods reach the gateway: the Service that the class's controller makes for it. */
    address: hostAndPort('gateway-istio.continuous-load.svc.cluster.local.'),
    /** Where clients outside reach it. */
    externalAddress: hostAndPort('gateway.example.org'),
    /** How often the lab's gateway repeats an attempt that failed; elsewhere its class decides. */
    retries: number({
      min: 0,
      max: 10,
      whole: true,
      unit: 'repeats of one request',
      mend: 'write 0 to see every fault in the probes',
    }).optional(),
  })
  .prefault({});

const loadSchema = z
  .strictObject({
    enabled: flag('false stops all load of this stack').prefault(true),
    maxRate: number({
      min: 1,
      max: 10_000,
      unit: 'probes per second over all paths',
      mend: 'write the most load that this cluster may ever get',
    }).prefault(100),
  })
  .prefault({});

const chaosSchema = z
  .strictObject({
    ...chaosShape,
    resources: resources({ cpu: ['20m', '300m'], memory: ['64MB', '192MB'] }),
  })
  .prefault({});

const periods = { '7d': 7, '28d': 28, '30d': 30, '90d': 90 } as const;

/** The sections of a stack's config, each parsed on its own so that one broken section hides nothing in another. */
export const sections = {
  cluster: clusterSchema,
  paths: z.strictObject(pathShape).prefault({}),
  period: leaf({
    allowed: `one of ${Object.keys(periods).join(', ')}`,
    mend: 'write for example 30d',
    parse: (raw) => {
      const milliseconds = parseDuration(raw);
      return Object.values(periods).find((days) => days * day === milliseconds);
    },
  }).prefault('30d'),
  load: loadSchema,
  injector: injectorSchema,
  podinfo: podinfoSchema,
  echo: echoSchema,
  nodeProber: nodeProberSchema,
  gateway: gatewaySchema,
  images: imagesSchema,
  monitoring: monitoringSchema,
  alerts: alertsSchema,
  dashboards: dashboardsSchema,
  chaos: chaosSchema,
  testTimeScale: number({
    min: 1,
    max: 1000,
    unit: 'by which burn windows are divided',
    mend: 'leave it out: it is for tests of the alerts only',
  }).prefault(1),
};

/** Name of a section, which is the config key without its namespace. */
export type SectionName = keyof typeof sections;

/** What a stack's config says, with defaults and in plain units. */
export type Config = { [Name in SectionName]: z.output<(typeof sections)[Name]> };

/** The two hops under load, with the timeout between them resolved. */
export type PodinfoSettings = Config['podinfo'] & { readonly clientTimeout: number };

/** Probes from node to node. */
export type NodeProberConfig = Config['nodeProber'];

/** The echo server. */
export type EchoSettings = Config['echo'];

import { z } from 'zod';
import { leastGraceMs } from '../components/mesh/drain';
import { injectorMemory } from '../signals/injector';
import { defaultRunbookBase } from '../signals/model';
import { defaultNodeProber, nodeProtocols } from '../signals/node-model';
import { pathTable, type PathName, type PathRow } from '../signals/paths';
import { choice, duration, flag, leaf, number, text } from './fields';
import { formatDuration, parseDuration } from './units';
import { chaosShape } from './chaos-schema';
import { clusterSchema } from './cluster-schema';
import { dashboardsSchema } from './dashboards-schema';
import { monitoringSchema } from './monitoring-schema';
import { resources } from './resources-schema';

const day = 86_400_000;

const percentMend = (what: string) =>
  `lower ${what}: 100 % leaves no budget, so that the first failure breaks it`;

function pathSchema({ title, defaults, gateway, mesh }: PathRow) {
  return z
    .strictObject({
      // A gateway has to be named or made first, so paths through one are asked for; those through the mesh come with it.
      enabled: mesh
        ? flag('false stops probing this path').optional().meta({
            description: 'Whether the path is probed.',
            leftOut: 'as mesh.enabled',
          })
        : flag('false stops probing this path')
            .prefault(gateway !== true)
            .describe('Whether the path is probed; one path at least must be.'),
      rate: number({
        min: 0.1,
        max: 1000,
        unit: 'probes per second in total over all injectors',
        mend: `write for example ${defaults.ratePerSecond}; to stop probing the path set enabled: false`,
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
    })
    .prefault({})
    .describe(`${title}: its load and objectives.`);
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

const echoSchema = z
  .strictObject({
    replicas: number({
      min: 2,
      max: 50,
      whole: true,
      mend: 'write 2 or more: one replica cannot be drained without an outage',
    })
      .prefault(2)
      .describe('Pods of the echo server.'),
    drainAfter: duration({
      min: 1000,
      max: 120_000,
      mend: 'write for example 5s: by then every kube-proxy has forgotten a pod that ends',
    })
      .prefault('5s')
      .describe(
        'How long a pod that is to stop still serves before it ends its streams; of the nodes’ echoes too.',
      ),
    resources: resources({ cpu: ['20m', '500m'], memory: ['32MB', '128MB'] }),
  })
  .prefault({})
  .describe('The echo server behind grpc-stream, websocket, tcp and udp.');

const nodeProberSchema = z
  .strictObject({
    enabled: flag('false probes no node from another').optional().meta({
      description: 'Whether there are an echo and a prober on every node.',
      leftOut: 'true on a lab of two nodes or more, elsewhere with images.echo',
    }),
    peers: number({
      min: 1,
      max: 20,
      whole: true,
      unit: 'other nodes that each node probes at a time',
      mend: `write for example ${defaultNodeProber.peers}: load and series grow with nodes × peers`,
    })
      .prefault(defaultNodeProber.peers)
      .describe('How many other nodes a node probes; its own comes on top.'),
    rate: number({
      min: 0.1,
      max: 10,
      unit: 'probes per second from one node to one other over one protocol',
      mend: `write for example ${defaultNodeProber.ratePerSecond}; to stop them set enabled: false`,
    })
      .prefault(defaultNodeProber.ratePerSecond)
      .describe('Load from each node to each of its peers.'),
    protocols: z
      .array(choice(nodeProtocols, `write ${nodeProtocols.join(', ')} or both`))
      .prefault([...nodeProtocols])
      .describe('What nodes are probed over, each once.'),
    timeout: duration({ min: 50, max: 10_000, mend: 'write for example 1s' })
      .prefault(formatDuration(defaultNodeProber.timeoutMs))
      .describe('When a probe without an answer has failed; longer than the bound, at most 1 / rate.'),
    latencyBound: duration({ min: 1, max: 10_000, mend: 'write for example 25ms' })
      .prefault(formatDuration(defaultNodeProber.latencyBoundMs))
      .describe('An answer after it is slow, which is shown and alerts nobody.'),
    rotation: duration({
      min: 600_000,
      max: 7 * day,
      mend: 'write for example 1h: each rotation makes new series',
    })
      .prefault(formatDuration(defaultNodeProber.rotationMs))
      .describe('How long a node keeps its peers, where there are more nodes than peers.'),
    resources: resources({ cpu: ['10m', '200m'], memory: ['16MB', '64MB'] }),
  })
  .prefault({})
  .describe('Probes from every node to some others over TCP and UDP.');

const image = (example: string) =>
  text({
    pattern: /^[a-z0-9][\w.:/-]*[:@][\w.:-]+$/,
    allowed: 'an image reference with a tag or a digest',
    mend: `write for example ${example}`,
  }).optional();

const imagesSchema = z
  .strictObject({
    k6: image('registry.example.org/continuous-load/k6:2.2.0').meta({
      description:
        'k6 with the extension k6/x/netprobe, needed by dns, tcp, udp, api-server and chaos on an existing cluster.',
      leftOut: 'made by the stack on lab and k3d, else the released k6',
    }),
    echo: image('registry.example.org/continuous-load/echo:1').meta({
      description:
        'The echo server, needed on an existing cluster by the paths that end there and by nodeProber.',
      leftOut: 'made by the stack on lab and k3d, else none',
    }),
  })
  .prefault({})
  .describe('Images of your own, where nobody publishes one.');

const injectorSchema = z
  .strictObject({
    replicas: number({
      min: 2,
      max: 20,
      whole: true,
      mend: 'write 2 or more: with one injector every eviction leaves the paths unmeasured',
    })
      .prefault(2)
      .describe('Pods of k6 that share the rates.'),
    exportInterval: duration({ min: 1000, max: 10_000, mend: 'write for example 2s' })
      .prefault('2s')
      .describe('How often k6 pushes what it counted.'),
    maxVUs: number({
      min: 1,
      max: 10_000,
      whole: true,
      unit: 'virtual users that one injector may have at most',
      mend: 'leave it out: it is computed from rate × timeout',
    })
      .optional()
      .meta({
        description: 'Cap on virtual users; refused where it is less than the rates and timeouts need.',
        leftOut: 'rate × timeout + 20 %, over all probes',
      }),
    resources: resources({
      cpu: ['100m', '1'],
      memory: [`${injectorMemory.requestMiB}MB`, `${injectorMemory.limitMiB}MB`],
    }).describe('What one injector is sure of and may take; a starved one counts error, reason lag.'),
  })
  .prefault({})
  .describe('The k6 pods that probe.');

const alertsSchema = z
  .strictObject({
    owner: text({
      pattern: /^[A-Za-z0-9][\w .-]{0,62}$/,
      allowed: 'the name of a team, up to 63 letters, digits, blanks, dots and dashes',
      mend: 'write for example platform',
    })
      .prefault('platform')
      .describe('Label owner of every alert.'),
    interruptionsPerHour: number({
      min: 1,
      max: 100_000,
      unit: 'ends of open streams in an hour, of all injectors together, that nobody is told of',
      mend: 'write for example 30',
    })
      .prefault(30)
      .describe('How often open streams may end before it is a ticket.'),
    runbooks: text({
      pattern: /^[^\s#]+$/,
      allowed: 'the address of the page with the runbooks, without # and blanks',
      mend: 'write for example https://wiki.example.org/continuous-load, or leave it out',
    })
      .optional()
      .meta({
        description:
          'Page that every alert links to, by anchor: a copy of docs/paths-and-alerts.md that your people can open.',
        leftOut: defaultRunbookBase,
      }),
  })
  .prefault({})
  .describe('What every alert carries, and one bound.');

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
    })
      .optional()
      .meta({
        description: 'GatewayClass whose controller serves the gateway; only on an existing cluster.',
        leftOut: 'the stack’s own on lab and k3d',
      }),
    address: hostAndPort('gateway-istio.continuous-load.svc.cluster.local.').describe(
      'Where pods reach the gateway, for ingress: the Service that the class’s controller makes; only on an existing cluster.',
    ),
    externalAddress: hostAndPort('gateway.example.org').describe(
      'Where clients outside reach the gateway, for ingress-external; only on an existing cluster.',
    ),
    retries: number({
      min: 0,
      max: 10,
      whole: true,
      unit: 'repeats of one request',
      mend: 'write 0 to see every fault in the probes',
    })
      .optional()
      .meta({
        description:
          'How often the stack’s own gateway repeats an attempt that failed (connect failure, 503), and so hides it.',
        leftOut: '0',
      }),
  })
  .prefault({})
  .describe('The gateway of the paths ingress and ingress-external, which are off by default.');

const meshSchema = z
  .strictObject({
    enabled: flag('true makes a mesh')
      .prefault(false)
      .describe('Makes a mesh, and probes the paths through it unless they are switched off by themselves.'),
    revision: text({
      pattern: /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/,
      allowed: 'the name of a revision of Istio',
      mend: 'see `istioctl tag list`, or leave it out',
    })
      .optional()
      .meta({
        description: 'Label istio.io/rev of the mesh’s namespace; on an existing cluster only.',
        leftOut: 'istio-injection: enabled',
      }),
    retries: number({
      min: 1,
      max: 10,
      whole: true,
      unit: 'repeats of one request',
      mend: 'write 2, as Istio does by default; the path mesh repeats nothing',
    })
      .prefault(2)
      .describe('How often the path mesh-retry repeats an attempt at most.'),
    peerAuthentication: choice(
      ['STRICT', 'PERMISSIVE'],
      'write STRICT; PERMISSIVE only to find out what breaks by it',
    )
      .prefault('STRICT')
      .describe('Whether pods of the mesh take mutual TLS only; source answers the injectors in any case.'),
    grace: duration({
      min: leastGraceMs,
      max: 600_000,
      mend: 'write for example 40s: all times of a drain are parts of it',
    })
      .prefault('40s')
      .describe('How long a pod of the mesh may take to end; all that drains is derived from it.'),
    certificateLife: duration({
      min: 120_000,
      max: 90 * day,
      mend: 'write for example 24h, as Istio does by default; no longer than the mesh’s control plane signs for',
    })
      .prefault('24h')
      .describe('How long a certificate of a pod is good for; a new one is asked for after half of that.'),
    resources: resources({ cpu: ['50m', '500m'], memory: ['128MB', '256MB'] }).describe(
      'What one sidecar is sure of and may take.',
    ),
  })
  .prefault({})
  .describe('Two hops inside an Istio mesh.');

const loadSchema = z
  .strictObject({
    enabled: flag('false stops all load of this stack')
      .prefault(true)
      .describe('The one switch: false stops all load and its alerts.'),
    maxRate: number({
      min: 1,
      max: 10_000,
      unit: 'probes per second over all paths',
      mend: 'write the most load that this cluster may ever get',
    })
      .prefault(100)
      .describe('Cap on the sum of all rates.'),
  })
  .prefault({})
  .describe('The one switch and the cap over all paths.');

const chaosSchema = z
  .strictObject({
    ...chaosShape,
    resources: resources({ cpu: ['20m', '300m'], memory: ['64MB', '192MB'] }),
  })
  .prefault({})
  .describe('Removes pods, when nothing speaks against it, as a proof that nobody notices.');

const periods = { '7d': 7, '28d': 28, '30d': 30, '90d': 90 } as const;

/** The sections of a stack's config, each parsed on its own so that one broken section hides nothing in another. */
export const sections = {
  cluster: clusterSchema,
  paths: z.strictObject(pathShape).prefault({}).describe('Load and objectives of each path.'),
  period: leaf({
    type: 'duration',
    words: Object.keys(periods),
    // Other spellings of the same time are right too: 720h.
    written: { type: 'string' },
    allowed: `one of ${Object.keys(periods).join(', ')}`,
    mend: 'write for example 30d',
    parse: (raw) => {
      const milliseconds = parseDuration(raw);
      return Object.values(periods).find((days) => days * day === milliseconds);
    },
  })
    .prefault('30d')
    .describe('Time over which an error budget is counted; burn windows scale with it.'),
  load: loadSchema,
  injector: injectorSchema,
  podinfo: podinfoSchema,
  echo: echoSchema,
  nodeProber: nodeProberSchema,
  gateway: gatewaySchema,
  mesh: meshSchema,
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
  })
    .prefault(1)
    .describe('For tests on a lab only: divides the windows of the burn alerts.'),
};

export type { ResourceSettings } from './resources-schema';

/** Name of a section, which is the config key without its namespace. */
export type SectionName = keyof typeof sections;

/** What a stack's config says, with defaults and in plain units. */
export type Config = { [Name in SectionName]: z.output<(typeof sections)[Name]> };

/** The mesh, its drain and its sidecars. */
export type MeshSettings = Config['mesh'];

/** The two hops under load, with the timeout between them resolved. */
export type PodinfoSettings = Config['podinfo'] & { readonly clientTimeout: number };

/** Probes from node to node. */
export type NodeProberConfig = Config['nodeProber'];

/** The echo server. */
export type EchoSettings = Config['echo'];

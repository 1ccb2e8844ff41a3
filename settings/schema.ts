import { z } from 'zod';
import { injectorMemory } from '../signals/injector';
import { defaultRunbookBase } from '../signals/model';
import { duration, flag, leaf, number, text } from './fields';
import { imageReference } from './image-reference';
import { resources } from './resources-schema';
import { dayMs, parseDuration } from './units';
import { chaosShape } from './chaos-schema';
import { clusterSchema } from './cluster-schema';
import { dashboardsSchema } from './dashboards-schema';
import { echoSchema } from './echo-schema';
import { gatewaySchema } from './gateway-schema';
import type { ControlPlaneSettings } from './control-plane-schema';
import { meshSchema } from './mesh-schema';
import { monitoringSchema } from './monitoring-schema';
import { networkPoliciesSchema } from './network-policies-schema';
import { ownerName } from './owner-field';
import { nodeProberSchema } from './node-prober-schema';
import { pathShape } from './path-schema';
import { podinfoSchema } from './podinfo-schema';
import { authorities, targetsSchema } from './targets-schema';

const image = (example: string) =>
  text({
    pattern: imageReference,
    allowed: 'an image reference with a tag or a digest, its path in lower case and without https://',
    mend: `write for example ${example}`,
  }).optional();

const imagesSchema = z
  .strictObject({
    k6: image('registry.example.org/continuous-load/k6:2.2.0').meta({
      description:
        'k6 with the extension k6/x/netprobe, needed by dns, tcp, udp, api-server and chaos on an existing cluster.',
      leftOut: 'made by the stack on lab, k3d and eks, else the released k6',
    }),
    echo: image('registry.example.org/continuous-load/echo:1').meta({
      description:
        'The echo server, needed on an existing cluster by the paths that end there and by nodeProber.',
      leftOut: 'made by the stack on lab, k3d and eks, else none',
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
    authorities,
    resources: resources({
      cpu: ['100m', '1'],
      memory: [`${injectorMemory.requestMiB}MB`, `${injectorMemory.limitMiB}MB`],
    }).describe('What one injector is sure of and may take; a starved one counts error, reason lag.'),
  })
  .prefault({})
  .describe('The k6 pods that probe.');

const alertsSchema = z
  .strictObject({
    owner: ownerName.prefault('platform').describe('Label owner of every alert.'),
    interruptionsPerHour: number({
      min: 1,
      max: 100_000,
      unit: 'ends of open streams in an hour, of all injectors together, that nobody is told of',
      mend: 'write for example 30',
    })
      .prefault(30)
      .describe('How often open streams may end before it is a ticket.'),
    runbooks: text({
      // Prometheus takes braces for a template.
      pattern: /^https?:\/\/[^\s#{}]+$/,
      allowed: 'the http or https address of the page with the runbooks, without #, blanks and braces',
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
    maxTargetRate: number({
      min: 0.1,
      max: 10_000,
      unit: 'probes per second over all targets of your own',
      mend: 'write the most that they may get together, for example 20',
    })
      .prefault(20)
      .describe('Cap on the sum of the rates of targets, which are others’ to keep up.'),
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
  targets: targetsSchema,
  period: leaf({
    type: 'duration',
    words: Object.keys(periods),
    // Other spellings of the same time are right too: 720h.
    written: { type: 'string' },
    allowed: `one of ${Object.keys(periods).join(', ')}`,
    mend: 'write for example 30d',
    parse: (raw) => {
      const milliseconds = parseDuration(raw);
      return Object.values(periods).find((days) => days * dayMs === milliseconds);
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
  networkPolicies: networkPoliciesSchema,
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
export type MeshSettings = Omit<Config['mesh'], 'controlPlane'> & {
  readonly controlPlane: ControlPlaneSettings;
};

/** The two hops under load, with the timeout between them resolved. */
export type PodinfoSettings = Config['podinfo'] & { readonly clientTimeout: number };

/** Probes from node to node. */
export type NodeProberConfig = Config['nodeProber'];

/** The echo server. */
export type EchoSettings = Config['echo'];

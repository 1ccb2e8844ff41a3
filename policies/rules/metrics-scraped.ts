import { monitorKinds, scrapes } from '../lib/monitors';
import { stackRule } from '../lib/rule';

/** Settings of {@link metricsScraped}. */
interface Ports {
  readonly ports: readonly string[];
  readonly except: readonly string[];
}

/** Metrics that somebody reads. */
export const metricsScraped = stackRule<Ports>({
  name: 'metrics-scraped',
  description: 'A container port for metrics is scraped.',
  mend: 'Add the workload to a PodMonitor or PodMonitoring (components/monitoring/monitors.ts), or rename the port.',
  level: 'mandatory',
  settings: {
    except: {
      type: 'array',
      description: 'Workloads whose metrics nobody needs yet, as `namespace/name`.',
      default: [],
    },
    ports: {
      type: 'array',
      description: 'Names of ports that are for metrics.',
      default: ['metrics', 'http-metrics', 'telemetry', 'reloader-web'],
    },
  },
  judgeStack: (stack, { ports, except }) => {
    if (stack.of(...monitorKinds).length === 0) return []; // another way of collecting, or none
    const read = scrapes(stack);
    const judged = stack.workloads.filter(
      ({ object: { namespace, name } }) => !except.includes(`${namespace}/${name}`),
    );
    return judged.flatMap(({ object, ports: own }) =>
      own
        .filter((port) => ports.includes(port))
        .filter((port) => !read.some((scrape) => scrape.workload.object === object && scrape.port === port))
        .map((port) => ({ object, problem: `no monitor scrapes its port ${port}` })),
    );
  },
});

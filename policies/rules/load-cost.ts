import { at } from '../lib/data';
import { injectors, totalRate, type Injector } from '../lib/injector';
import { quantity } from '../lib/quantity';
import { stackRule } from '../lib/rule';
import { containers } from '../lib/workloads';

/** Settings of {@link loadCost}; prices in US dollars. */
interface Prices {
  readonly usdPerMonth: number;
  readonly usdPerCpuMonth: number;
  readonly usdPerGibMonth: number;
  readonly kilobytesPerProbe: number;
  readonly usdPerGigabyte: number;
}

const secondsPerMonth = 730 * 3600;

/**
 * What the load costs in a cloud: reserved CPU and memory of the injectors, and traffic, as if every probe crossed a zone border. Off where
 * nothing is said about money (`usdPerMonth` 0), as on a laptop.
 */
export const loadCost = stackRule<Prices>({
  name: 'load-cost',
  description: 'The load costs no more a month than the stack may.',
  mend: 'Lower rates, injectors or their requests, or raise the setting `usdPerMonth` of this rule for the stack.',
  level: 'mandatory',
  settings: {
    usdPerMonth: {
      type: 'number',
      description: 'What the load may cost a month; 0 for no limit.',
      default: 0,
    },
    usdPerCpuMonth: {
      type: 'number',
      description:
        'Price of a CPU for a month (EC2 m7i on demand, us-east-1: 0.0504 $/h for half of a large).',
      default: 37,
    },
    usdPerGibMonth: {
      type: 'number',
      description: 'Price of a GiB of memory for a month, where it is counted beside the CPU.',
      default: 4,
    },
    kilobytesPerProbe: {
      type: 'number',
      description: 'Traffic of a probe there and back, over all hops, with its handshakes.',
      default: 8,
    },
    usdPerGigabyte: {
      type: 'number',
      description: 'Price of traffic between zones, both directions together.',
      default: 0.02,
    },
  },
  judgeStack: (stack, prices) => {
    if (prices.usdPerMonth <= 0) return [];
    const costs = injectors(stack).map((injector) => ({
      object: injector.object,
      usd: cost(injector, prices),
    }));
    const total = costs.reduce((sum, { usd }) => sum + usd, 0);
    const [first] = costs;
    return first && total > prices.usdPerMonth
      ? [
          {
            object: first.object,
            problem: `the load costs about ${Math.round(total)} $ a month, and ${prices.usdPerMonth} $ are allowed`,
          },
        ]
      : [];
  },
});

function cost(injector: Injector, prices: Prices): number {
  const pods = injector.workload?.replicas ?? 0;
  const requested = (what: string) =>
    containers(injector.workload?.pod).reduce<number>(
      (sum, container) => sum + (quantity(at(container, 'resources', 'requests', what)) ?? 0),
      0,
    );
  const gigabytes = ((totalRate(injector) ?? 0) * secondsPerMonth * prices.kilobytesPerProbe) / 1e6;
  return (
    pods *
      (requested('cpu') * prices.usdPerCpuMonth + (requested('memory') / 2 ** 30) * prices.usdPerGibMonth) +
    gigabytes * prices.usdPerGigabyte
  );
}

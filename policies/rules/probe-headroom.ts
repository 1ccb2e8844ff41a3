import { injectors, type Probes } from '../lib/injector';
import { stackRule } from '../lib/rule';

/** VUs beyond rate × timeout: a black hole must end in timeouts, not in dropped probes (as signals/injector.ts, `virtualUsers`). */
const spareShare = 0.2;
/** One may wait for its timeout while the next probe is due. */
const leastVus = 2;
/** A period is a whole number of microseconds, so that the rate that it says may be a little over the one that was meant. */
const rounding = 1e-3;

/** Injectors that can wait for every probe of a dead target: with fewer VUs k6 drops iterations, and the outage looks like a gap. */
export const probeHeadroom = stackRule({
  name: 'probe-headroom',
  description:
    'Every scenario has VUs for rate × timeout and a fifth more, so that no probe is dropped when all time out.',
  mend: 'Raise vus to rate × timeout × 1.2 (at least 2), or lower rate or timeout.',
  level: 'mandatory',
  judgeStack: (stack) =>
    injectors(stack).flatMap(({ object, probes }) =>
      probes.flatMap((one) => {
        const needed = neededVus(one);
        return one.vus >= needed
          ? []
          : [{ object, problem: `scenario ${one.name} has ${one.vus} VUs and needs ${needed}` }];
      }),
    ),
});

function neededVus({ isStream, ratePerSecond, timeoutMs }: Probes): number {
  if (isStream) return 1;
  return Math.max(
    leastVus,
    Math.ceil(((ratePerSecond * timeoutMs) / 1000) * (1 + spareShare) * (1 - rounding)),
  );
}

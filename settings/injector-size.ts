import { injectorVus, leastMemoryMiB } from '../signals/injector';
import type { SignalModel } from '../signals/model';
import { type Problem, touches } from './problem';
import type { Config } from './schema';

/** What an injector is too small for: virtual users under a cap of the user's, and memory for them. */
export function findTooSmallInjector(
  model: SignalModel,
  injector: Config['injector'] | undefined,
  found: readonly Problem[],
): Problem[] {
  if (injector === undefined || touches(['injector', 'load', 'paths', 'targets'], found)) return [];
  const vus = injectorVus(model);
  return [...tooFewVus(injector.maxVUs, vus), ...tooLittleMemory(injector.resources.limits.memory, vus)];
}

/** A cap below what rate × timeout needs would turn a dead target into dropped probes. */
function tooFewVus(maxVUs: number | undefined, needed: number): Problem[] {
  if (maxVUs === undefined || maxVUs >= needed) return [];
  return [
    {
      field: 'injector.maxVUs',
      value: maxVUs,
      allowed: `at least ${needed}, which is rate × timeout + 20 % over all probes of one injector: else a dead target ends in dropped probes`,
      mend: 'raise it or leave it out; or lower rates and timeouts; or use more injectors',
    },
  ];
}

/** With less, k6 spends its time on collecting garbage and all it probes is late, or it is killed. */
function tooLittleMemory(limitBytes: number, vus: number): Problem[] {
  const least = leastMemoryMiB(vus);
  const limitMiB = limitBytes / 2 ** 20;
  if (limitMiB >= least) return [];
  return [
    {
      field: 'injector.resources.limits.memory',
      value: `${limitMiB}MB`,
      allowed: `at least ${least}MB, which is what ${vus} virtual users of one injector need (rate × timeout + 20 %, two at least for each kind of probe)`,
      mend: `write ${least}MB or more; or fewer targets, lower rates and timeouts; or, where rates make them many, more injectors`,
    },
  ];
}

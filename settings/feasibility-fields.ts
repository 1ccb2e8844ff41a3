import type { Problem as SignalProblem } from '../signals/feasibility';
import type { Problem } from './problem';

interface Spelling {
  readonly field: string;
  readonly mend: string;
}

/** Fields of the signal model outside the paths, as the config spells them. */
const modelFields: Readonly<Record<string, Spelling>> = {
  injectors: { field: 'injector.replicas', mend: 'change the number of injectors' },
  exportIntervalMs: { field: 'injector.exportInterval', mend: 'write for example 2s' },
  maxRatePerSecond: {
    field: 'load.maxRate',
    mend: 'lower the rates of the paths, or raise the cap if the cluster may get that much',
  },
  paths: { field: 'paths', mend: 'lower rates or timeouts, or use more injectors' },
};

/** Fields of a path in the signal model, as the config spells them. */
const pathFields: Readonly<Record<string, Spelling>> = {
  ratePerSecond: { field: 'rate', mend: 'raise the rate, or loosen the objectives or the period' },
  timeoutMs: { field: 'timeout', mend: 'raise the timeout' },
  availabilityPercent: { field: 'availability', mend: 'tighten the objective, for example to 99.9' },
  latencyPercent: { field: 'latency.percent', mend: 'tighten the objective, for example to 99' },
  latencyBoundMs: { field: 'latency.bound', mend: 'lower the bound' },
};

/** A problem of the signal model in the words of the config; paths of `ownTargets` stand in the section `targets`, in this order. */
export function fieldOf({ field, message }: SignalProblem, ownTargets: readonly string[] = []): Problem {
  const allowed = `such that every alert can do its work: ${message}`;
  const [, path, inPath] = /^paths\.([^.]+)\.([^.]+)$/.exec(field) ?? [];
  if (path !== undefined && inPath !== undefined) {
    const spelling = pathFields[inPath];
    return {
      field: `${ownTargets.includes(path) ? `targets[${ownTargets.indexOf(path)}]` : `paths.${path}`}.${spelling?.field ?? inPath}`,
      allowed,
      mend: spelling?.mend ?? 'change it',
      derived: true,
    };
  }
  const spelling = modelFields[field];
  return { field: spelling?.field ?? field, allowed, mend: spelling?.mend ?? 'change it', derived: true };
}

import type { InjectorConfig } from './config.ts';

/** Ten years: an endless run for k6, which wants a duration. */
const endless = '87600h';

/** The part of k6's scenario options that is used here. */
export interface ScenarioOptions {
  executor: string;
  exec: string;
  tags?: Record<string, string>;
  rate?: number;
  timeUnit?: string;
  duration?: string;
  preAllocatedVUs?: number;
  maxVUs?: number;
  startTime?: string;
  vus?: number;
  iterations?: number;
  gracefulStop?: string;
}

/**
 * k6's scenarios: one that zeroes all counters at the start, then one with a constant arrival rate per probe. With the switch
 * off, the zeroing one alone waits and sends nothing.
 */
export function scenariosOf(config: InjectorConfig): Record<string, ScenarioOptions> {
  const scenarios: Record<string, ScenarioOptions> = {
    zero: config.enabled
      ? { executor: 'per-vu-iterations', exec: 'zero', vus: 1, iterations: 1 }
      : { executor: 'constant-vus', exec: 'idle', vus: 1, duration: endless, gracefulStop: '0s' },
  };
  if (!config.enabled) return scenarios;
  for (const path of config.paths) {
    for (const probe of path.probes) {
      scenarios[probe.name] = {
        executor: 'constant-arrival-rate',
        exec: 'probe',
        // k6's own metrics carry the path and nothing more: one set of series per path.
        tags: { path: probe.path },
        // k6 wants a whole number per unit of time, so the unit carries the fraction.
        rate: 1,
        timeUnit: `${probe.periodUs}us`,
        duration: endless,
        preAllocatedVUs: probe.vus,
        // Equal on purpose: a VU made in the middle of an outage starts too late and its memory never comes back.
        maxVUs: probe.vus,
        startTime: `${probe.startMs}ms`,
        gracefulStop: `${path.timeoutMs + 1000}ms`,
      };
    }
  }
  return scenarios;
}

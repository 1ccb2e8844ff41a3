import type { InjectorConfig, PathConfig, ProbeConfig } from './config.ts';

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
 * k6's scenarios: one that zeroes all counters at the start, then one per probe: with a constant arrival rate, or with one VU
 * that holds a stream. With the switch off, the zeroing one alone waits and sends nothing.
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
        ...(probe.stream ? held() : arriving(probe)),
        exec: 'probe',
        // k6's own metrics carry the path and nothing more: one set of series per path.
        tags: { path: probe.path },
        duration: endless,
        startTime: `${probe.startMs}ms`,
        gracefulStop: gracefulStop(path),
      };
    }
  }
  return scenarios;
}

/** One VU whose one iteration never ends; should a fault end it, the executor begins another. */
function held(): Pick<ScenarioOptions, 'executor' | 'vus'> {
  return { executor: 'constant-vus', vus: 1 };
}

function arriving(
  probe: ProbeConfig,
): Pick<ScenarioOptions, 'executor' | 'rate' | 'timeUnit' | 'preAllocatedVUs' | 'maxVUs'> {
  return {
    executor: 'constant-arrival-rate',
    // k6 wants a whole number per unit of time, so the unit carries the fraction.
    rate: 1,
    timeUnit: `${probe.periodUs}us`,
    preAllocatedVUs: probe.vus,
    // Equal on purpose: a VU made in the middle of an outage starts too late and its memory never comes back.
    maxVUs: probe.vus,
  };
}

function gracefulStop({ timeoutMs }: PathConfig): string {
  return `${timeoutMs + 1000}ms`;
}

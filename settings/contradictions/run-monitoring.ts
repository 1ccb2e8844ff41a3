import { type RunMonitoringSettings, runsPrometheus } from '../monitoring-schema';
import type { Problem } from '../problem';
import type { Config } from '../schema';
import type { Contradiction } from './contradiction';

/** A contradiction of what the stack's own Prometheus and Alertmanager are asked to be. */
interface RunContradiction {
  readonly uses: readonly string[];
  readonly find: (config: Config & { readonly monitoring: RunMonitoringSettings }) => readonly Problem[];
}

/** The same, silent where Prometheus is somebody else's. */
export function whereRun(contradictions: readonly RunContradiction[]): Contradiction[] {
  return contradictions.map(({ uses, find }) => ({
    uses,
    find: (config) =>
      runsPrometheus(config.monitoring) ? find({ ...config, monitoring: config.monitoring }) : [],
  }));
}

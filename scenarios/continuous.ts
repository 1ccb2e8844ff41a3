/** Entry script of the continuous injector: k6 runs this file as it is, its data is `config.json` beside it. */
import exec from 'k6/execution';
import { sleep } from 'k6';
import type { InjectorConfig, PathConfig, ProbeConfig } from './config.ts';
import { scenariosOf } from './options.ts';
import { recordProbe, recordZeros } from './recorder.ts';
import { probeService } from './service.ts';

const config = JSON.parse(open(__ENV['CONFIG'] ?? './config.json')) as InjectorConfig;

/** One line per path: the function that makes one probe. */
const probers: Record<string, (path: PathConfig, probe: ProbeConfig) => Promise<void>> = {
  service: probeService,
};

const byScenario = new Map<string, { path: PathConfig; probe: ProbeConfig }>();
for (const path of config.paths) {
  if (!probers[path.path]) throw new Error(`no scenario for path ${path.path}`);
  for (const probe of path.probes) byScenario.set(probe.name, { path, probe });
}

export const options = {
  scenarios: scenariosOf(config),
  discardResponseBodies: true,
  // Names are looked up for every new connection: that is part of what is probed.
  dns: { ttl: '0', select: 'random' },
  // No tag of k6's own: URLs, statuses and error texts would make series without end.
  systemTags: [],
};

/** First iteration of the process: every counter exists with 0 before it counts. */
export function zero(): void {
  for (const path of config.paths) recordZeros(path);
}

/** With the load switched off there is nothing to do, for ever. */
export function idle(): void {
  sleep(3600);
}

/** One probe of the scenario that called it; a fault of the script itself is counted as such and never as the path's. */
export async function probe(): Promise<void> {
  const entry = byScenario.get(exec.scenario.name);
  if (!entry) throw new Error(`no probe for scenario ${exec.scenario.name}`);
  const prober = probers[entry.path.path];
  try {
    await prober?.(entry.path, entry.probe);
  } catch (fault) {
    console.error(`${entry.probe.name}: ${String(fault)}`);
    recordProbe(entry.path, entry.probe, { outcome: 'error', reason: 'script' }, '', 0);
  }
}

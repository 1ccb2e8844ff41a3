/** What every entry script does; an entry script adds the probers of the paths that its k6 can probe. */
import { sleep } from 'k6';
import exec from 'k6/execution';
import type { Options } from 'k6/options';
import { complain } from './complaints.ts';
import type { InjectorConfig, PathConfig, ProbeConfig } from './config.ts';
import { scenariosOf } from './options.ts';
import type { OwnProbe } from './own-target.ts';
import { recordProbe, recordZeros } from './recorder.ts';

/** How one path is probed. */
export interface Prober {
  /** Once per VU at init, only where the path is on. */
  prepare?: () => void;
  /** One probe; for a stream, the holding of it. */
  probe: (path: PathConfig, probe: ProbeConfig) => Promise<void> | void;
}

/** What k6 wants from an entry script. */
export interface Injector {
  options: Options;
  /** First iteration of the process: every counter exists with 0 before it counts. */
  zero: () => void;
  /** With the load switched off there is nothing to do, for ever. */
  idle: () => void;
  /** One probe of the scenario that called it; a fault of the script itself is counted as such and never as the path's. */
  probe: () => Promise<void>;
}

/** Key of what probes all targets of one's own of a kind; no path has such a name. */
export function ownProber(kind: OwnProbe['kind']): string {
  return `own ${kind}`;
}

/** Reads `config.json` and makes the injector of it. Throws at init for a path without a prober. */
export function injector(probers: Readonly<Record<string, Prober>>): Injector {
  const config = JSON.parse(open(__ENV['CONFIG'] ?? './config.json')) as InjectorConfig;
  const byScenario = new Map<string, { path: PathConfig; probe: ProbeConfig; prober: Prober }>();
  for (const path of config.paths) {
    const prober = probers[path.own ? ownProber(path.own.kind) : path.path];
    if (!prober) throw new Error(`no scenario for path ${path.path}`);
    prober.prepare?.();
    for (const probe of path.probes) byScenario.set(probe.name, { path, probe, prober });
  }
  return {
    options: {
      scenarios: scenariosOf(config) as unknown as NonNullable<Options['scenarios']>,
      discardResponseBodies: true,
      // Names are looked up for every new connection: that is part of what is probed.
      dns: { ttl: '0', select: 'random', policy: 'preferIPv4' },
      // No tag of k6's own: URLs, statuses and error texts would make series without end.
      systemTags: [],
    },
    zero: () => config.paths.forEach(recordZeros),
    idle: () => sleep(3600),
    probe: async () => {
      const entry = byScenario.get(exec.scenario.name);
      if (!entry) throw new Error(`no probe for scenario ${exec.scenario.name}`);
      const { path, probe, prober } = entry;
      try {
        await prober.probe(path, probe);
      } catch (fault) {
        complain(probe.name, String(fault));
        recordProbe(path, probe, { outcome: 'error', reason: 'script' }, '', 0);
      }
    },
  };
}

import { at, list, parsedJson, text } from '../../policies/lib/data';
import { injectors } from '../../policies/lib/injector';
import type { Stack } from '../../policies/lib/stack';

/** The load that one path asks for. */
export interface PathLoad {
  readonly path: string;
  /** Probes per second over all pods; undefined while the number of pods is not known. */
  readonly perSecond: number | undefined;
  /** Counters that its injectors start at zero, over all pods: what it costs Prometheus, less a histogram for each kind of connection. */
  readonly counters: number | undefined;
}

/** The load of a stack by path, read from the data of its injectors; a stack whose load is switched off asks for none. */
export function loadOf(stack: Stack): readonly PathLoad[] {
  return injectors(stack).flatMap(({ object, enabled, probes, workload }) => {
    const pods = enabled ? workload?.replicas : 0;
    const data = list(at(parsedJson(at(object.value, 'data', 'config.json')), 'paths'));
    return data.map((one) => {
      const path = text(at(one, 'path')) ?? '';
      const ofPod = probes
        .filter((probe) => probe.path === path)
        .reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0);
      return {
        path,
        perSecond: pods === undefined ? undefined : ofPod * pods,
        counters: pods === undefined ? undefined : list(at(one, 'zero')).length * pods,
      };
    });
  });
}

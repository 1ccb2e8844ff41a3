import { at, isMissing, shown } from '../lib/data';
import { objectRule } from '../lib/rule';
import { containers, workload } from '../lib/workloads';

const quantities = ['requests', 'limits'].flatMap((kind) =>
  ['cpu', 'memory'].map((what) => [kind, what] as const),
);

/** Requests and limits: without them a busy neighbour starves the measuring instrument, or it its neighbours. */
export const containerResources = objectRule({
  name: 'container-resources',
  description: 'Every container has requests and limits of CPU and memory.',
  mend: 'Set resources.requests and resources.limits, each with cpu and memory.',
  level: 'mandatory',
  judge: (object) => {
    const found = workload(object);
    if (!found) return [];
    if (found.pod === undefined) return lacks(at(object.value, 'spec', 'resources'), 'spec');
    return containers(found.pod).flatMap((container) =>
      lacks(at(container, 'resources'), `container ${shown(at(container, 'name'))}`),
    );
  },
});

function lacks(resources: unknown, place: string): string[] {
  return quantities
    .filter(([kind, what]) => isMissing(at(resources, kind, what)))
    .map(([kind, what]) => `${place} has no resources.${kind}.${what}`);
}

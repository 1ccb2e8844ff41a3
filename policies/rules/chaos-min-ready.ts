import { chaosOf, optInLabel, type Chaos } from '../lib/chaos';
import { stackRule, type Problem } from '../lib/rule';
import type { Stack } from '../lib/stack';

/** Chaos that leaves a ready pod, and workloads that can spare one. */
export const chaosMinReady = stackRule({
  name: 'chaos-min-ready',
  description: 'Chaos leaves at least one ready pod of every workload that it takes pods of.',
  mend: 'Set minReady to 1 or more, and give the workload more replicas than that, or take the opt-in label off it.',
  level: 'mandatory',
  judgeStack: (stack) =>
    chaosOf(stack).flatMap((chaos): Problem[] => {
      const { object, minReady } = chaos;
      if (minReady === undefined) return []; // what does not count is bounded by the disruption budget alone
      if (minReady < 1) return [{ object, problem: `minReady is ${minReady}: the last ready pod may go` }];
      return victims(stack, chaos)
        .filter(({ replicas }) => replicas !== undefined && replicas <= minReady)
        .map((workload) => ({
          object: workload.object,
          problem: `its ${workload.replicas ?? 0} pods carry ${optInLabel}, and ${minReady} must stay ready`,
        }));
    }),
});

function victims({ workloads }: Stack, { namespaces }: Chaos) {
  return workloads.filter(
    ({ object, labels }) => labels[optInLabel] === 'true' && (namespaces?.includes(object.namespace) ?? true),
  );
}

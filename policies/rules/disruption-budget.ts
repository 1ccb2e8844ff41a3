import { at, isMissing, shown } from '../lib/data';
import type { KubernetesObject } from '../lib/objects';
import { stackRule, type Problem } from '../lib/rule';
import { selects } from '../lib/selectors';
import type { Stack } from '../lib/stack';
import type { Workload } from '../lib/workloads';

/** Kinds that keep a number of pods running. */
const kept = new Set(['Deployment', 'StatefulSet', 'Prometheus', 'Alertmanager']);

/** Budgets against the number of pods: a drain must neither take all of them nor wait for ever. */
export const disruptionBudget = stackRule({
  name: 'disruption-budget',
  description:
    'A workload with several replicas has one disruption budget, which lets one pod go and keeps one.',
  mend: 'Give it one PodDisruptionBudget with maxUnavailable of at least 1 and less than its replicas.',
  level: 'mandatory',
  judgeStack: (stack) => {
    const budgets = stack.of('PodDisruptionBudget');
    const several = stack.workloads.filter(
      ({ object, replicas }) => kept.has(object.kind) && (replicas ?? 0) >= 2,
    );
    return [
      ...several.flatMap((workload) => judgeWorkload(workload, budgets)),
      ...budgets
        .filter((budget) => isIdle(budget, stack))
        .map((object) => ({ object, problem: 'it selects no workload' })),
    ];
  },
});

function judgeWorkload(workload: Workload, budgets: readonly KubernetesObject[]): Problem[] {
  const { object, replicas = 0 } = workload;
  const own = budgets.filter((budget) => covers(budget, workload));
  const [budget] = own;
  if (!budget) return [{ object, problem: `no disruption budget selects its ${replicas} pods` }];
  if (own.length > 1)
    return [{ object, problem: `${own.length} disruption budgets select its pods, and evictions fail then` }];
  const field = isMissing(at(budget.value, 'spec', 'maxUnavailable')) ? 'minAvailable' : 'maxUnavailable';
  const value = at(budget.value, 'spec', field);
  const lost = mayGo(field, value, replicas);
  if (lost === undefined || (lost >= 1 && lost < replicas)) return [];
  const what = lost < 1 ? 'no pod may go' : 'all pods may go at once';
  return [{ object: budget, problem: `${field} is ${shown(value)} of ${replicas} replicas: ${what}` }];
}

/** Number of pods that a budget lets go; undefined where that is not known. */
function mayGo(field: string, value: unknown, replicas: number): number | undefined {
  const share = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  // Kubernetes rounds both up (pkg/controller/disruption).
  const count = share === undefined ? value : Math.ceil((Number(share) / 100) * replicas);
  if (typeof count !== 'number') return undefined;
  return field === 'maxUnavailable' ? count : replicas - count;
}

function covers({ namespace, value }: KubernetesObject, { object, labels }: Workload): boolean {
  return namespace === object.namespace && selects(at(value, 'spec', 'selector'), labels);
}

function isIdle(budget: KubernetesObject, { workloads }: Stack): boolean {
  return !workloads.some((workload) => covers(budget, workload));
}

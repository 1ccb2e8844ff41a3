import { at, fields, list, text } from '../lib/data';
import type { KubernetesObject } from '../lib/objects';
import { stackRule } from '../lib/rule';
import { selects } from '../lib/selectors';

/** Where everything is refused, each workload has a policy that lets something through: without one it can neither ask nor be asked. */
export const networkPolicyPerWorkload = stackRule({
  name: 'network-policy-per-workload',
  description: 'In a namespace that refuses all traffic each workload has a policy that allows some.',
  mend: 'Give the workload a NetworkPolicy that selects its pods and allows what they need.',
  level: 'mandatory',
  judgeStack: (stack) => {
    const policies = stack.of('NetworkPolicy');
    return stack.workloads.flatMap(({ object, labels }) => {
      const about = policies.filter(
        ({ namespace, value }) =>
          namespace === object.namespace && selects(at(value, 'spec', 'podSelector'), labels),
      );
      if (!about.some(refusesAll) || about.some(allowsSome)) return [];
      return [
        { object, problem: `no network policy of namespace ${object.namespace} allows its pods anything` },
      ];
    });
  },
});

/** Both directions: a workload that only asks may live without a way in. */
function refusesAll(policy: KubernetesObject): boolean {
  const types = list(at(policy.value, 'spec', 'policyTypes')).map(text);
  return ['Ingress', 'Egress'].every((type) => types.includes(type)) && !allowsSome(policy);
}

function allowsSome({ value }: KubernetesObject): boolean {
  return ['ingress', 'egress'].some((direction) => {
    const rules = at(value, 'spec', direction);
    return list(rules).length > 0 || fields(rules).length > 0;
  });
}

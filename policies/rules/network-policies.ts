import { at, fields, isMissing, notKnown } from '../lib/data';
import type { KubernetesObject } from '../lib/objects';
import { stackRule } from '../lib/rule';
import { selects } from '../lib/selectors';

/** Namespaces where traffic that nobody allowed is refused. Advisory: where the network keeps no policies they refuse nothing. */
export const networkPolicies = stackRule({
  name: 'network-policies',
  description: 'Each namespace with pods refuses incoming traffic that no policy allows.',
  mend: 'Give the namespace a NetworkPolicy with an empty podSelector and policyTypes [Ingress], and one for each traffic that is needed.',
  level: 'advisory',
  judgeStack: (stack) => {
    const guarded = stack.of('NetworkPolicy').filter(selectsAll);
    const bare = stack.workloads.filter(
      ({ object }) => !guarded.some(({ namespace }) => namespace === object.namespace),
    );
    const namespaces = [...new Set(bare.map(({ object }) => object.namespace))];
    return namespaces.map((namespace) => {
      const here = bare.filter(({ object }) => object.namespace === namespace).map(({ object }) => object);
      const itself = stack.of('Namespace').find(({ name }) => name === namespace);
      const problem = `no network policy is the default of namespace ${namespace}, with ${here.length} ${here.length === 1 ? 'workload' : 'workloads'}`;
      return { object: itself ?? (here[0] as KubernetesObject), problem };
    });
  },
});

function selectsAll({ value }: KubernetesObject): boolean {
  const selector = at(value, 'spec', 'podSelector');
  const isEmpty =
    selector !== notKnown &&
    !isMissing(selector) &&
    fields(selector).every(([, part]) => fields(part).length === 0);
  return isEmpty && selects(selector, {});
}

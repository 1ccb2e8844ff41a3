import { at, list, notKnown } from '../lib/data';
import { objectRule } from '../lib/rule';
import { selects } from '../lib/selectors';
import { workload } from '../lib/workloads';

/** Pods of one workload on several nodes: else a node takes all of them with it. */
export const spread = objectRule({
  name: 'spread',
  description: 'The pods of a workload with several replicas are spread over nodes.',
  mend: 'Give the pod topologySpreadConstraints over kubernetes.io/hostname whose labelSelector selects its own labels.',
  level: 'mandatory',
  judge: (object) => {
    const found = workload(object);
    if (!found || found.replicas === undefined || found.replicas < 2) return [];
    const pod = found.pod ?? at(object.value, 'spec');
    const constraints = at(pod, 'topologySpreadConstraints');
    const apart = at(pod, 'affinity', 'podAntiAffinity');
    if (pod === notKnown || constraints === notKnown || apart === notKnown) return [];
    const wishes = [
      ...list(constraints),
      ...list(at(apart, 'requiredDuringSchedulingIgnoredDuringExecution')),
      ...list(at(apart, 'preferredDuringSchedulingIgnoredDuringExecution')).map((one) =>
        at(one, 'podAffinityTerm'),
      ),
    ];
    const own = wishes.filter((wish) => selects(at(wish, 'labelSelector'), found.labels));
    if (own.length > 0) return [];
    const seen = wishes.length === 0 ? 'nothing spreads' : 'no spread constraint selects';
    return [`${seen} its ${found.replicas} pods`];
  },
});

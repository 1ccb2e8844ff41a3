import { at, isMissing, notKnown } from '../lib/data';
import { objectRule } from '../lib/rule';
import { workload } from '../lib/workloads';

/** Pods without an account of their own carry no token. */
export const tokenOnlyWhereUsed = objectRule({
  name: 'token-only-where-used',
  description: 'A pod that has no service account of its own has no token for the API server.',
  mend: 'Set automountServiceAccountToken false, or give the pod an account of its own with a Role.',
  level: 'mandatory',
  judge: (object) => {
    const pod = workload(object)?.pod;
    const mounts = at(pod, 'automountServiceAccountToken');
    if (pod === undefined || pod === notKnown || mounts === false || mounts === notKnown) return [];
    return isMissing(at(pod, 'serviceAccountName'))
      ? ['the token of the default account is mounted (automountServiceAccountToken is not false)']
      : [];
  },
});

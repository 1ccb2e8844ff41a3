import { at, isMissing, list, notKnown, shown } from '../lib/data';
import { objectRule } from '../lib/rule';
import { workload } from '../lib/workloads';

/** What a pod must not share with its node. */
const hostFields = ['hostNetwork', 'hostPID', 'hostIPC'];

/** The pod's part of the Pod Security Standard `restricted`. */
export const podRestricted = objectRule({
  name: 'pod-restricted',
  description: 'Pods run as a user without rights, under the default seccomp profile, apart from their node.',
  mend: 'Set runAsNonRoot and seccompProfile RuntimeDefault in the securityContext of the pod, and take nothing of the host.',
  level: 'mandatory',
  judge: (object) => {
    const found = workload(object);
    if (!found) return [];
    const pod = found.pod ?? at(object.value, 'spec');
    if (pod === notKnown) return [];
    const security = at(pod, 'securityContext');
    const profile = at(security, 'seccompProfile', 'type');
    const wrong = {
      runAsNonRoot: at(security, 'runAsNonRoot'),
      'seccompProfile.type': profile,
    };
    return [
      ...Object.entries(wrong)
        .filter(([, value]) => ![true, 'RuntimeDefault', 'Localhost', notKnown].includes(value as string))
        .map(([field, value]) => `securityContext.${field} is ${shown(value)}`),
      ...(at(security, 'runAsUser') === 0 ? ['securityContext.runAsUser is 0, which is root'] : []),
      ...hostFields.filter((field) => at(pod, field) === true).map((field) => `${field} is true`),
      ...list(at(pod, 'volumes'))
        .filter((volume) => !isMissing(at(volume, 'hostPath')))
        .map((volume) => `volume ${shown(at(volume, 'name'))} is a directory of the node`),
    ];
  },
});

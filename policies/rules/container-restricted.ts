import { at, list, notKnown, shown } from '../lib/data';
import { objectRule } from '../lib/rule';
import { containers, workload } from '../lib/workloads';

/** Settings of {@link containerRestricted}. */
interface Excepted {
  readonly except: readonly string[];
}

/** The containers' part of the Pod Security Standard `restricted`, and a file system that cannot be written. */
export const containerRestricted = objectRule<Excepted>({
  name: 'container-restricted',
  description: 'Containers can gain no rights and write nowhere but into volumes.',
  mend: 'Set allowPrivilegeEscalation false, readOnlyRootFilesystem true and capabilities.drop [ALL] in the securityContext of the container.',
  level: 'mandatory',
  settings: {
    except: {
      type: 'array',
      description:
        'Containers that need more, as NAMESPACE/CONTAINER: what redirects a pod’s traffic to its sidecar.',
      default: [],
    },
  },
  judge: (object, { except }) =>
    containers(workload(object)?.pod).flatMap((container) => {
      if (except.includes(`${object.namespace}/${String(at(container, 'name'))}`)) return [];
      const security = at(container, 'securityContext');
      if (security === notKnown) return [];
      const wrong = (field: string, value: unknown) =>
        `container ${shown(at(container, 'name'))} has securityContext.${field} ${shown(value)}`;
      const wanted = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true };
      const dropped = at(security, 'capabilities', 'drop');
      return [
        ...Object.entries(wanted)
          .filter(([field, value]) => ![value, notKnown].includes(at(security, field) as boolean))
          .map(([field]) => wrong(field, at(security, field))),
        ...(dropped === notKnown || list(dropped).includes('ALL')
          ? []
          : [wrong('capabilities.drop', dropped)]),
        ...list(at(security, 'capabilities', 'add')).map((added) => wrong('capabilities.add', added)),
        ...(at(security, 'privileged') === true ? [wrong('privileged', true)] : []),
        ...(at(security, 'runAsUser') === 0 ? [wrong('runAsUser', 0)] : []),
      ];
    }),
});

import { monitorKinds, scrapes, watchedNamespaces } from '../lib/monitors';
import { stackRule } from '../lib/rule';

/** Settings of {@link monitorFindsPods}. */
interface Optional {
  readonly optional: readonly string[];
}

/** Monitors that find what they were made for. Those of namespaces that the stack does not make (kube-system) are not judged. */
export const monitorFindsPods = stackRule<Optional>({
  name: 'monitor-finds-pods',
  description: 'Each monitor of the stack’s own namespaces finds a workload with the port that it names.',
  mend: 'Compare its selector with the labels of the pods (of the Service, for a ServiceMonitor), and its ports with theirs; or take the monitor out.',
  level: 'mandatory',
  settings: {
    optional: {
      type: 'array',
      description: 'Names of monitors of what a cluster may lack, or others may run.',
      default: [],
    },
  },
  judgeStack: (stack, { optional }) => {
    const found = new Set(scrapes(stack).map(({ monitor }) => monitor));
    const own = new Set(stack.workloads.map(({ object }) => object.namespace));
    return stack
      .of(...monitorKinds)
      .filter((monitor) => watchedNamespaces(monitor)?.every((namespace) => own.has(namespace)) ?? false)
      .filter((monitor) => !found.has(monitor) && !optional.includes(monitor.name))
      .map((object) => ({ object, problem: 'it finds no pod of this stack' }));
  },
});

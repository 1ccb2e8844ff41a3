import { monitorKinds, scrapes, watchedNamespaces } from '../lib/monitors';
import { stackRule } from '../lib/rule';

/** Settings of {@link monitorFindsPods}. */
interface Optional {
  readonly optional: readonly string[];
}

/** Labels of a namespace whose pods get more containers from a mesh than their templates have, or which a mesh adds pods to. */
const injected = ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode'];

/**
 * Monitors that find what they were made for. Not judged are those of namespaces that the stack does not make (kube-system), and of those in
 * which a mesh adds pods, or containers to pods, whose ports nobody knows here.
 */
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
    const open = stack.of('Namespace').filter(({ labels }) => injected.some((label) => label in labels));
    const own = new Set(stack.workloads.map(({ object }) => object.namespace));
    for (const { name } of open) own.delete(name);
    return stack
      .of(...monitorKinds)
      .filter((monitor) => watchedNamespaces(monitor)?.every((namespace) => own.has(namespace)) ?? false)
      .filter((monitor) => !found.has(monitor) && !optional.includes(monitor.name))
      .map((object) => ({ object, problem: 'it finds no pod of this stack' }));
  },
});

import { at } from '../lib/data';
import { chaosOf, optInLabel } from '../lib/chaos';
import { stackRule } from '../lib/rule';

const system = ['kube-system', 'kube-public', 'kube-node-lease'];

/** Settings of {@link chaosNeverSystem}. */
interface Namespaces {
  readonly namespaces: readonly string[];
}

/** What keeps the cluster alive is never taken, label or not. */
export const chaosNeverSystem = stackRule<Namespaces>({
  name: 'chaos-never-system',
  description: 'Chaos never looks into the namespaces of the cluster itself.',
  mend: 'Name the namespaces of the victims one by one, without kube-system, and label nothing there.',
  level: 'mandatory',
  settings: {
    namespaces: { type: 'array', description: 'Namespaces that are never touched.', default: system },
  },
  judgeStack: (stack, { namespaces: spared }) => {
    const reaching = chaosOf(stack).flatMap(({ object, namespaces }) => {
      if (namespaces === undefined) return [{ object, problem: 'it looks into all namespaces' }];
      return namespaces
        .filter((one) => spared.includes(one))
        .map((one) => ({ object, problem: `it looks into ${one}` }));
    });
    const labelled = stack.workloads
      .filter(({ object, labels }) => spared.includes(object.namespace) && labels[optInLabel] === 'true')
      .map(({ object }) => ({ object, problem: `its pods carry ${optInLabel}` }));
    const opened = stack
      .of('Namespace')
      .filter(
        ({ name, value }) => spared.includes(name) && at(value, 'metadata', 'labels', optInLabel) === 'true',
      )
      .map((object) => ({ object, problem: `it carries ${optInLabel}` }));
    return [...reaching, ...labelled, ...opened];
  },
});

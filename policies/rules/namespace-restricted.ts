import { at, fields, shown } from '../lib/data';
import { objectRule } from '../lib/rule';

const label = 'pod-security.kubernetes.io/enforce';

/** Settings of {@link namespaceRestricted}. */
interface Allowed {
  readonly allowed: readonly string[];
}

/** Namespaces that admit only restricted pods, those of people and operators too. As a remedy the label is added. */
export const namespaceRestricted = objectRule<Allowed>({
  name: 'namespace-restricted',
  description: 'Namespaces admit only pods of the Pod Security Standard that is wanted.',
  mend: `Label the namespace ${label}: restricted.`,
  level: 'mandatory',
  settings: {
    allowed: {
      type: 'array',
      description: 'Standards that are good enough; the first is the remedy.',
      default: ['restricted'],
    },
  },
  judge: ({ kind, labels }, { allowed }) =>
    kind !== 'Namespace' || allowed.includes(labels[label] ?? '')
      ? []
      : [`label ${label} is ${shown(labels[label])}`],
  remedy: ({ kind, labels, value }, { allowed }) => {
    const [standard] = allowed;
    if (kind !== 'Namespace' || standard === undefined || allowed.includes(labels[label] ?? ''))
      return undefined;
    const metadata = Object.fromEntries(fields(at(value, 'metadata')));
    const mended = { ...metadata, labels: { ...labels, [label]: standard } };
    return { ...Object.fromEntries(fields(value)), metadata: mended };
  },
});

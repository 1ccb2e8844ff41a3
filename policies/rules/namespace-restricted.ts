import { at, fields, shown } from '../lib/data';
import { objectRule } from '../lib/rule';

const label = 'pod-security.kubernetes.io/enforce';

/** Settings of {@link namespaceRestricted}. */
interface Allowed {
  readonly allowed: readonly string[];
  readonly except: readonly string[];
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
    except: {
      type: 'array',
      description: 'Names of namespaces whose pods need more, as those that redirect their own traffic.',
      default: [],
    },
  },
  judge: ({ kind, name, labels }, { allowed, except }) =>
    kind !== 'Namespace' || except.includes(name) || allowed.includes(labels[label] ?? '')
      ? []
      : [`label ${label} is ${shown(labels[label])}`],
  remedy: ({ kind, name, labels, value }, { allowed, except }) => {
    const [standard] = allowed;
    if (
      kind !== 'Namespace' ||
      except.includes(name) ||
      standard === undefined ||
      allowed.includes(labels[label] ?? '')
    )
      return undefined;
    const metadata = Object.fromEntries(fields(at(value, 'metadata')));
    const mended = { ...metadata, labels: { ...labels, [label]: standard } };
    return { ...Object.fromEntries(fields(value)), metadata: mended };
  },
});

import { chaosOf, optInLabel } from '../lib/chaos';
import { stackRule } from '../lib/rule';

/** Settings of {@link chaosOptIn}. */
interface Label {
  readonly label: string;
}

/** Chaos for those who asked for it. */
export const chaosOptIn = stackRule<Label>({
  name: 'chaos-opt-in',
  description: 'Chaos takes only pods that carry the label of those who agreed.',
  mend: `Select by ${optInLabel}=true, and label the pods that may go.`,
  level: 'mandatory',
  settings: {
    label: {
      type: 'string',
      description: 'The label that must be selected by, with the value true.',
      default: optInLabel,
    },
  },
  judgeStack: (stack, { label }) =>
    chaosOf(stack)
      .filter(({ wanted }) => !wanted.includes(`${label}=true`))
      .map(({ object, wanted }) => ({
        object,
        problem: wanted.length === 0 ? 'it takes any pod' : `it takes pods with ${wanted.join(', ')}`,
      })),
});

import { chaosOf } from '../lib/chaos';
import { stackRule } from '../lib/rule';

/** Settings of {@link chaosQuietHours}. */
interface Wanted {
  readonly required: boolean;
}

/** Chaos that rests while nobody is there; where it may run at all hours, `required` is off. */
export const chaosQuietHours = stackRule<Wanted>({
  name: 'chaos-quiet-hours',
  description: 'Chaos in production has quiet hours.',
  mend: 'Give the reaper quiet hours with their zone, or leave it in dry run.',
  level: 'mandatory',
  settings: {
    required: {
      type: 'boolean',
      description: 'Whether quiet hours must be there; prod says so.',
      default: false,
    },
  },
  judgeStack: (stack, { required }) =>
    chaosOf(stack)
      .filter(({ dryRun, quietTimes }) => required && !dryRun && quietTimes === 0)
      .map(({ object }) => ({ object, problem: 'it has no quiet hours' })),
});

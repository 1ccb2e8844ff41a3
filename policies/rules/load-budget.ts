import { injectors, totalRate } from '../lib/injector';
import { stackRule } from '../lib/rule';

/** Settings of {@link loadBudget}. */
interface Budget {
  readonly probesPerSecond: number;
}

/** A measuring instrument stays small: all probes of a stack together, as they are really sent (rate of a pod × pods). */
export const loadBudget = stackRule<Budget>({
  name: 'load-budget',
  description: 'All probes of a stack together stay under its budget.',
  mend: 'Lower the rates (config `paths.<name>.rate`), or raise the setting `probesPerSecond` of this rule for the stack.',
  level: 'mandatory',
  settings: {
    probesPerSecond: { type: 'number', description: 'Probes per second of the whole stack.', default: 100 },
  },
  judgeStack: (stack, { probesPerSecond }) => {
    const rates = injectors(stack).map((injector) => ({
      object: injector.object,
      rate: totalRate(injector) ?? 0,
    }));
    const total = rates.reduce((sum, { rate }) => sum + rate, 0);
    const [first] = rates;
    return first && total > probesPerSecond * (1 + 1e-6)
      ? [
          {
            object: first.object,
            problem: `${rounded(total)} probes per second are asked for, and ${probesPerSecond} are allowed`,
          },
        ]
      : [];
  },
});

function rounded(rate: number): string {
  return String(Math.round(rate * 100) / 100);
}

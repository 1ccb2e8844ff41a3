import { injectors, totalRate } from '../lib/injector';
import { stackRule } from '../lib/rule';

/** Settings of {@link targetBudget}. */
interface Budget {
  readonly probesPerSecond: number;
}

/** No target gets more than its share: what the paths that end at one host send together. */
export const targetBudget = stackRule<Budget>({
  name: 'target-budget',
  description: 'The probes of all paths on one host stay under the budget of a target.',
  mend: 'Lower the rates of the paths that call it, or raise the setting `probesPerSecond` of this rule for the stack.',
  level: 'mandatory',
  settings: {
    probesPerSecond: { type: 'number', description: 'Probes per second on one host.', default: 50 },
  },
  judgeStack: (stack, { probesPerSecond }) =>
    injectors(stack).flatMap((injector) => {
      const hosts = [...new Set(injector.probes.map(({ host }) => host))];
      return hosts
        .map((host) => ({ host, rate: totalRate(injector, (one) => one.host === host) ?? 0 }))
        .filter(({ rate }) => rate > probesPerSecond * (1 + 1e-6))
        .map(({ host, rate }) => ({
          object: injector.object,
          problem: `${host} gets ${Math.round(rate * 100) / 100} probes per second, and ${probesPerSecond} are allowed`,
        }));
    }),
});

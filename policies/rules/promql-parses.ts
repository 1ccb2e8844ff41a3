import { expression } from '../lib/promql';
import { objectRule } from '../lib/rule';
import { expressionsOf, ruleName, rulesOf } from '../lib/rules-of';

/** Expressions that Prometheus can load: one that it cannot keeps it from loading any of the file. */
export const promqlParses = objectRule({
  name: 'promql-parses',
  description: 'Expressions of rules, and queries in annotations, are PromQL.',
  mend: 'Mend the expression; `promtool check rules` tells more.',
  level: 'mandatory',
  judge: (object) =>
    rulesOf(object).flatMap((rule) =>
      expressionsOf(rule).flatMap((expr) => {
        const { wrongAt } = expression(expr);
        return wrongAt === undefined
          ? []
          : [
              `${ruleName(rule)} is no PromQL at character ${wrongAt}, before "${expr.slice(wrongAt, wrongAt + 20)}"`,
            ];
      }),
    ),
});

import { metricPrefix } from '../../signals/metrics';
import { catalogue, faults } from '../lib/catalogue';
import type { KubernetesObject } from '../lib/objects';
import { expression } from '../lib/promql';
import { stackRule } from '../lib/rule';
import { expressionsOf, ruleName, ruleObjects, rulesOf } from '../lib/rules-of';

/** Settings of {@link promqlCatalogue}. */
interface More {
  readonly metrics: Readonly<Record<string, readonly string[]>>;
}

/**
 * Rules that can see something: a metric, label, value or bucket that nobody emits is no error to Prometheus, and its alert never fires. In
 * rules of others only metrics of the catalogue are looked at.
 */
export const promqlCatalogue = stackRule<More>({
  name: 'promql-catalogue',
  description: 'Rules name only metrics, labels, values and histogram bounds that somebody emits.',
  mend: 'Take the name from signals/metrics.ts or signals/scraped.ts, or add the metric there (of others: to the setting `metrics` of this rule).',
  level: 'mandatory',
  settings: {
    metrics: {
      type: 'object',
      description: 'Further metrics that are known, each with its labels.',
      default: {},
    },
  },
  judgeStack: (stack, { metrics }) => {
    const rules = ruleObjects(stack).flatMap(rulesOf);
    const known = catalogue(rules, metrics);
    return rules.flatMap((rule) => {
      const wrong = expressionsOf(rule)
        .flatMap((expr) => expression(expr).selectors)
        .filter(({ metric }) => isOurs(rule.object) || metric.startsWith(metricPrefix) || known.has(metric))
        .flatMap((selector) => faults(known, selector));
      return [...new Set(wrong)].map((fault) => ({
        object: rule.object,
        problem: `${ruleName(rule)}: ${fault}`,
      }));
    });
  },
});

function isOurs({ labels }: KubernetesObject): boolean {
  return labels['app.kubernetes.io/part-of'] === 'continuous-load';
}

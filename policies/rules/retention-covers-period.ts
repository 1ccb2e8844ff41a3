import { at, isMissing, shown, text } from '../lib/data';
import type { KubernetesObject } from '../lib/objects';
import { expression, seconds } from '../lib/promql';
import { stackRule } from '../lib/rule';
import { rulesOf, type PrometheusRule } from '../lib/rules-of';
import { selects } from '../lib/selectors';

/** Prometheus keeps what its rules read, and on a volume: else the figures of a period are those of the last restart. */
export const retentionCoversPeriod = stackRule({
  name: 'retention-covers-period',
  description: 'Prometheus keeps its samples, on a volume, for as long as its rules look back.',
  mend: 'Raise retention (config `monitoring.retention`), shorten the period, and give Prometheus storage.',
  level: 'mandatory',
  judgesChart: true,
  judgeStack: (stack) =>
    stack.of('Prometheus').flatMap((object) => {
      const own = stack.of('PrometheusRule').filter((rules) => isRead(object, rules));
      const [longest] = own
        .flatMap(rulesOf)
        .map((rule) => ({ rule, range: Math.max(0, ...expression(rule.expr).rangesSeconds) }))
        .sort((one, other) => other.range - one.range);
      return [...tooShort(object, longest), ...withoutVolume(object)].map((problem) => ({ object, problem }));
    }),
});

interface Longest {
  readonly rule: PrometheusRule;
  readonly range: number;
}

function tooShort(object: KubernetesObject, longest: Longest | undefined): string[] {
  const retention = at(object.value, 'spec', 'retention');
  // The operator's default.
  const kept = isMissing(retention) ? seconds('24h') : seconds(text(retention) ?? '');
  if (kept === undefined || longest === undefined || kept >= longest.range) return [];
  const name = longest.rule.record ?? longest.rule.alert ?? '';
  return [
    `retention is ${shown(retention)}, and ${name} looks ${Math.round(longest.range / 86_400)} days back`,
  ];
}

function withoutVolume({ value }: KubernetesObject): string[] {
  const storage = at(value, 'spec', 'storage');
  return isMissing(storage) || !isMissing(at(storage, 'emptyDir'))
    ? ['spec.storage is no volume that outlives its pod']
    : [];
}

function isRead({ value }: KubernetesObject, { labels }: KubernetesObject): boolean {
  return selects(at(value, 'spec', 'ruleSelector'), labels);
}

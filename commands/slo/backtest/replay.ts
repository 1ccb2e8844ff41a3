import type { RuleGroup } from '../../../signals/rule-types';
import type { Replayable } from './changes';
import { type Firing, firings } from './firings';
import type { Span, Stored } from './stored';

/** When a rule fired, or why nobody knows. */
export type Replayed = { readonly firings: readonly Firing[] } | { readonly why: string };

/** State from before the span is looked for so far back at least, in milliseconds. */
const leastReachMs = 600_000;

/**
 * When a rule would have fired within a span; the time before it that its `for` and `keep_firing_for` reach back to is looked at too.
 * @param present the rules that were evaluated then, whose moments are those of the replay
 */
export async function replay(
  stored: Stored,
  rule: Replayable,
  present: readonly RuleGroup[],
  span: Span,
): Promise<Replayed> {
  if ('why' in rule.query) return rule.query;
  const reachMs = Math.max(rule.forMs, rule.keepFiringForMs, leastReachMs);
  const evaluations = await stored.evaluations(rule, present, { ...span, fromMs: span.fromMs - reachMs });
  // Without one there is no result either, which would look like an alert that never fires.
  if (evaluations.at.length === 0)
    return { why: `Prometheus recorded nothing of the group ${rule.group} in this time` };
  const series = await stored.trueAt(rule.query.expr, evaluations, rule.intervalSeconds);
  return {
    firings: firings(rule, series, evaluations.at)
      .filter(({ toMs }) => toMs > span.fromMs)
      .map((firing) =>
        firing.fromMs < span.fromMs ? { ...firing, fromMs: span.fromMs, began: 'earlier' as const } : firing,
      ),
  };
}

import { expression, matches, seconds, type Selector } from '../../../policies/lib/promql';
import { isAlert, type RecordingRule, type RuleGroup } from '../../../signals/rule-types';

/** A recording rule with how often it is evaluated. */
export interface Definition extends RecordingRule {
  readonly intervalSeconds: number;
}

/** Interval of a group that says none: Prometheus' own default. */
const defaultIntervalSeconds = 60;

/** How often a group is evaluated, in seconds. */
export function intervalOf({ interval }: Pick<RuleGroup, 'interval'>): number {
  return seconds(interval) ?? defaultIntervalSeconds;
}

/** What the recording rules of a rule set say that each recorded series is. */
export class Definitions {
  readonly #byName = new Map<string, Definition[]>();
  readonly #meanings = new Map<Definition, string>();
  /** How often a rule was met that stands on itself. */
  #circles = 0;

  constructor(groups: readonly RuleGroup[]) {
    for (const group of groups)
      for (const rule of group.rules) {
        if (isAlert(rule)) continue;
        const definition = { ...rule, intervalSeconds: intervalOf(group) };
        this.#byName.set(rule.record, [...(this.#byName.get(rule.record) ?? []), definition]);
      }
  }

  /** The rules that may have made what a selector asks for; a label that a rule does not set says nothing against it. */
  of({ metric, matchers }: Selector): readonly Definition[] {
    return (this.#byName.get(metric) ?? []).filter(({ labels }) =>
      matchers.every((matcher) => {
        const value = labels?.[matcher.label];
        return value === undefined || matches(matcher, value);
      }),
    );
  }

  /** An expression with all that it stands on, as a text: two rule sets mean the same by it where the texts are equal. */
  meaning(expr: string, within: readonly Definition[] = []): string {
    const parts = expression(expr)
      .selectors.flatMap((selector) => this.of(selector))
      .map((definition) => this.#meaningOf(definition, within));
    return JSON.stringify([squeezed(expr), ...[...new Set(parts)].sort()]);
  }

  #meaningOf(definition: Definition, within: readonly Definition[]): string {
    const { record, labels, intervalSeconds, expr } = definition;
    // A rule that reads what it has recorded itself says so by its name.
    if (within.includes(definition)) {
      this.#circles++;
      return record;
    }
    const known = this.#meanings.get(definition);
    if (known !== undefined) return known;
    const circles = this.#circles;
    const sorted = Object.entries(labels ?? {}).sort(([a], [b]) => a.localeCompare(b));
    const inner = this.meaning(expr, [...within, definition]);
    const meaning = JSON.stringify([record, sorted, intervalSeconds, inner]);
    if (circles === this.#circles) this.#meanings.set(definition, meaning);
    return meaning;
  }
}

/** A rule's text without what only its writing is about. */
function squeezed(expr: string): string {
  return expr.replace(/\s+/g, ' ').trim();
}

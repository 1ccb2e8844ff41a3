import { seconds } from '../lib/promql';
import { stackRule } from '../lib/rule';
import { alertName, alertsOf, constant, type PrometheusRule, ruleObjects, rulesOf } from '../lib/rules-of';

/** Share of the budget that each pair of windows may see spent (SRE workbook, chapter 5, table 5-8). */
const shares = [0.02, 0.05, 0.1];
/** The short window is a twelfth of the long one, and may be longer where the rate is low. */
const shortPart = 1 / 12;
/** Windows are whole seconds, bounds have twelve digits. */
const tolerance = 0.02;
const daySeconds = 86_400;

/** `name_rateLONG{…} > bound and on (…) name_rateSHORT{…} > bound` */
const pair =
  /([\w:]+_rate((?:\d+[smhdwy])+))\{([^}]*)\} > ([\d.e-]+) and(?: on \([^)]*\))? [\w:]+_rate((?:\d+[smhdwy])+)\{[^}]*\} > ([\d.e-]+)/g;

/** Burn alerts whose factor belongs to their windows, so that each fires when the share of the budget is spent that it was made for. */
export const burnWindows = stackRule({
  name: 'burn-windows',
  description: 'The factor of each burn alert and its windows spend the share of the budget that is meant.',
  mend: 'Make the pair by signals/windows.ts: factor × long window / period is 2, 5 or 10 %, the short window at least a twelfth of the long one.',
  // Rules of a stack whose windows are divided for tests (`testTimeScale`) are refused by this: `npm run` turns it off there.
  level: 'mandatory',
  judgeStack: (stack) => {
    const rules = ruleObjects(stack).flatMap(rulesOf);
    return ruleObjects(stack).flatMap((object) =>
      alertsOf(object).flatMap((alert) =>
        [...alert.expr.matchAll(pair)].flatMap((found) =>
          judgePair(found, rules).map((problem) => ({
            object,
            problem: `${alertName(alert)}: ${problem}`,
          })),
        ),
      ),
    );
  },
});

function judgePair(found: RegExpExecArray, rules: readonly PrometheusRule[]): string[] {
  const [, , longText = '', matchers = '', bound = '', shortText = '', otherBound = ''] = found;
  const recordedAs = (record: string) => recordedConstant(rules, record, matchers);
  const budget = recordedAs('slo:error_budget:ratio');
  const periodDays = recordedAs('slo:time_period:days');
  if (budget === undefined || periodDays === undefined) return [];
  const long = seconds(longText) ?? 0;
  const short = seconds(shortText) ?? 0;
  const factor = Number(bound) / budget;
  const share = (factor * long) / (periodDays * daySeconds);
  const spent = `factor ${rounded(factor)} over ${longText} spends ${rounded(share * 100)} % of the budget of ${periodDays} days`;
  return [
    ...(shares.some((one) => Math.abs(share / one - 1) <= tolerance) ? [] : [spent]),
    ...(Number(bound) < 1 ? [] : [`bound ${bound} can never be exceeded`]),
    ...(bound === otherBound ? [] : [`its windows have different bounds, ${bound} and ${otherBound}`]),
    ...(short < long && short >= long * shortPart * (1 - tolerance)
      ? []
      : [`the short window ${shortText} does not fit the long one ${longText}`]),
  ];
}

/** The constant that a record has under labels that a selector names. */
function recordedConstant(
  rules: readonly PrometheusRule[],
  record: string,
  matchers: string,
): number | undefined {
  const wanted = [...matchers.matchAll(/(\w+)="([^"]*)"/g)];
  const rule = rules.find(
    (one) => one.record === record && wanted.every(([, label = '', value]) => one.labels[label] === value),
  );
  return rule && constant(rule.expr);
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

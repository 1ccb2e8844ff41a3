import { shown } from '../lib/data';
import { expression, seconds } from '../lib/promql';
import { objectRule } from '../lib/rule';
import { alertName, alertsOf, isSignOfLife, type Alert } from '../lib/rules-of';

/** Names of recorded series that were made over a window: `…_rate5m`, `…:increase5m`, `ratio_1h`. */
const overWindow = /(_|rate|increase|ratio)(\d+(ms|[smhdwy]))+$/;

/** Alerts that wait, or look back: a single sample wakes nobody. */
export const alertWindow = objectRule({
  name: 'alert-window',
  description: 'Every alert waits (`for`) or looks at a window.',
  mend: 'Give the alert a `for`, or a range such as [5m] in its expression.',
  level: 'mandatory',
  judge: (object) =>
    alertsOf(object)
      .filter(
        (alert) => expression(alert.expr).wrongAt === undefined && !isSignOfLife(alert) && !hasWindow(alert),
      )
      .map((alert) => `${alertName(alert)} has for ${shown(alert.for)} and no range`),
});

function hasWindow(alert: Alert): boolean {
  const { rangesSeconds, selectors } = expression(alert.expr);
  const waits = (seconds(alert.for ?? '') ?? 0) > 0;
  return (
    waits ||
    rangesSeconds.some((range) => range > 0) ||
    selectors.some(({ metric }) => overWindow.test(metric))
  );
}

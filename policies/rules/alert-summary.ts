import { shown } from '../lib/data';
import { objectRule } from '../lib/rule';
import { alertName, alertsOf } from '../lib/rules-of';

/** A template that is worked out from the series at hand or from a query. */
const value = /\{\{[^}]*(\$value|\.Value|\bvalue\b|query)[^}]*\}\}/;

/** Alerts that say how bad it is. */
export const alertSummary = objectRule({
  name: 'alert-summary',
  description: 'Every alert has a summary of one line with the value.',
  mend: 'Give the alert the annotation summary, one line with {{ $value }} in it.',
  level: 'mandatory',
  judge: (object) =>
    alertsOf(object)
      .filter(({ annotations: { summary = '' } }) => summary.trim().includes('\n') || !value.test(summary))
      .map((alert) => `${alertName(alert)} has summary ${shown(alert.annotations['summary'])}`),
});

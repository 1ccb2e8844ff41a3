import { shown } from '../lib/data';
import { objectRule } from '../lib/rule';
import { alertName, alertsOf } from '../lib/rules-of';

/** Settings of {@link alertSeverity}. */
interface Words {
  readonly allowed: readonly string[];
}

/** Alerts that say how loud they are. */
export const alertSeverity = objectRule<Words>({
  name: 'alert-severity',
  description: 'Every alert has a severity.',
  mend: 'Give the alert the label severity, a word that a route of Alertmanager knows (page, ticket; none for one that only mutes others).',
  level: 'mandatory',
  settings: {
    allowed: { type: 'array', description: 'Words that are allowed; any when empty.', default: [] },
  },
  judge: (object, { allowed }) =>
    alertsOf(object)
      .filter(
        ({ labels: { severity = '' } }) =>
          severity === '' || (allowed.length > 0 && !allowed.includes(severity)),
      )
      .map((alert) => `${alertName(alert)} has severity ${shown(alert.labels['severity'])}`),
});

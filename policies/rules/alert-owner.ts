import { shown } from '../lib/data';
import { objectRule } from '../lib/rule';
import { alertName, alertsOf } from '../lib/rules-of';

/** Alerts that somebody answers for. */
export const alertOwner = objectRule({
  name: 'alert-owner',
  description: 'Every alert has an owner.',
  mend: 'Give the alert the label owner, the team that answers for it (config `alerts.owner`).',
  level: 'mandatory',
  judge: (object) =>
    alertsOf(object)
      .filter(({ labels }) => (labels['owner'] ?? '') === '')
      .map((alert) => `${alertName(alert)} has owner ${shown(alert.labels['owner'])}`),
});

import { reached, routingName, routings, telling, type Routing } from '../lib/routing';
import { stackRule } from '../lib/rule';
import { type Alert, alertsOf, ruleObjects } from '../lib/rules-of';

/** Settings of {@link alertRoute}. */
interface Words {
  readonly silent: readonly string[];
}

/** Alerts that reach somebody. */
export const alertRoute = stackRule<Words>({
  name: 'alert-route',
  description: 'Every alert has a route to a receiver that tells somebody.',
  mend: 'Add a receiver (config `monitoring.receivers`) with the severity of the alert.',
  level: 'mandatory',
  judgesChart: true,
  settings: {
    silent: { type: 'array', description: 'Severities that are for nobody.', default: ['none'] },
  },
  judgeStack: (stack, { silent }) =>
    routings(stack).flatMap((routing) =>
      ruleObjects(stack).flatMap((object) => {
        const lost = alertsOf(object).filter((alert) => isLost(routing, alert, silent));
        const severities = [...new Set(lost.map(({ labels }) => labels['severity'] ?? ''))];
        return severities.map((severity) => {
          const names = lost
            .filter(({ labels }) => (labels['severity'] ?? '') === severity)
            .map(({ alert }) => alert);
          return {
            object,
            problem: `${namesOf(names)} with severity "${severity}" reach nobody through ${routingName(routing)}`,
          };
        });
      }),
    ),
});

function isLost({ config }: Routing, { alert, labels }: Alert, silent: readonly string[]): boolean {
  // Without a severity there is no saying; another rule does.
  if ([...silent, '', undefined].includes(labels['severity'])) return false;
  const heard = telling(config);
  return !reached(config, { ...labels, alertname: alert }).some((receiver) => heard.has(receiver));
}

const shownNames = 5;

function namesOf(alerts: readonly string[]): string {
  const names = [...new Set(alerts)];
  const rest = names.length - shownNames;
  return `${names.length === 1 ? 'alert' : 'alerts'} ${names.slice(0, shownNames).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

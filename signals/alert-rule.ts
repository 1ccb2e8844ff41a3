import { alertEntry, type AlertName, runbookUrl } from './alert-catalogue';
import { pathRow } from './paths';
import type { PathSettings, SignalModel } from './model';
import { ownTargetsAnchor } from './own-targets';
import type { AlertRule } from './rule-types';

/** What differs from alert to alert; durations as Prometheus writes them. */
export interface AlertParts {
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  /** One line with the value. */
  readonly summary: string;
  /** Said in the description between meaning and likely causes. */
  readonly detail?: string;
}

/**
 * What Watchdog carries besides: kube-prometheus-stack ships an alert of the same name, whose life says nothing of ours. Whoever looks for
 * it asks for these too.
 */
export const watchdogLabels = { product: 'continuous-load' } as const;

/** Alerts that say something of what is probed; on a target of the user's own the runbook of those is the one about all such targets. */
const aboutTheFarEnd: readonly AlertName[] = [
  'PathDown',
  'PathDownFromOneSource',
  'SloFastBurn',
  'SloSlowBurn',
  'LatencyBurn',
];

/** What makes a target of one's own fail, most likely first. */
const ownCauses: readonly string[] = [
  'what is probed is down, or was released with a mistake',
  'its name, its certificate, its route or what it must answer has changed',
  'a network policy or a firewall is between an injector and it',
];

/** An alert of the catalogue as a rule: labels `severity` and `owner`, and `path` with the path's own words for severities where it is about one. */
export function alertRule(
  model: SignalModel,
  name: AlertName,
  { summary, detail, ...rule }: AlertParts,
  path?: PathSettings,
): AlertRule {
  const entry = alertEntry(name);
  const { kind, meaning } = entry;
  const own = path !== undefined && aboutTheFarEnd.includes(name) ? pathRow(path).own : undefined;
  const causes = own ? ownCauses : entry.causes;
  const answer = own && path ? `Right is: ${literally(pathRow(path).answer)}` : undefined;
  const severity = kind === 'none' || path === undefined ? kind : path.severity[kind];
  return {
    alert: name,
    ...rule,
    labels: {
      ...(path ? { path: path.name } : {}),
      severity,
      owner: path?.owner ?? model.owner ?? 'platform',
    },
    annotations: {
      summary,
      description: [meaning, answer, detail, `Likely causes: ${causes.join('; ')}.`]
        .filter((part) => part !== undefined)
        .join(' '),
      runbook_url: own ? `${model.runbookBase}#${ownTargetsAnchor}` : runbookUrl(model.runbookBase, name),
    },
  };
}

/** Words of the user's in a template of Prometheus, where two braces begin an expression. */
function literally(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

import { alertEntry, type AlertName, runbookUrl } from './alert-catalogue';
import type { PathSettings, SignalModel } from './model';
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

/** An alert of the catalogue as a rule: labels `severity` and `owner`, and `path` with the path's own words for severities where it is about one. */
export function alertRule(
  model: SignalModel,
  name: AlertName,
  { summary, detail, ...rule }: AlertParts,
  path?: PathSettings,
): AlertRule {
  const { kind, meaning, causes } = alertEntry(name);
  const severity = kind === 'none' || path === undefined ? kind : path.severity[kind];
  return {
    alert: name,
    ...rule,
    labels: { ...(path ? { path: path.name } : {}), severity, owner: model.owner ?? 'platform' },
    annotations: {
      summary,
      description: [meaning, detail, `Likely causes: ${causes.join('; ')}.`]
        .filter((part) => part !== undefined)
        .join(' '),
      runbook_url: runbookUrl(model.runbookBase, name),
    },
  };
}

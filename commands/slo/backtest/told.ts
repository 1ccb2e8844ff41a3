import { explainedWaitSeconds, pageWaitSeconds } from '../../../signals/alertmanager';
import { type Inhibition, inhibitions } from '../../../signals/inhibitions';
import type { SignalModel } from '../../../signals/model';
import type { Firing } from './firings';

/** A firing with what Alertmanager would have made of it. */
export interface Told extends Firing {
  /** When somebody would have been told, epoch milliseconds; undefined where it was muted all the time. */
  readonly toldMs: number | undefined;
  /** The alert that muted it at first, as `SharedCauseDown on dns`; undefined where none did. */
  readonly mutedBy: string | undefined;
  /** Whether it opened a notification of its own: several alerts of one group that overlap are one. */
  readonly notified: boolean;
}

/** Alerts whose notifications are one for all paths or pairs. */
const groupedByName: readonly string[] = ['ProbesMissing', 'NodePairDown'];
/** `group_interval` of the product's routes. */
const groupIntervalMs = 30_000;

/**
 * Who would have been told of firings, and when, by the product's own routes and inhibitions: after the group's wait, and every 30 s from then
 * on, an alert is told unless another one mutes it at that moment. Silences, and routes that somebody else wrote, are not looked at.
 */
export function told(model: SignalModel, firings: readonly Firing[]): Told[] {
  const rules = inhibitions(model);
  const waitMs = ({ alert, labels }: Firing): number => {
    if (groupedByName.includes(alert)) return explainedWaitSeconds * 1000;
    if (alert !== 'PathDown') return 0;
    const path = model.paths.find(({ name }) => name === labels['path']);
    return path === undefined ? 0 : pageWaitSeconds(model, path) * 1000;
  };
  const sorted = [...firings].sort((a, b) => a.fromMs - b.fromMs);
  const all: Told[] = [];
  for (const firing of sorted) {
    const sources = sorted.filter((source) => source !== firing && mutes(rules, source, firing));
    let toldMs: number | undefined;
    let mutedBy: string | undefined;
    for (let at = firing.fromMs + waitMs(firing); at < firing.toMs; at += groupIntervalMs) {
      const muting = sources.find(({ fromMs, toMs }) => fromMs <= at && at < toMs);
      if (muting === undefined) {
        toldMs = at;
        break;
      }
      mutedBy ??= inWords(muting);
    }
    const opened = toldMs;
    const isOwn =
      opened !== undefined &&
      !all.some(
        (other) =>
          groupOf(other) === groupOf(firing) &&
          other.toldMs !== undefined &&
          other.toldMs <= opened &&
          other.toMs > opened,
      );
    all.push({ ...firing, toldMs, mutedBy, notified: isOwn });
  }
  return all;
}

/** `PathDown on service`, or the name alone. */
export function inWords({ alert, labels }: Pick<Firing, 'alert' | 'labels'>): string {
  return labels['path'] === undefined ? alert : `${alert} on ${labels['path']}`;
}

function groupOf({ alert, labels }: Firing): string {
  return groupedByName.includes(alert) ? alert : `${alert} ${labels['path'] ?? ''}`;
}

function mutes(rules: readonly Inhibition[], source: Firing, target: Firing): boolean {
  const concerns = (
    names: readonly string[],
    paths: readonly string[] | undefined,
    { alert, labels }: Firing,
  ) => names.includes(alert) && (paths === undefined || paths.includes(labels['path'] ?? ''));
  return rules.some(
    (rule) =>
      concerns(rule.sources, rule.sourcePaths, source) &&
      concerns(rule.targets, rule.targetPaths, target) &&
      rule.equal.every((label) => (source.labels[label] ?? '') === (target.labels[label] ?? '')),
  );
}

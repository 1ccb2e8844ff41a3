import { type AlertKind, type AlertName, alertCatalogue } from './alert-catalogue';
import type { SignalModel } from './model';

/** Somebody who is told by webhook. */
export interface Receiver {
  readonly name: string;
  /** Where Alertmanager POSTs its webhook JSON (version 4). */
  readonly url: string;
  readonly severities: readonly ('page' | 'ticket')[];
}

/** A matcher-based inhibition: while an alert of `source_matchers` fires, those of `target_matchers` with equal labels are mute. */
export interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

/** The part of Alertmanager's configuration file that is used. */
export interface AlertmanagerConfig {
  readonly route: {
    readonly receiver: string;
    readonly group_by: readonly string[];
    readonly group_wait: string;
    readonly group_interval: string;
    readonly repeat_interval: string;
    readonly routes: readonly {
      readonly receiver: string;
      readonly matchers: readonly string[];
      readonly continue: boolean;
    }[];
  };
  readonly inhibit_rules: readonly InhibitRule[];
  readonly receivers: readonly {
    readonly name: string;
    readonly webhook_configs?: readonly { readonly url: string; readonly send_resolved: boolean }[];
  }[];
}

/** Receiver of everything that nobody must be told. */
const nobody = 'nobody';

/** While an alert of the first list fires, those of the second on the same path say nothing new. */
const inhibitions: readonly (readonly [sources: readonly AlertName[], targets: readonly AlertName[]])[] = [
  [
    ['PathDown', 'PathRecentlyDown'],
    [
      'SloFastBurn',
      'SloSlowBurn',
      'LatencyBurn',
      'PathDownFromOneSource',
      'ProbesDropped',
      'ProbesShort',
      'ProberErrors',
    ],
  ],
  [['ProbesMissing'], ['PathDownFromOneSource', 'ProbesDropped', 'ProbesShort', 'ProberErrors']],
  [['SloFastBurn'], ['SloSlowBurn']],
];

/**
 * Alertmanager's configuration: pages and tickets to the receivers that want them, at once, and one notification per cause. Throws
 * an Error when two receivers share a name.
 */
export function alertmanagerConfig(model: SignalModel, receivers: readonly Receiver[]): AlertmanagerConfig {
  const names = [nobody, ...receivers.map((receiver) => receiver.name)];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two receivers are called ${twice}`);
  return {
    route: {
      receiver: nobody,
      group_by: ['alertname', 'path'],
      // An alert has waited for its window already; the interval bounds how late a *resolved* can be.
      group_wait: '0s',
      group_interval: '30s',
      repeat_interval: '12h',
      routes: receivers
        .filter((receiver) => receiver.severities.length > 0)
        .map((receiver) => ({
          receiver: receiver.name,
          matchers: [
            oneOf(
              'severity',
              receiver.severities.flatMap((kind) => severityValues(model, kind)),
            ),
          ],
          continue: true,
        })),
    },
    inhibit_rules: inhibitions.map(([sources, targets]) => ({
      source_matchers: [oneOf('alertname', sources)],
      target_matchers: [oneOf('alertname', targets)],
      equal: ['path'],
    })),
    receivers: [
      { name: nobody },
      ...receivers.map(({ name, url }) => ({ name, webhook_configs: [{ url, send_resolved: true }] })),
    ],
  };
}

/** Values of the label `severity` that mean this kind: the kind's own word, and what paths call it, if that is no other kind's word. */
export function severityValues(model: SignalModel, kind: Exclude<AlertKind, 'none'>): string[] {
  const others = kind === 'page' ? ['ticket', 'none'] : ['page', 'none'];
  return [...new Set([kind, ...model.paths.map((path) => path.severity[kind])])].filter(
    (value) => !others.includes(value),
  );
}

/** Names of all alerts that inhibit or are inhibited; a test compares them with the catalogue. */
export function inhibitedBy(name: AlertName): AlertName[] {
  return alertCatalogue
    .map((entry) => entry.name)
    .filter((source) =>
      inhibitions.some(([sources, targets]) => sources.includes(source) && targets.includes(name)),
    );
}

function oneOf(label: string, values: readonly string[]): string {
  return `${label}=~"${[...new Set(values)].join('|')}"`;
}

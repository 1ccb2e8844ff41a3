import type { AlertKind, AlertName } from './alert-catalogue';
import { watchdogLabels } from './alert-rule';
import { behindLeader, simultaneousLeaders } from './dependencies';
import { type Inhibition, inhibitions } from './inhibitions';
import { defaultTargetLingerSeconds, type PathSettings, type SignalModel } from './model';
import { duration } from './promql';
import { type Receiver, receiverConfig } from './receivers';
import { fastSeconds, noticeSeconds } from './windows';

export type { Receiver } from './receivers';

/** A matcher-based inhibition: while an alert of `source_matchers` fires, those of `target_matchers` with equal labels are mute. */
export interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

/** One branch of the routing tree; what it leaves out is its parent's. Durations as Prometheus writes them. */
export interface Route {
  readonly receiver?: string;
  readonly matchers: readonly string[];
  readonly continue?: boolean;
  readonly group_by?: readonly string[];
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly repeat_interval?: string;
  readonly routes?: readonly Route[];
}

/** The part of Alertmanager's configuration file that is used. */
export interface AlertmanagerConfig {
  readonly route: Required<Omit<Route, 'matchers' | 'continue'>>;
  readonly inhibit_rules: readonly InhibitRule[];
  readonly receivers: readonly ({ readonly name: string } & Record<string, unknown>)[];
}

/** Receiver of everything that nobody must be told. */
const nobody = 'nobody';

/**
 * Pages that another one may explain wait so long for it, in seconds: alerts of one cause come within two evaluations, an export and
 * a flush of each other.
 */
export const explainedWaitSeconds = 10;

/** A page that is later than this is worse than one page too many. */
export const longestWaitSeconds = 60;

/**
 * Alertmanager's configuration: pages and tickets to the receivers that want them, at once unless another page may explain them, and
 * one notification per cause. Throws an Error when two receivers share a name.
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
      routes: receivers.flatMap((receiver) => route(model, receiver)),
    },
    inhibit_rules: inhibitions(model).map(inhibitRule),
    receivers: [{ name: nobody }, ...receivers.map(receiverConfig)],
  };
}

/** Values of the label `severity` that mean this kind: the kind's own word, and what paths call it, if that is no other kind's word. */
export function severityValues(model: SignalModel, kind: Exclude<AlertKind, 'none'>): string[] {
  const others = kind === 'page' ? ['ticket', 'none'] : ['page', 'none'];
  return [...new Set([kind, ...model.paths.map((path) => path.severity[kind])])].filter(
    (value) => !others.includes(value),
  );
}

function route(model: SignalModel, receiver: Receiver): Route[] {
  const to = { receiver: receiver.name, continue: true };
  if (receiver.deadManSwitch !== undefined) return [{ ...to, ...signOfLife }];
  const severities = receiver.severities.flatMap((kind) => severityValues(model, kind));
  if (severities.length === 0) return [];
  return [
    {
      ...to,
      matchers: [
        oneOf('severity', severities),
        ...(receiver.owners === undefined ? [] : [oneOf('owner', receiver.owners)]),
      ],
      routes: [
        // No injector, or no way to Prometheus: every path is missing, and that is one page.
        { matchers: [named('ProbesMissing')], ...allTogether },
        // Probers are scraped at different moments: what breaks several pairs, or a whole node, is known some seconds after the first.
        ...(model.nodeProber === undefined ? [] : [{ matchers: [named('NodePairDown')], ...allTogether }]),
        ...pagesThatWait(model),
      ],
    },
  ];
}

/**
 * How long a page waits at least whose path loses what is behind its last hop before the path that speaks for it does, in seconds: a
 * gateway sends nothing more to what is to stop, while the path that leads still has answers on its open connections.
 */
export function fromBehindWaitSeconds({ targetLingerSeconds }: SignalModel): number {
  return explainedWaitSeconds + (targetLingerSeconds ?? defaultTargetLingerSeconds);
}

/**
 * How long the page of a path waits for one that may explain it, in seconds; 0 where none may come at the same time. Where that one is
 * noticed later, being probed less often, by so much more; what is less than an evaluation is in the wait already.
 */
export function pageWaitSeconds(model: SignalModel, path: PathSettings): number {
  const leaders = simultaneousLeaders(model, path.name);
  const ahead = model.paths
    .filter(({ name }) => leaders.includes(name))
    .map((leader) => noticeSeconds(model, leader) - noticeSeconds(model, path));
  if (ahead.length === 0) return 0;
  const least =
    behindLeader(model, path.name) === undefined ? explainedWaitSeconds : fromBehindWaitSeconds(model);
  const step = fastSeconds(model);
  const more = Math.floor(Math.max(0, ...ahead) / step) * step;
  return Math.max(least, Math.min(least + more, longestWaitSeconds));
}

/** A branch for each wait that some page has, the shortest first. */
function pagesThatWait(model: SignalModel): Route[] {
  const waits = model.paths.map((path) => ({ name: path.name, seconds: pageWaitSeconds(model, path) }));
  const distinct = [...new Set(waits.map(({ seconds }) => seconds))].filter((seconds) => seconds > 0);
  return distinct
    .sort((a, b) => a - b)
    .map((wait) => {
      const paths = waits.filter(({ seconds }) => seconds === wait).map(({ name }) => name);
      return { matchers: [named('PathDown'), oneOf('path', paths)], group_wait: duration(wait) };
    });
}

/** At least one notification a minute: sent at every other interval of the group. */
const signOfLife = {
  matchers: [
    named('Watchdog'),
    ...Object.entries(watchdogLabels).map(([label, value]) => `${label}="${value}"`),
  ],
  group_by: ['alertname'],
  group_interval: '20s',
  repeat_interval: '35s',
} as const;

/** One notification for all of one alert, whatever its path. */
const allTogether = { group_by: ['alertname'], group_wait: duration(explainedWaitSeconds) } as const;

function inhibitRule({ sources, sourcePaths, targets, targetPaths, equal }: Inhibition): InhibitRule {
  return {
    source_matchers: [oneOf('alertname', sources), ...(sourcePaths ? [oneOf('path', sourcePaths)] : [])],
    target_matchers: [oneOf('alertname', targets), ...(targetPaths ? [oneOf('path', targetPaths)] : [])],
    equal,
  };
}

function named(name: AlertName): string {
  return `alertname="${name}"`;
}

/** A dot in brackets needs no escape in either syntax that this ends in. */
function oneOf(label: string, values: readonly string[]): string {
  return `${label}=~"${[...new Set(values)].join('|').replaceAll('.', '[.]')}"`;
}

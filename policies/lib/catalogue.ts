import { zeroSeries } from '../../signals/injector';
import { pushedMetrics, recorded as recordedNames } from '../../signals/metrics';
import { nodeMetrics } from '../../signals/node-metrics';
import { outcomes, pathNames, pathRow } from '../../signals/paths';
import { histogramBounds, scrapedMetrics } from '../../signals/scraped';
import { matches, type Matcher, type Selector } from './promql';
import type { PrometheusRule } from './rules-of';

/** Metric → its labels, each with its values; undefined where a label may have any. */
export type Catalogue = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string> | undefined>>;

/** Metrics that Prometheus makes of its own alerts. */
const ofPrometheus = ['ALERTS', 'ALERTS_FOR_STATE'];

/** Ends of a stream, which are counted beside the reasons of probes. */
const streamReasons = ['closed', 'reset', 'silence', 'connect'];

const zeroed = pathNames.flatMap((path) => zeroSeries(pathRow(path)));
const vocabulary: Readonly<Record<string, ReadonlySet<string>>> = {
  outcome: new Set(outcomes),
  reason: new Set([...zeroed.map(({ reason }) => reason), ...streamReasons]),
  conn: new Set(zeroed.map(({ conn }) => conn)),
  hop: new Set(zeroed.map(({ hop }) => hop)),
};

/** Everything that the product emits and scrapes, and what the recording rules of a stack make of it. */
export function catalogue(
  rules: readonly PrometheusRule[],
  more: Readonly<Record<string, readonly string[]>>,
): Catalogue {
  const values = { ...vocabulary, path: new Set([...pathNames, ...ownPaths(rules)]) };
  const labelled = (labels: readonly string[], known: Readonly<Record<string, ReadonlySet<string>>>) =>
    new Map(labels.map((label) => [label, known[label]]));
  return new Map([
    ...Object.entries(more).map(([metric, labels]) => [metric, labelled(labels, {})] as const),
    ...Object.entries(scrapedMetrics).map(([metric, labels]) => {
      const bounds = histogramBounds[metric];
      return [metric, labelled(labels, bounds ? { le: new Set([...bounds, '+Inf']) } : {})] as const;
    }),
    ...Object.entries(pushedMetrics).map(([metric, labels]) => [metric, labelled(labels, values)] as const),
    ...Object.entries(nodeMetrics).map(([metric, labels]) => [metric, labelled(labels, {})] as const),
    // Read by others too where the load is off, and nothing must exist.
    [recordedNames.pathInfo, labelled(['path', 'protocol'], values)],
    ...recorded(rules),
  ]);
}

/**
 * Paths beside those of the table, targets of the user's own: what `path_info` expects, which the rule path-alerts holds against the injector.
 * Where the load is off nothing is expected, and they are those that something is recorded for.
 */
function ownPaths(rules: readonly PrometheusRule[]): string[] {
  const expected = rules.filter(({ record }) => record === recordedNames.pathInfo);
  return (expected.length > 0 ? expected : rules).flatMap(({ record, labels }) =>
    record === undefined ? [] : (labels['path'] ?? []),
  );
}

/** What is wrong with a selector: a metric that nobody makes, a label that it has not, a value that nobody emits. */
export function faults(catalogue: Catalogue, { metric, matchers }: Selector): string[] {
  if (ofPrometheus.includes(metric)) return [];
  const labels = catalogue.get(metric);
  if (!labels) return [`nobody makes ${metric || 'a metric without a name'}`];
  return matchers.flatMap(({ label, op, value }) => {
    if (label === '__name__') return [];
    if (!labels.has(label)) return [`${metric} has no label ${label}`];
    const known = labels.get(label);
    const wanted = op.endsWith('~') ? alternatives(value) : [value];
    return known
      ? wanted
          .filter((one) => !isEmitted(one, op, known))
          .map((one) => `nobody emits ${metric}{${label}="${one}"}`)
      : [];
  });
}

/** What a regular expression lists, each to be judged by itself; one that does more than list is one. */
function alternatives(regex: string): readonly string[] {
  const listed = /^\(?(?:\?:)?([\w-]*(?:\|[\w-]*)+)\)?$/.exec(regex)?.[1];
  return listed?.split('|') ?? [regex];
}

/** Whether some series may have the value. The empty one means that there is no such label, which may be asked for anywhere. */
function isEmitted(value: string, op: Matcher['op'], known: ReadonlySet<string>): boolean {
  if (value === '' || known.has(value)) return true;
  return op.endsWith('~') && [...known].some((one) => matches({ label: '', op: '=~', value }, one));
}

/** Recorded metrics have the labels that their rules set, and those that the rules' expressions keep by `by (…)`. */
function recorded(
  rules: readonly PrometheusRule[],
): Map<string, ReadonlyMap<string, ReadonlySet<string> | undefined>> {
  const found = new Map<string, Map<string, Set<string> | undefined>>();
  for (const { record, expr, labels } of rules) {
    if (record === undefined) continue;
    const own = found.get(record) ?? new Map<string, Set<string> | undefined>();
    found.set(record, own);
    for (const [label, value] of Object.entries(labels)) {
      const before = own.has(label) ? own.get(label) : new Set<string>();
      before?.add(value);
      own.set(label, before);
    }
    const kept = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/\s*,\s*/));
    for (const label of kept) if (label !== '' && !own.has(label)) own.set(label, undefined);
  }
  return found;
}

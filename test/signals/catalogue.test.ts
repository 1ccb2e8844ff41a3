import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expression, type Selector } from '../../policies/lib/promql';
import { guards } from '../../scenarios/chaos-guards';
import { guardQuery } from '../../signals/chaos';
import { sloNames } from '../../signals/dashboards/names';
import { zeroSeries } from '../../signals/injector';
import {
  chaosNames,
  connectionsTotal,
  heldBackTotal,
  k6Names,
  probeDuration,
  probesTotal,
  pushedMetrics,
  recorded,
  repeatedTotal,
  storedName,
} from '../../signals/metrics';
import { defaultModel, pathSettings } from '../../signals/model';
import { nodeMetrics, nodeRecordedLabels } from '../../signals/node-metrics';
import { nodeErrorReasons, nodeProtocols, nodeReasons, nodeRelations } from '../../signals/node-model';
import { outcomes, pathNames, pathRow } from '../../signals/paths';
import { ruleGroups } from '../../signals/rules';
import { scrapedMetrics } from '../../signals/scraped';
import { isAlert } from '../../signals/rule-types';
import { firstGoodQuery, measuredNowQuery, reasonsQuery, statusQueries } from '../../signals/status';

/** A selector within an expression: metric and matchers. */
const model = defaultModel({ retentionDays: 400 });
/** The same mesh with Istio's own proxies, and with none beside the pods: other metrics are read of them. */
const istio = { ...model, mesh: { ...model.mesh!, istioNamespace: 'istio-system' } };
const ambient = { ...istio, mesh: { ...istio.mesh, ambient: true as const } };
const groups = [model, istio, ambient].flatMap((each) => ruleGroups(each));
const rules = groups.flatMap((group) => group.rules);
const recordedLabels = new Map(
  Object.entries(nodeRecordedLabels).map(([name, labels]) => [name, new Set(labels)]),
);
for (const rule of rules) {
  if (isAlert(rule) || rule.record in nodeRecordedLabels) continue;
  const labels = recordedLabels.get(rule.record) ?? new Set<string>();
  for (const label of ['path', ...Object.keys(rule.labels ?? {})]) labels.add(label);
  if (rule.expr.includes('by (path, instance)')) labels.add('instance');
  if (rule.expr.includes('by (kind, mode, workload)'))
    for (const label of ['kind', 'mode', 'workload']) labels.add(label);
  recordedLabels.set(rule.record, labels);
}

/** What ends a stream, in the words of the scenarios. */
const interruptionReasons = ['closed', 'reset', 'silence', 'connect'];
const zeroed = pathNames.flatMap((path) => zeroSeries(pathRow(path)).map((series) => ({ path, ...series })));
const values: Record<string, ReadonlySet<string>> = {
  path: new Set(pathNames),
  outcome: new Set(outcomes),
  reason: new Set([
    ...zeroed.map((series) => series.reason),
    ...interruptionReasons,
    ...nodeErrorReasons,
    ...nodeProtocols.flatMap((protocol) => Object.keys(nodeReasons[protocol])),
  ]),
  conn: new Set(zeroed.map((series) => series.conn)),
  hop: new Set(zeroed.map((series) => series.hop)),
  protocol: new Set(nodeProtocols),
  relation: new Set(nodeRelations),
  sloth_slo: new Set(['availability', 'latency']),
  guard: new Set(guards),
  mode: new Set(['evict', 'kill']),
};

/** All selectors of an expression; throws for what is no PromQL. */
function selectors(expr: string): readonly Selector[] {
  const { wrongAt, selectors: found } = expression(expr);
  if (wrongAt !== undefined) throw new Error(`no PromQL at ${wrongAt}: ${expr}`);
  return found;
}

/** What is wrong with an expression: metrics nobody makes, labels they do not have, values nobody emits. */
function faults(expr: string): string[] {
  return selectors(expr).flatMap(({ metric, matchers }) => {
    if (metric === 'ALERTS' || metric === 'ALERTS_FOR_STATE') return [];
    const scraped = scrapedMetrics[metric];
    const named = pushedMetrics[metric] ?? nodeMetrics[metric] ?? scraped;
    const labels = named ? new Set(named) : recordedLabels.get(metric);
    if (!labels) return [`nobody makes ${metric}`];
    return matchers.flatMap(({ label, op, value }) => {
      if (!labels.has(label)) return [`${metric} has no label ${label}`];
      // What others count has words of its own.
      const known = scraped ? undefined : values[label];
      if (!known) return [];
      const wanted = op.endsWith('~') ? value.split('|') : [value];
      return wanted
        .filter((each) => !known.has(each))
        .map((each) => `${metric}: nobody emits ${label}="${each}"`);
    });
  });
}

test('rules name only what scenarios and other rules make', () => {
  expect(rules.flatMap((rule) => faults(rule.expr))).toEqual([]);
});

test('so do the queries in annotations and in the status table', () => {
  const templates = rules.filter(isAlert).flatMap((rule) => Object.values(rule.annotations));
  const queries = templates.flatMap((text) =>
    [...text.matchAll(/query "((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!.replaceAll('\\"', '"')),
  );
  expect(queries.length).toBeGreaterThanOrEqual(
    rules.filter(isAlert).filter((rule) => rule.labels['path'] !== undefined).length,
  );
  const { counters, ...instant } = statusQueries();
  const path = pathSettings('service');
  expect(
    [
      ...queries,
      counters,
      ...Object.values(instant),
      firstGoodQuery(path),
      measuredNowQuery(defaultModel()),
      reasonsQuery(path, 60),
    ].flatMap(faults),
  ).toEqual([]);
});

test('the guard sees what is wrong', () => {
  expect(faults('k6_probes_total{outcome="fail"}')).toEqual(['k6_probes_total: nobody emits outcome="fail"']);
  expect(faults('k6_probes_total{reason=~"dns|nxdomain"}')).toEqual([
    'k6_probes_total: nobody emits reason="nxdomain"',
  ]);
  expect(faults('k6_probe_duration_milliseconds{outcome="ok"}')).toEqual([
    'k6_probe_duration_milliseconds has no label outcome',
  ]);
  expect(faults('k6_probe_duration_milliseconds_bucket')).toEqual([
    'nobody makes k6_probe_duration_milliseconds_bucket',
  ]);
  expect(() => faults('sum(')).toThrow(/no PromQL/);
});

test('recorded rules are read by something or wanted by dashboards', () => {
  const read = new Set(rules.flatMap((rule) => selectors(rule.expr).map((selector) => selector.metric)));
  const unread = [...recordedLabels.keys()].filter((name) => !read.has(name));
  // Sloth's names, what was asked for, what was masked and the matrix of nodes are for people and dashboards.
  const shown: readonly string[] = [recorded.rateAsked, recorded.masked, 'node_pair:success:ratio_rate1m'];
  expect(unread.filter((name) => !name.startsWith('slo') && !shown.includes(name))).toEqual([]);
});

test.each([
  ['recorder.ts', k6Names, ['path', 'outcome', 'reason', 'conn', 'hop', 'by', 'how']],
  ['chaos-recorder.ts', chaosNames, ['kind', 'mode', 'workload', 'reason', 'guard']],
])('%s registers the metrics under these names, with these labels', (file, names, labels) => {
  const recorder = readFileSync(join(__dirname, '..', '..', 'scenarios', file), 'utf8');
  const registered = [...recorder.matchAll(/new (?:Counter|Trend)\('(\w+)'/g)].map((match) => match[1]);
  expect(new Set(registered)).toEqual(new Set(Object.values(names)));
  for (const label of labels) expect(recorder).toMatch(new RegExp(`\\b${label}\\b`));
});

test('the reaper’s guards ask only for what somebody makes', () => {
  const { budgetLeft } = sloNames;
  expect(recordedLabels.has(budgetLeft)).toBe(true);
  expect(faults(guardQuery(defaultModel()))).toEqual([]);
});

test('names are stored as seen on a live Prometheus', () => {
  expect([
    probesTotal,
    probeDuration,
    heldBackTotal,
    connectionsTotal,
    repeatedTotal,
    storedName('iterations', 'counter'),
  ]).toEqual([
    'k6_probes_total',
    'k6_probe_duration_milliseconds',
    'k6_probes_held_back_total',
    'k6_connections_total',
    'k6_masked_attempts_total',
    'k6_iterations_total',
  ]);
});

test('what is scraped is read by some rule', () => {
  const read = new Set(rules.flatMap((rule) => selectors(rule.expr).map((selector) => selector.metric)));
  expect(Object.keys(scrapedMetrics).filter((name) => !read.has(name))).toEqual([]);
});

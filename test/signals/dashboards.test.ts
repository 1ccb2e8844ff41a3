import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expression } from '../../policies/lib/promql';
import {
  dashboardNames,
  dashboards,
  dashboardUid,
  grafanaDashboards,
  grafanaFiles,
  panelQueries,
} from '../../signals/dashboards/dashboards';
import { alertsSeries, shownMetrics, sloNames } from '../../signals/dashboards/names';
import { rateInterval } from '../../signals/dashboards/queries';
import { storeGroups } from '../../signals/long-term';
import * as metrics from '../../signals/metrics';
import { defaultModel, pathSettings, type SignalModel } from '../../signals/model';
import { nodeMetrics, nodeRecordedLabels } from '../../signals/node-metrics';
import { pathNames } from '../../signals/paths';
import { ruleGroups } from '../../signals/rules';
import { isAlert } from '../../signals/rule-types';
import { scrapedMetrics } from '../../signals/scraped';
import { checkExpressions, promtoolPatienceMs, testRules } from './promtool';

const everyPath = defaultModel({ paths: pathNames.map((name) => pathSettings(name)) });
const models: [string, SignalModel][] = [
  ['every path', everyPath],
  [
    'one path, a week, one injector',
    defaultModel({ paths: [pathSettings('dns')], periodDays: 7, injectors: 1 }),
  ],
];
const directory = join(__dirname, '..', '..', 'signals', 'dashboards');

/** Labels of everything that a panel may ask for, by name. */
function catalogue(model: SignalModel): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  const add = (name: string, labels: readonly string[]) =>
    known.set(name, new Set([...(known.get(name) ?? []), ...labels]));
  for (const table of [metrics.pushedMetrics, scrapedMetrics, shownMetrics, nodeMetrics, nodeRecordedLabels])
    for (const [name, labels] of Object.entries(table)) add(name, labels);
  for (const rule of [...ruleGroups(model), ...storeGroups(model)].flatMap((group) => group.rules))
    if (!isAlert(rule) && !(rule.record in nodeRecordedLabels))
      add(rule.record, ['path', 'instance', ...Object.keys(rule.labels ?? {})]);
  add(alertsSeries, ['alertname', 'alertstate', 'path', 'severity', 'instance', 'owner']);
  return known;
}

/** What is wrong with an expression: no PromQL, a metric that nobody makes, a label that it does not have. */
function faults(expr: string, known: Map<string, Set<string>>): string[] {
  const { wrongAt, selectors } = expression(expr);
  if (wrongAt !== undefined) return [`no PromQL at ${wrongAt}: ${expr}`];
  return selectors.flatMap(({ metric, matchers }) => {
    const labels = known.get(metric);
    if (!labels) return [`nobody makes ${metric}`];
    return matchers
      .filter(({ label }) => !labels.has(label))
      .map(({ label }) => `${metric} has no label ${label}`);
  });
}

describe.each(models)('dashboards of %s', (_, model) => {
  const specs = dashboards(model);
  const queries = panelQueries(specs);

  test('are the four, each with a title, a description and rows that fill the page', () => {
    expect(specs.map(({ name }) => name)).toEqual([...dashboardNames]);
    for (const spec of specs) {
      expect([spec.title, spec.description].every((text) => text.length > 3)).toBe(true);
      for (const row of spec.rows.slice(1))
        expect([row.title, (row.panels.reduce((sum, { width }) => sum + width, 0) % 24) % 8]).toEqual([
          row.title,
          0,
        ]);
    }
  });

  test('say of every panel what it shows, in which unit, and ask for it', () => {
    for (const panel of specs.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))) {
      expect(panel.title).not.toBe('');
      expect(panel.description).toMatch(/[.?)]$/);
      expect(panel.unit).toMatch(/^(percentunit|cps|ms|s|short|bytes|none)$/);
      expect(panel.queries.length).toBeGreaterThan(0);
      for (const { legend, expr } of panel.queries) {
        expect(expr).not.toBe('');
        if (panel.kind !== 'table') expect(legend).not.toBe('');
      }
    }
  });

  test('have no two panels of one name', () => {
    for (const spec of specs) {
      const titles = spec.rows.flatMap(({ panels }) => panels.map(({ title }) => title));
      expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
    }
  });

  test('ask only for what somebody makes', () => {
    const known = catalogue(model);
    expect(queries.flatMap(({ expr }) => faults(expr, known))).toEqual([]);
  });

  test('make up no figure: only counts may be 0 for want of data', () => {
    const made = queries.filter(({ expr }) => /vector\s*\(/.test(expr));
    expect(made.filter(({ expr }) => !/^count\(ALERTS\{[^}]*\}\) or vector\(0\)$/.test(expr))).toEqual([]);
  });

  test('name every path that is probed, and no other', () => {
    const { rows } = specs.find(({ name }) => name === 'paths')!;
    const named = rows
      .map(({ title }) => title.split(':')[0])
      .filter((title) => pathNames.includes(title as any));
    expect(named).toEqual(model.paths.map(({ name }) => name));
  });
});

test('the guard of names sees what is wrong', () => {
  const known = catalogue(everyPath);
  expect(faults('rate(k6_probes[1m])', known)).toEqual(['nobody makes k6_probes']);
  expect(faults('path_info{outcome="ok"}', known)).toEqual(['path_info has no label outcome']);
  expect(faults('sum(', known)[0]).toMatch(/no PromQL/);
});

test(
  'promtool takes every query',
  async () => {
    const all = models.flatMap(([, model]) => panelQueries(dashboards(model)).map(({ expr }) => expr));
    await checkExpressions([...new Set(all)]);
  },
  promtoolPatienceMs,
);

test('interruptions are shown of streams only, late answers of UDP only', () => {
  const asks = (name: string) =>
    panelQueries(dashboards(everyPath))
      .filter(({ expr }) => expr.includes(name))
      .map(({ panel }) => panel.split(':')[0]);
  expect(asks(metrics.interruptionsTotal)).toEqual(['grpc-stream', 'websocket']);
  expect(asks(metrics.lateTotal)).toEqual(['udp']);
});

test('no name that has a constant is typed again', () => {
  const constants = [
    ...Object.keys(metrics.pushedMetrics),
    ...Object.values(metrics.recorded),
    ...Object.keys(nodeMetrics),
    ...Object.keys(nodeRecordedLabels),
    ...Object.values(sloNames),
    'slo:sli_error',
  ].filter((name) => name !== metrics.recorded.pathInfo);
  for (const file of readdirSync(directory).filter((name) => name !== 'names.ts')) {
    const text = readFileSync(join(directory, file), 'utf8');
    expect([file, constants.filter((name) => text.includes(name))]).toEqual([file, []]);
  }
});

test('Sloth’s names are those that rules record', () => {
  const made = new Set(
    ruleGroups(everyPath).flatMap(({ rules }) => rules.map((rule) => ('record' in rule ? rule.record : ''))),
  );
  expect(Object.values(sloNames).filter((name) => !made.has(name))).toEqual([]);
});

describe('the JSON for Grafana', () => {
  const built = grafanaDashboards(everyPath);

  test('holds exactly the queries of the panels', () => {
    const inJson = built.flatMap(({ panels = [] }) =>
      panels.flatMap((panel) => ((panel as any).targets ?? []).map(({ expr }: { expr: string }) => expr)),
    );
    const asked = dashboards(everyPath).flatMap(({ rows }) =>
      rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr))),
    );
    expect(inJson).toEqual(asked);
    expect(asked.some((expr) => expr.includes(rateInterval))).toBe(true);
    expect(panelQueries(dashboards(everyPath)).filter(({ expr }) => expr.includes('$'))).toEqual([]);
  });

  test('has ids of its own for every panel, on a grid without overlaps', () => {
    for (const { panels = [] } of built) {
      const ids = panels.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const cells = panels.flatMap(({ gridPos }) => {
        const { x, y, w, h } = gridPos!;
        expect(x + w).toBeLessThanOrEqual(24);
        return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
      });
      expect(new Set(cells).size).toBe(cells.length);
    }
  });

  test('shows gaps as gaps and nothing as no data', () => {
    for (const panel of built
      .flatMap(({ panels = [] }) => panels as any[])
      .filter(({ type }) => type !== 'row')) {
      expect(panel.fieldConfig.defaults.noValue).toBe('no data');
      if (panel.type === 'timeseries') expect(panel.fieldConfig.defaults.custom.spanNulls).toBe(false);
      expect(panel.datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
    }
  });

  test('is the same for the same model, byte by byte, with sorted keys, and fits into ConfigMaps', () => {
    const files = grafanaFiles(everyPath);
    expect(files).toEqual(grafanaFiles(defaultModel({ paths: pathNames.map((name) => pathSettings(name)) })));
    expect(files.map(({ file }) => file)).toEqual(dashboardNames.map((name) => `cl-lab-${name}.json`));
    for (const { json } of files) {
      expect(json.length).toBeLessThan(200_000);
      const keys = Object.keys(JSON.parse(json) as object);
      expect(keys).toEqual([...keys].sort());
    }
  });

  test('has a uid that Grafana takes, whatever the stack is called', () => {
    expect(dashboardUid('prod', 'paths')).toBe('cl-prod-paths');
    const odd = ['a.b', 'x'.repeat(100), 'eu-west-1-production-cluster-2'];
    const uids = odd.flatMap((stack) => dashboardNames.map((name) => dashboardUid(stack, name)));
    expect(uids.filter((uid) => !/^[A-Za-z0-9_-]{8,40}$/.test(uid))).toEqual([]);
    expect(new Set(uids).size).toBe(uids.length);
  });
});

describe('the figures', () => {
  const model = defaultModel({ paths: [pathSettings('service'), pathSettings('udp')] });
  const exprOf = (panel: string) =>
    panelQueries(dashboards(model))
      .filter((query) => query.dashboard === 'availability' && query.panel === panel)
      .map(({ expr }) => `(${expr})`)
      .join(' or ');
  /** Probes per 5 s evaluation of service from both injectors; udp is never probed. */
  const scene = (ok: string, failed: string) =>
    [
      { outcome: 'ok', reason: '', hop: '', values: ok },
      { outcome: 'failed', reason: 'connect', hop: '2', values: failed },
    ].map(({ values, ...labels }) => ({
      series: `${metrics.probesTotal}{path="service",conn="kept",instance="a",outcome="${labels.outcome}",reason="${labels.reason}",hop="${labels.hop}"}`,
      values,
    }));
  /** What the figures read, without alerts and burn: promtool evaluates every rule at every step. */
  const groups = ruleGroups(model)
    .map((group) => ({
      ...group,
      rules: group.rules.filter(
        (rule) =>
          !isAlert(rule) &&
          (Object.values<string>(metrics.recorded).includes(rule.record) || /availability/.test(rule.record)),
      ),
    }))
    .filter(({ rules }) => rules.length > 0);
  /** Paths that are left out have no data, and are there all the same: not a number is no number that promtool could compare. */
  const look = async (ok: string, failed: string, expected: Record<string, number>, panels: string[]) =>
    testRules(groups, [
      {
        name: 'figures',
        interval: '5s',
        input_series: scene(ok, failed),
        promql_expr_test: panels.flatMap((panel) => [
          {
            expr: `max by (path) (${exprOf(panel)}) <= 1`,
            eval_time: '15m',
            exp_samples: Object.entries(expected).map(([path, value]) => ({
              labels: `{path="${path}"}`,
              value,
            })),
          },
          {
            expr: `count(max by (path) (${exprOf(panel)}))`,
            eval_time: '15m',
            exp_samples: [{ labels: '{}', value: model.paths.length }],
          },
        ]),
      },
    ]);
  const known = ['Now (5 min)', '1h'];

  test(
    'are 0 % while nothing is good, and no data where nobody probes',
    () => look('0x240', '0+20x240', { service: 0 }, known),
    promtoolPatienceMs,
  );

  test(
    'are 100 % only when nothing failed, and floored otherwise',
    async () => {
      await look('0+20x240', '0x240', { service: 1 }, known);
      await look('0+999999x240', '0+1x240', { service: 0.99999 }, known);
    },
    promtoolPatienceMs,
  );

  test(
    'of now are no data once probes stop; those of longer windows stay',
    async () => {
      await look('0+20x120 2400x120', '0x240', {}, ['Now (5 min)']);
      await look('0+20x120 2400x120', '0x240', { service: 1 }, ['1h']);
    },
    promtoolPatienceMs,
  );

  test(
    'of a window that is not known well are the share that is',
    async () => {
      // Every 5 s here and not every 30 s, so that a quarter of an hour looks like one and a half: 180 samples of 2880.
      await look('0+20x240', '0x240', { service: 180 / 2880 }, ['1d']);
    },
    promtoolPatienceMs,
  );
});

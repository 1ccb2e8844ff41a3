import { createServer, type Server } from 'node:http';
import { awaitGoodPaths, awaitRules } from '../../../commands/signal/first-sample';
import { PrometheusApi, suppressedAlerts } from '../../../commands/signal/prometheus-api';
import {
  alertStatuses,
  readPaths,
  rulesEvaluatedQuery,
  shareOf,
  type StatusReport,
} from '../../../commands/signal/status-report';
import { formatShare, renderStatus } from '../../../commands/signal/status-table';
import { readStatus } from '../../../commands/status';
import { silentProgress } from '../../../lab/progress';
import { availabilityName, availabilityQuery, coverageName } from '../../../signals/availability';
import { defaultModel, pathSettings } from '../../../signals/model';
import { isAlert } from '../../../signals/rule-types';
import { ruleGroups } from '../../../signals/rules';
import { firstGoodQuery, measuredNowQuery, reasonsQuery, statusQueries } from '../../../signals/status';

// how many paths there are by default is no matter here
const model = defaultModel({ paths: [pathSettings('service')] });
const [service] = model.paths;
const queries = statusQueries(300);

type Answers = Record<string, unknown>;
const vector = (...series: [object, number][]) => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: series.map(([metric, value]) => ({ metric, value: [1, String(value)] })),
  },
});
const counters = (counts: Record<string, [number, number]>) => ({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: Object.entries(counts).map(([outcome, [from, to]]) => ({
      metric: { path: 'service', outcome },
      values: [
        [1, String(from)],
        [2, String(to)],
      ],
    })),
  },
});
const firing = {
  labels: { alertname: 'PathDown', path: 'service', severity: 'page' },
  annotations: { summary: 'Path service is down' },
  state: 'firing',
  activeAt: '2026-11-21T10:00:00Z',
};

/** A Prometheus that knows some queries; answers are looked up anew each time. */
let answers: Answers = {};
let server: Server;
let url: string;
/** Where nobody listens. */
let gone: string;
beforeAll(async () => {
  const short = createServer();
  await new Promise<void>((resolve) => short.listen(0, '127.0.0.1', resolve));
  gone = `http://127.0.0.1:${(short.address() as { port: number }).port}`;
  await new Promise((resolve) => short.close(resolve));
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const answer = answers[searchParams.get('query') ?? pathname] ?? vector();
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  answers = {
    [queries.counters]: counters({ ok: [100, 1290], slow: [0, 3], failed: [0, 7], error: [2, 3] }),
    [statusQueries(30).counters]: counters({ ok: [0, 5], failed: [0, 9] }),
    [queries.p50Ms]: vector([{ path: 'service' }, 1.23456]),
    [queries.p99Ms]: vector([{ path: 'service' }, NaN]),
    [measuredNowQuery(model)]: vector([{ path: 'service' }, 118]),
    [rulesEvaluatedQuery]: vector([{ path: 'service' }, 4]),
    [availabilityQuery(model)]: vector(
      [{ __name__: availabilityName(3600), path: 'service' }, 0.99954],
      [{ __name__: coverageName(3600), path: 'service' }, 0.95],
      [{ __name__: coverageName(3600), path: 'dns' }, 0.1],
      [{ __name__: availabilityName(90 * 86_400), path: 'service' }, 1],
      [{ __name__: coverageName(90 * 86_400), path: 'service' }, 0.0123],
    ),
    '/api/v1/alerts': { data: { alerts: [firing] } },
    '/api/v2/alerts': [],
  };
});

describe('status', () => {
  test('has exactly the shape that is promised', async () => {
    const report = await readStatus('lab', model, { prometheus: url, alertmanager: url }, silentProgress);
    expect(JSON.parse(JSON.stringify(report))).toEqual({
      stack: 'lab',
      paths: [
        {
          path: 'service',
          ok: 1190,
          slow: 3,
          failed: 7,
          error: 1,
          success: 1193 / 1200,
          p50: 1.235,
          p99: null,
          objective: 0.999,
          windows: [
            { window: '1h', availability: 0.99954, known: 0.95 },
            { window: '1d', availability: null, known: 0 },
            { window: '7d', availability: null, known: 0 },
            { window: '30d', availability: null, known: 0 },
            { window: '90d', availability: null, known: 0.0123 },
            { window: '365d', availability: null, known: 0 },
          ],
        },
      ],
      alerts: [
        {
          name: 'PathDown',
          path: 'service',
          severity: 'page',
          state: 'firing',
          since: '2026-11-21T10:00:00Z',
          summary: 'Path service is down',
        },
      ],
      rulesEvaluated: true,
      urls: { prometheus: url, alertmanager: url },
    });
  });

  test('without probes there is no number', async () => {
    answers = { [queries.counters]: counters({}) };
    const [path] = await readPaths(new PrometheusApi(url), model);
    expect(path).toMatchObject({ ok: 0, success: null, p50: null, p99: null });
  });

  test('a path that is not probed any more has no number, however good it was', async () => {
    answers[measuredNowQuery(model)] = vector();
    const [path] = await readPaths(new PrometheusApi(url), model);
    expect(path).toMatchObject({ ok: 1190, success: null });
  });

  test('without rules says so in place of that no alert is firing', async () => {
    answers[rulesEvaluatedQuery] = vector();
    answers['/api/v1/alerts'] = { data: { alerts: [] } };
    const report = await readStatus('lab', model, { prometheus: url }, silentProgress);
    expect(report).toMatchObject({ alerts: [], rulesEvaluated: false });
    expect(renderStatus(report)).toContain('Not every path’s rules are evaluated');
    expect(renderStatus(report)).not.toContain('No alert is firing');
    expect(renderStatus({ ...report, alerts: alertStatuses([firing], []) })).toMatch(
      /Not every path’s rules.*\n {2}✖ PathDown/,
    );
  });

  test.each([true, false])(
    'the rules of every path record what tells that they are evaluated, with load (%s) and without',
    (enabled) => {
      const recording = ruleGroups({ ...model, enabled })
        .flatMap(({ rules }) => rules)
        .flatMap((rule) =>
          isAlert(rule) || rule.record !== rulesEvaluatedQuery ? [] : [rule.labels?.['path']],
        );
      expect(recording).toEqual(model.paths.map(({ name }) => name));
    },
  );

  test('tells suppressed alerts from firing ones, and leaves out what is for nobody', () => {
    const recent = { ...firing, labels: { ...firing.labels, severity: 'none' } };
    const [one, ...others] = alertStatuses([recent, firing], [{ ...firing.labels, extra: 'label' }]);
    expect(one).toMatchObject({ name: 'PathDown', state: 'suppressed' });
    expect(others).toEqual([]);
    expect(
      alertStatuses([firing], [{ alertname: 'PathDown', path: 'dns', severity: 'page' }])[0]?.state,
    ).toBe('firing');
    expect(alertStatuses([{ ...firing, state: 'pending' }], [])[0]?.state).toBe('pending');
  });

  test('shows what is about no path, too', async () => {
    const labels = { alertname: 'NodeNotReady', severity: 'ticket', node: 'n2' };
    answers['/api/v1/alerts'] = {
      data: {
        alerts: [
          { ...firing, labels, annotations: { summary: 'Node n2 is not ready' } },
          // without any annotation, as somebody's own rule may be
          {
            labels: { alertname: 'Theirs', severity: 'ticket' },
            state: 'pending',
            activeAt: firing.activeAt,
          },
        ],
      },
    };
    answers['/api/v2/alerts'] = [{ labels, status: { state: 'suppressed' } }];
    const report = await readStatus('lab', model, { prometheus: url, alertmanager: url }, silentProgress);
    expect(report.alerts).toMatchObject([
      { name: 'NodeNotReady', path: null, state: 'suppressed', summary: 'Node n2 is not ready' },
      { name: 'Theirs', path: null, state: 'pending', summary: '' },
    ]);
    const text = renderStatus(report, Date.parse(firing.activeAt) + 65_000);
    expect(text).toContain('· NodeNotReady (ticket): suppressed for 1m 05s: Node n2 is not ready');
    expect(text).toMatch(/· Theirs \(ticket\): pending for 1m 05s$/m);
  });

  test('an Alertmanager that is gone is a note, a Prometheus that is gone a failure', async () => {
    const notes: string[] = [];
    const report = await readStatus(
      'lab',
      model,
      { prometheus: url, alertmanager: gone },
      { note: (text) => notes.push(text) },
    );
    expect(report.alerts).toHaveLength(1);
    expect(notes).toEqual([
      expect.stringMatching(/Alertmanager does not answer at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/),
    ]);
    await expect(readStatus('lab', model, { prometheus: gone }, silentProgress)).rejects.toThrow(
      /Prometheus does not answer at/,
    );
    await expect(readStatus('lab', model, {}, silentProgress)).rejects.toThrow(/no address of Prometheus/);
  });

  test.each([
    ['a page', '<html>', /not JSON/],
    ['other JSON', '{"hello":1}', /another program on this port/],
    ['a refusal', '{"status":"error","error":"parse error"}', /parse error/],
  ])('%s on the port is said to be none', async (_, answer, expected) => {
    answers = { up: answer };
    await expect(new PrometheusApi(url).vector('up')).rejects.toThrow(expected);
  });

  test('Alertmanager’s answer is checked', async () => {
    answers = { '/api/v2/alerts': { not: 'a list' } };
    await expect(suppressedAlerts(url)).rejects.toThrow(/like Alertmanager/);
  });
});

describe('the table', () => {
  const report: StatusReport = {
    stack: 'lab',
    paths: [
      {
        path: 'service',
        ok: 1190,
        slow: 3,
        failed: 0,
        error: 0,
        success: 1,
        p50: 1.2,
        p99: 12.6,
        objective: 0.999,
        windows: [
          { window: '1h', availability: 0.9999999, known: 1 },
          { window: '1d', availability: null, known: 0.699 },
          { window: '90d', availability: null, known: 0.02 },
        ],
      },
      {
        path: 'dns',
        ok: 0,
        slow: 0,
        failed: 0,
        error: 0,
        success: null,
        p50: null,
        p99: null,
        objective: 0.995,
        windows: [
          { window: '1h', availability: null, known: 0 },
          { window: '1d', availability: 0.5, known: 0.95 },
          { window: '90d', availability: null, known: 0.02 },
        ],
      },
      {
        path: 'udp',
        ok: 99,
        slow: 0,
        failed: 1,
        error: 0,
        success: 0.99,
        p50: 1,
        p99: 1,
        objective: 0.995,
        windows: [
          { window: '1h', availability: 0, known: 1 },
          { window: '1d', availability: null, known: 0.04 },
          { window: '90d', availability: null, known: 0.019 },
        ],
      },
    ],
    alerts: [],
    rulesEvaluated: true,
    urls: { prometheus: 'http://127.0.0.1:19090', podinfo: 'http://127.0.0.1:19898' },
  };

  test('has a row per path with counts, share, objective, quantiles and a verdict', () => {
    const text = renderStatus(report);
    expect(text).toMatch(/service.*1190.*3.*0.*0.*100 %.*99\.9 %.*1\.20 ms.*13 ms.*good/);
    expect(text).toMatch(/dns.*–.*–.*no probes/);
    expect(text).toMatch(/udp.*99 %.*below objective/);
    expect(text).toMatch(/No alert is firing\./);
    expect(text).toMatch(/prometheus {2}http:\/\/127\.0\.0\.1:19090\n {2}podinfo {5}http/);
  });

  test('calls a path not measured where the injectors failed at most of its probes', () => {
    const [path] = report.paths;
    const said = (counts: object) => renderStatus({ ...report, paths: [{ ...path!, ...counts }] });
    expect(said({ ok: 3, slow: 0, error: 900 })).toMatch(/service.*3.*900.*not measured/);
    expect(said({ ok: 0, slow: 0, error: 900, success: null })).toMatch(/not measured/);
    expect(said({ ok: 3, slow: 0, error: 3 })).toMatch(/good/);
  });

  test('has the longer windows below it, each as a share or as what is known of it', () => {
    const text = renderStatus(report);
    expect(text).toMatch(/availability +│ +1h +│ +1d +│\n/);
    expect(text).toMatch(/service +│ +99\.999 % +│ +69 % known +│/);
    expect(text).toMatch(/dns +│ +– +│ +50 % +│/);
    expect(text).toMatch(/udp +│ +0 % +│ +4 % known +│/);
    expect(text).toContain('so far known: 1 % of 90d.');
    const young = report.paths.map((path) => ({ ...path, windows: path.windows.slice(2) }));
    expect(renderStatus({ ...report, paths: young })).not.toMatch(/availability +│/);
  });

  test('names alerts and how long they are active', () => {
    const alerts = alertStatuses([firing], []);
    expect(renderStatus({ ...report, alerts }, Date.parse(firing.activeAt) + 65_000)).toMatch(
      /✖ PathDown on service \(page\): firing for 1m 05s/,
    );
  });

  test('never rounds up to 100 %', () => {
    expect(formatShare(0.9999999)).toBe('99.999 %');
    expect(formatShare(1)).toBe('100 %');
    expect(formatShare(0.999)).toBe('99.9 %');
    expect([99.9, 99.95, 99.5, 99].map(shareOf)).toEqual([0.999, 0.9995, 0.995, 0.99]);
  });
});

describe('waiting for the rules', () => {
  const wait = (boundMs: number, signal = new AbortController().signal, at = url) =>
    awaitRules(new PrometheusApi(at), model, signal, { boundMs, everyMs: 10 });

  test('ends once they are evaluated', async () => {
    answers[rulesEvaluatedQuery] = vector();
    const waiting = wait(5_000);
    setTimeout(() => (answers[rulesEvaluatedQuery] = vector([{ path: 'service' }, 4])), 100);
    await waiting;
  });

  test('gives up after the bound and says that nobody would be told, and where to look', async () => {
    answers[rulesEvaluatedQuery] = vector();
    await expect(wait(50)).rejects.toThrow(/not every path’s rules are evaluated.*nobody.*PrometheusRules/);
    await expect(wait(50, undefined, gone)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('an interruption ends it with its reason', async () => {
    answers[rulesEvaluatedQuery] = vector();
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('interrupted')), 30);
    await expect(wait(5_000, controller.signal)).rejects.toThrow('interrupted');
  });
});

describe('waiting for the first good sample', () => {
  const wait = (boundMs: number, signal = new AbortController().signal, details: string[] = []) =>
    awaitGoodPaths(
      new PrometheusApi(url),
      model,
      { ...silentProgress, detail: (text) => details.push(text) },
      signal,
      { boundMs, everyMs: 10 },
    );

  test('ends once every path is good', async () => {
    const details: string[] = [];
    const waiting = wait(5_000, undefined, details);
    setTimeout(() => {
      answers[firstGoodQuery(service!)] = vector([{ path: 'service' }, 1]);
      answers[statusQueries(30).counters] = counters({ ok: [0, 100] });
    }, 100);
    expect(await waiting).toBeGreaterThanOrEqual(90);
    expect(details).toContain('service: 5 ok, 9 failed in 30 s');
  });

  test('a share of too few probes is not believed', async () => {
    answers[firstGoodQuery(service!)] = vector([{ path: 'service' }, 1]);
    await expect(wait(50)).rejects.toThrow(/5 ok, 9 failed/);
    answers[statusQueries(30).counters] = counters({ ok: [0, 19], slow: [0, 1] });
    expect(await wait(5_000)).toBeLessThan(1_000);
  });

  test('gives up after the bound and names the path, its counts and its reasons', async () => {
    answers[reasonsQuery(service!, 60)] = vector(
      [{ reason: 'connect', hop: '2' }, 9],
      [{ reason: 'timeout', hop: '1', conn: 'kept' }, 8],
      [{ reason: 'timeout', hop: '1', conn: 'fresh' }, 12],
    );
    await expect(wait(50)).rejects.toThrow(
      /no good sample of path service\. Probes: service: 5 ok, 9 failed.*timeout at hop 1 \(20 probes\), connect at hop 2 \(9 probes\)/,
    );
  });

  test('without any probe it asks after the injector', async () => {
    answers = { [statusQueries(30).counters]: counters({}) };
    await expect(wait(50)).rejects.toThrow(/no probe yet.*injector's pods/);
  });

  test('a Prometheus that does not answer is waited for, then named', async () => {
    const waiting = awaitGoodPaths(
      new PrometheusApi(gone),
      model,
      silentProgress,
      new AbortController().signal,
      { boundMs: 50, everyMs: 10 },
    );
    await expect(waiting).rejects.toThrow(
      /service\. Prometheus does not answer at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/,
    );
  });

  test('an interruption ends it with its reason', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('interrupted')), 30);
    await expect(wait(5_000, controller.signal)).rejects.toThrow('interrupted');
  });
});

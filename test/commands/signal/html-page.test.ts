import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { renderPage } from '../../../commands/signal/html/page';
import { readPage, type PageData } from '../../../commands/signal/html/page-data';
import { PageFile } from '../../../commands/html/page-file';
import { PrometheusApi } from '../../../commands/signal/prometheus-api';
import { rulesEvaluatedQuery, type StatusReport } from '../../../commands/signal/status-report';
import { renderStatus } from '../../../commands/signal/status-table';
import { readStatus, status, writePage } from '../../../commands/status';
import { silentProgress } from '../../../lab/progress';
import { budgetQuery, historyQueries, historySpan, stepEnds } from '../../../signals/dashboards/history';
import { defaultModel, pathSettings } from '../../../signals/model';
import { measuredNowQuery, statusQueries } from '../../../signals/status';

const model = defaultModel({ paths: (['service', 'dns', 'udp'] as const).map((name) => pathSettings(name)) });
const nowMs = Date.parse('2026-11-21T14:00:30Z');
const ends = stepEnds(nowMs / 1000, historySpan);
const queries = statusQueries(300);
const history = historyQueries(historySpan);

const vector = (...series: [object, number][]) => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: series.map(([metric, value]) => ({ metric, value: [1, String(value)] })),
  },
});
const matrix = (...series: [object, [number, number][]][]) => ({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: series.map(([metric, values]) => ({ metric, values: values.map(([t, v]) => [t, String(v)]) })),
  },
});
/** A counter that grows by so much a step over the last steps. */
const growing = (perStep: number, steps = 4): [number, number][] =>
  ends.slice(-steps - 1).map((end, index) => [end, 1000 + index * perStep]);

let answers: Record<string, unknown> = {};
let asked: string[] = [];
let server: Server;
let url: string;
let directory: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const what = searchParams.get('query') ?? pathname;
    asked.push(what);
    response.end(
      JSON.stringify(
        answers[what] ?? (what.includes('[') && !what.includes('increase') ? matrix() : vector()),
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'page-'));
  asked = [];
  const counts = (path: string, outcome: string, from: number, to: number) =>
    [
      { path, outcome },
      [
        [1, from],
        [2, to],
      ],
    ] as [object, [number, number][]];
  answers = {
    [queries.counters]: matrix(
      counts('service', 'ok', 100, 1290),
      counts('service', 'failed', 0, 7),
      counts('dns', 'ok', 0, 0),
      counts('dns', 'failed', 0, 900),
    ),
    [queries.p50Ms]: vector([{ path: 'service' }, 1.23456]),
    [queries.p99Ms]: vector([{ path: 'service' }, 98.7]),
    [measuredNowQuery(model)]: vector([{ path: 'service' }, 118], [{ path: 'dns' }, 90]),
    [rulesEvaluatedQuery]: vector(...model.paths.map(({ name }): [object, number] => [{ path: name }, 4])),
    [budgetQuery()]: vector(
      [{ path: 'service', sloth_slo: 'availability' }, 0.6257],
      [{ path: 'dns', sloth_slo: 'availability' }, -1.5],
    ),
    [history.counters]: matrix(
      [{ path: 'service', outcome: 'ok', reason: '', instance: 'a' }, growing(470)],
      [{ path: 'service', outcome: 'failed', reason: 'connect', instance: 'a' }, growing(3)],
      [{ path: 'service', outcome: 'failed', reason: 'dns', instance: 'a' }, growing(0)],
    ),
    ...Object.fromEntries(
      Object.values(history.quantiles).map((query, index) => [
        query,
        matrix([{ path: 'service' }, ends.slice(-2).map((end) => [end, 2.5 * (index + 1)])]),
      ]),
    ),
    '/api/v1/alerts': {
      data: {
        alerts: [
          {
            labels: { alertname: 'PathDown', path: 'dns', severity: 'page' },
            state: 'firing',
            activeAt: '2026-11-21T13:00:00Z',
          },
          {
            labels: { alertname: 'NodeNotReady', severity: 'ticket' },
            annotations: { summary: 'Node <n2> is not ready' },
            state: 'firing',
            activeAt: '2026-11-21T13:30:00Z',
          },
        ],
      },
    },
    '/api/v2/alerts': [],
  };
});
afterEach(() => rmSync(directory, { recursive: true }));

const report = (): Promise<StatusReport> =>
  readStatus('lab', model, { prometheus: url, alertmanager: url }, silentProgress);
const page = async (): Promise<PageData> => readPage(await report(), new PrometheusApi(url), model, nowMs);
/** Text of the page's table: path → cells. */
const cells = (html: string): Record<string, string[]> =>
  Object.fromEntries(
    [...html.matchAll(/<tr class="[^"]*"><th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)].map(([, head, rest]) => [
      head!.replace(/<[^>]+>/g, ''),
      [...rest!.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((match) => match[1]!),
    ]),
  );

describe('the page', () => {
  test('has the numbers of --json, word for word as in the table', async () => {
    const data = await page();
    const html = renderPage(data);
    const embedded = JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)![1]!) as PageData;
    expect(embedded.status).toEqual(JSON.parse(JSON.stringify(await report())));
    expect(cells(html)).toEqual({
      service: ['1190', '0', '7', '0', '99.415 %', '99.9 %', '1.24 ms', '99 ms', '62.5 %', 'below objective'],
      dns: ['0', '0', '900', '0', '0 %', '99.9 %', '–', '–', '-150.0 %', 'below objective'],
      udp: ['0', '0', '0', '0', '–', '99.5 %', '–', '–', '–', 'no probes'],
    });
    for (const line of renderStatus(data.status)
      .split('\n')
      .filter((row) => row.includes('│ '))
      .slice(1)) {
      const [path, ...inTable] = line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim());
      const inPage = cells(html)[path!]!;
      expect([...inPage.slice(0, 8), inPage[9]]).toEqual(inTable);
    }
    expect(html).toContain(
      '3 of 3 paths are not good: service (below objective), dns (below objective), udp (no probes)',
    );
  });

  test('names alerts with their age and since when', async () => {
    const html = renderPage(await page());
    expect(html).toMatch(
      /<strong>PathDown<\/strong> on .*dns.*\(page\): firing for 1h 00m, since <time datetime="2026-11-21T13:00:00\.000Z"/,
    );
    expect(html).toMatch(
      /<strong>NodeNotReady<\/strong> \(ticket\): firing for 30m 30s, since <time [^>]*>[^<]*<\/time>: Node &lt;n2&gt; is not ready</,
    );
    const calm = { ...(await page()), status: { ...(await report()), alerts: [] } };
    expect(renderPage(calm)).toContain('<p>No alert is firing.</p>');
    const unruled = { ...calm, status: { ...calm.status, rulesEvaluated: false } };
    expect(renderPage(unruled)).toContain('<p>Not every path’s rules are evaluated');
    expect(renderPage(unruled)).not.toContain('No alert is firing');
  });

  test('plots what was counted, and says so where nothing was', async () => {
    const data = await page();
    const [service, dns] = data.paths;
    expect(service!.outcomes.ok.slice(-5)).toEqual([null, 470, 470, 470, 470]);
    expect(service!.failed).toEqual({ connect: [...ends.slice(0, -4).map(() => null), 3, 3, 3, 3] });
    expect(service!.quantiles.p99.slice(-3)).toEqual([null, 7.5, 7.5]);
    expect(dns!.failed).toEqual({});
    const html = renderPage(data);
    expect(html.match(/class="chart"/g)).toHaveLength(3);
    expect(html.match(/No probe was counted in the last 6h/g)).toHaveLength(2);
  });

  test('needs no network and lets itself have none', async () => {
    const html = renderPage(await page());
    expect(html).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none'`);
    const withoutLinks = html.replace(/<a [^>]*>/g, '');
    expect(withoutLinks.match(/\b(?:src|href|action)=(?!["']?(?:data:|#))\S+/g)).toBeNull();
    expect(withoutLinks.match(/@import|url\(|fetch\(|XMLHttpRequest|import\(/g)).toBeNull();
    expect(html).toMatch(/uPlot, MIT licence[\s\S]*Permission is hereby granted/);
    expect(html.length).toBeLessThan(200_000);
  });

  test('has scripts that a browser can read', async () => {
    const scripts = [...renderPage(await page()).matchAll(/<script>(.*?)<\/script>/gs)].map(
      (match) => match[1]!,
    );
    expect(scripts).toHaveLength(2);
    for (const script of scripts) expect(() => new Script(script)).not.toThrow();
  });

  test('takes nothing of the cluster for markup', async () => {
    const data = await page();
    const evil = '</script><img src=x onerror=alert(1)>"\'';
    const html = renderPage({
      ...data,
      status: {
        ...data.status,
        stack: evil,
        urls: { [evil]: 'javascript:alert(1)' },
        alerts: [evil, null].map((path) => ({
          name: evil,
          path,
          severity: evil,
          state: 'firing' as const,
          since: '2026-11-21T13:00:00Z',
          summary: evil,
        })),
      },
    });
    expect(html).not.toContain('<img');
    expect(html).not.toContain('href="javascript');
    expect(html.match(/<\/script>/g)).toHaveLength(3);
  });
});

describe('--html', () => {
  const refuse = async (...argv: string[]) => {
    await status(argv, { progress: silentProgress } as any);
  };

  test('writes the file whole and gives its path', async () => {
    const file = join(directory, 'status.html');
    writeFileSync(file, 'before');
    const opened = PageFile.open('lab', file);
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(await writePage(opened, await report(), model)).toBe(file);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    opened.discard();
    expect(readdirSync(directory)).toEqual(['status.html']);
  });

  test('leaves what was there when something fails', async () => {
    const file = join(directory, 'status.html');
    writeFileSync(file, 'before');
    answers[history.counters] = { status: 'error', error: 'too many samples' };
    const opened = PageFile.open('lab', file);
    await expect(writePage(opened, await report(), model)).rejects.toThrow(/too many samples/);
    opened.discard();
    expect(readdirSync(directory)).toEqual(['status.html']);
    expect(readFileSync(file, 'utf8')).toBe('before');
  });

  test('puts it beside the kubeconfig when no file is named', () => {
    const before = process.env['XDG_STATE_HOME'];
    process.env['XDG_STATE_HOME'] = directory;
    try {
      const opened = PageFile.open('lab');
      opened.discard();
      expect(opened.path).toBe(join(directory, 'continuous-load', 'stacks', 'lab', 'status.html'));
    } finally {
      if (before === undefined) delete process.env['XDG_STATE_HOME'];
      else process.env['XDG_STATE_HOME'] = before;
    }
  });

  test('takes a file relative to where npm was called', () => {
    const before = process.env['INIT_CWD'];
    process.env['INIT_CWD'] = directory;
    try {
      const opened = PageFile.open('lab', 'here.html');
      opened.discard();
      expect(opened.path).toBe(join(directory, 'here.html'));
    } finally {
      if (before === undefined) delete process.env['INIT_CWD'];
      else process.env['INIT_CWD'] = before;
    }
  });

  test.each([
    [
      'a stack in place of a file',
      () => 'prod',
      /'prod' does not end with \.html.*npm run status prod -- --html/,
    ],
    ['a directory', () => join(directory, 'd.html'), /d\.html is a directory/],
    ['a place that is not there', () => join(directory, 'no', 'x.html'), /there is no directory .*\/no\./],
    [
      'a file in place of a directory',
      () => join(directory, 'f', 'x.html'),
      /x\.html cannot be written: ENOTDIR/,
    ],
  ])('refuses %s before it asks anybody', async (_, file, expected) => {
    writeFileSync(join(directory, 'f'), '');
    if (!existsSync(join(directory, 'd.html'))) mkdtempSync(join(directory, 'd'));
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(directory, 'd.html'), { recursive: true });
    await expect(refuse('dev', '--html', file())).rejects.toThrow(expected);
    expect(asked).toEqual([]);
  });

  test('is refused beside --json, and unknown flags are', async () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('exited');
    });
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      await expect(refuse('dev', '--json', '--html')).rejects.toThrow('exited');
      expect(said.mock.calls.join('')).toMatch(/'--json' cannot be used with option '--html/);
      await expect(refuse('dev', '--htm')).rejects.toThrow('exited');
      expect(said.mock.calls.join('')).toMatch(/unknown option '--htm'/);
      expect(asked).toEqual([]);
    } finally {
      exit.mockRestore();
      said.mockRestore();
    }
  });
});

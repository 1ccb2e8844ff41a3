import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dashboards, panelQueries, type AskedQuery } from '../../signals/dashboards/dashboards';
import { list } from './support/kubernetes';
import { resultFile, StackUnderTest } from './support/stack-under-test';
import { eventually, report, seconds } from './support/wait';
import { verb } from './support/verbs';

const stack = new StackUnderTest();
const model = stack.model();
const prometheus = stack.prometheus();
const queries = panelQueries(dashboards(model));

/** Rules of the period come every five minutes, and what adds up their samples needs two of them. */
const patienceMs = 12 * 60_000;
const patient = { withinMs: patienceMs, everyMs: 10_000 };
/** A test's own limit, past what it waits. */
const limitMs = patienceMs + 60_000;

/** Finite values of an instant query: a NaN is what a figure says for "no data". */
async function values(expr: string): Promise<number[]> {
  return (await prometheus.vector(expr)).map(({ value }) => value).filter(Number.isFinite);
}

async function withoutData(asked: readonly AskedQuery[]): Promise<AskedQuery[]> {
  const empty: AskedQuery[] = [];
  for (const query of asked) if ((await values(query.expr)).length === 0) empty.push(query);
  return empty;
}

describe('every panel of every dashboard', () => {
  test(
    'has data on a stack that is up, or a reason to have none',
    async () => {
      const startedMs = Date.now();
      let waiting: readonly AskedQuery[] = queries.filter(({ mayBeEmpty }) => mayBeEmpty === undefined);
      await eventually('panels with data', patient, async () => {
        waiting = await withoutData(waiting);
        expect(waiting.map(({ dashboard, panel, expr }) => `${dashboard}: ${panel}: ${expr}`)).toEqual([]);
      });
      const empty = await withoutData(queries.filter(({ mayBeEmpty }) => mayBeEmpty !== undefined));
      report('panel queries', `${queries.length}, of which ${empty.length} rightly without data`);
      for (const { dashboard, panel, mayBeEmpty = '' } of empty)
        report(`no data in ${dashboard}, ${panel}`, mayBeEmpty);
      report('all others had data after', seconds(Date.now() - startedMs));
    },
    limitMs,
  );

  test('answers quickly enough to be looked at', async () => {
    const slow: string[] = [];
    for (const { panel, expr } of queries) {
      const startedMs = Date.now();
      await prometheus.vector(expr);
      if (Date.now() - startedMs > 2_000) slow.push(panel);
    }
    expect(slow).toEqual([]);
  }, 180_000);

  test(
    'has a figure for every path and window: an availability, or how much of the window is known',
    async () => {
      const paths = model.paths.map(({ name }) => name).sort();
      const [first] = dashboards(model)[0]!.rows;
      const figures = first!.panels.filter(({ queries: [query] }) => query!.legend.startsWith('{{path}}'));
      expect(figures.length).toBeGreaterThanOrEqual(3);
      await eventually('figures', patient, async () => {
        for (const { title, queries: parts } of figures) {
          const series = (await Promise.all(parts.map(({ expr }) => prometheus.vector(expr)))).flat();
          const found = series
            .filter(({ value }) => value >= 0 && value <= 1)
            .map(({ metric }) => metric['path']!);
          expect([title, found.sort()]).toEqual([title, paths]);
        }
      });
    },
    limitMs,
  );

  test('lies in a ConfigMap for Grafana, as the files of `npm run dashboards` are', async () => {
    const maps = (await list(stack, '-n', 'monitoring', 'configmaps', '-l', 'grafana_dashboard=1')) as any[];
    expect(maps).toHaveLength(4);
    const directory = resultFile('dashboards');
    const { stdout } = await verb('dashboards', [stack.name, '--out', directory]);
    const files = stdout.trim().split('\n');
    expect(files).toHaveLength(4);
    const data: Record<string, string> = Object.assign({}, ...maps.map((map) => map.data as object));
    for (const file of files)
      expect(data[file.split('/').at(-1)!]).toBe(readFileSync(file, 'utf8').trimEnd());
    rmSync(directory, { recursive: true });
  }, 60_000);
});

describe('the page without Grafana', () => {
  test(
    'is written, and says what --json says',
    async () => {
      const file = resultFile('status.html');
      await eventually('a page with counts and latencies of every path', patient, async () => {
        const { stdout, tookMs } = await verb('status', [stack.name, '--html', file]);
        expect(stdout).toBe(`${file}\n`);
        const html = readFileSync(file, 'utf8');
        report('status page', `${Math.round(html.length / 1024)} KiB in ${seconds(tookMs)}`);
        const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)![1]!);
        expect(data.status.paths.map(({ path }: { path: string }) => path)).toEqual(
          model.paths.map(({ name }) => name),
        );
        for (const { path, outcomes, quantiles } of data.paths) {
          const counted = outcomes.ok.filter((count: number | null) => count !== null);
          expect([path, counted.length > 0]).toEqual([path, true]);
          expect([path, quantiles.p50.some((value: number | null) => value !== null)]).toEqual([path, true]);
        }
      });
      rmSync(file);
    },
    limitMs,
  );

  test('is not written where it cannot be', async () => {
    const file = '/nowhere/status.html';
    await expect(verb('status', [stack.name, '--html', file])).rejects.toThrow(
      /there is no directory \/nowhere/,
    );
    expect(existsSync(file)).toBe(false);
  }, 300_000);
});

describe('objectives from data', () => {
  test(
    'are suggested for every path, with a config that is right',
    async () => {
      const asked = ['suggest', stack.name, '--since', '1h', '--at-least', '10m', '--json'];
      await eventually('something known of every path', patient, async () => {
        const { stdout, tookMs } = await verb('slo', asked);
        const { paths, assignments } = JSON.parse(stdout);
        report('slo suggest', `${seconds(tookMs)}: ${assignments.join(', ') || 'nothing to change'}`);
        expect(paths.map(({ path }: { path: string }) => path)).toEqual(model.paths.map(({ name }) => name));
        for (const { path, availability, latency, knownMs, suggested, missingMs } of paths) {
          const known = availability.total > 0 && latency.total > 0 && knownMs > 0;
          expect([path, known]).toEqual([path, true]);
          // from too little nothing, and then how much is missing
          if (missingMs > 0) expect([path, suggested]).toEqual([path, null]);
        }
      });
    },
    limitMs,
  );
});

import { availabilityName, coverageName, windowsOfTheStore } from '../../signals/availability';
import { sentSeries } from '../../signals/long-term';
import { recorded } from '../../signals/metrics';
import { growth, type MatrixSeries } from '../../signals/status';
import { countSeries, samples, sum } from './support/counts';
import { onlyExpectedWasNotified } from './support/expected';
import { labProcesses } from './support/lab-processes';
import { isStoreReady, setStore, storedSamples } from './support/long-term-store';
import { StackUnderTest } from './support/stack-under-test';
import { stolenBetween } from './support/stolen';
import { eventually, report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
const model = stack.model();
const prometheus = stack.prometheus();
const sent = `{__name__=~"${sentSeries.join('|')}"}`;
const outageMs = 60_000;
/** What is compared at once; the suite before may have restarted injectors or Prometheus. */
const lookBackMs = 230_000;
/** Longest time from a record in Prometheus to its place in the store, while both are there. */
const wayMs = 20_000;

/** Everything that was sent between two moments, as text, one line a series: the labels of the sender put away. */
function inLines(matrix: readonly MatrixSeries[]): string[] {
  return matrix
    .map(({ metric, values }) => {
      const labels = Object.entries(metric)
        .filter(([label]) => label !== 'stack' && label !== 'cluster')
        .sort(([a], [b]) => (a < b ? -1 : 1));
      return `${JSON.stringify(labels)} ${values.map(([time, value]) => `${value}@${time}`).join(' ')}`;
    })
    .sort();
}

/** When this process of Prometheus began: what the one before it had not sent yet is sent by nobody. */
async function startedMs(): Promise<number> {
  const [start] = await prometheus.vector('max(process_start_time_seconds{pod="prometheus-main-0"})');
  if (start === undefined) throw new Error('Prometheus does not tell when it began');
  return start.value * 1000;
}

/** Asserts that the store has exactly what was recorded between two moments, and returns that. */
async function sameInBoth(fromMs: number, toMs: number): Promise<MatrixSeries[]> {
  const [here, there] = await Promise.all([
    samples(prometheus, fromMs, toMs, sent),
    storedSamples(stack, sent, fromMs, toMs),
  ]);
  expect(inLines(there)).toEqual(inLines(here));
  return there;
}

/** Evaluations that a record may be behind where the host takes the CPUs away: Prometheus is late with the one group and not with the other. */
const evaluationsBehind = (fromMs: number, toMs: number) => (stolenBetween(fromMs, toMs) >= 0.1 ? 3 : 0);

/**
 * Growth of the path `service` in the store between its first and its last record, and what the raw counters say of that time: exactly, for each
 * moment at which the first and the last record can have read them.
 */
async function countedTwice(stored: readonly MatrixSeries[], fromMs: number, toMs: number) {
  const own = stored.filter(
    ({ metric }) => metric['__name__'] === recorded.sentTotal && metric['path'] === 'service',
  );
  const inStore = own.reduce((total, series) => total + growth(series), 0);
  // the counters were read at the evaluations of their own rules, seconds before the records of them
  const fine = await samples(prometheus, fromMs - 60_000, toMs, `${recorded.total}{path="service"}`);
  const moments = fine.flatMap(({ values }) => values.map(([time]) => time)).sort((a, b) => a - b);
  const behind = evaluationsBehind(fromMs, toMs);
  const readBefore = (time: number) =>
    [...new Set(moments.filter((moment) => moment <= time))].slice(-1 - behind);
  const times = own.flatMap(({ values }) => values.map(([time]) => time)).sort((a, b) => a - b);
  const raw = new Set<number>();
  for (const from of readBefore(times[0] ?? 0))
    for (const to of readBefore(times.at(-1) ?? 0))
      raw.add(
        sum(
          await countSeries(prometheus, from * 1000, to * 1000, '{path="service",outcome=~"ok|slow|failed"}'),
        ),
      );
  return { inStore, raw: [...raw], records: times.length };
}

test('the long-term store has every record, and its counts are those of the raw counters', async () => {
  const { inStore, records } = await eventually(
    'three records of every injector, none of which began anew in its pod meanwhile',
    { withinMs: 240_000, everyMs: 2_000 },
    async () => {
      const toMs = Date.now() - wayMs;
      const fromMs = Math.max(toMs - lookBackMs, (await startedMs()) + wayMs);
      const counted = await countedTwice(await sameInBoth(fromMs, toMs), fromMs, toMs);
      expect(counted.records).toBeGreaterThanOrEqual(3 * model.injectors);
      expect(counted.raw).toContain(counted.inStore);
      return counted;
    },
  );
  report('service, in the store and by raw counters', `${inStore} probes over ${records} records`);
  expect(inStore).toBeGreaterThan(0);
}, 300_000);

test('its figures come back into Prometheus, for every path and window', async () => {
  await eventually('figures of the store', { withinMs: 420_000, everyMs: 2_000 }, async () => {
    for (const window of windowsOfTheStore(model)) {
      const coverage = await prometheus.vector(coverageName(window));
      const ratio = await prometheus.vector(availabilityName(window));
      const paths = model.paths.map(({ name }) => name).sort();
      expect(coverage.map(({ metric }) => metric['path']).sort()).toEqual(paths);
      expect(ratio.map(({ metric }) => metric['path']).sort()).toEqual(paths);
      for (const { value } of coverage) expect(value > 0 && value < 0.05).toBe(true);
      for (const { value, metric } of ratio) {
        expect(value > 0 && value <= 1).toBe(true);
        expect(Object.keys(metric).sort()).toEqual([
          '__name__',
          'path',
          'sloth_id',
          'sloth_service',
          'sloth_slo',
        ]);
      }
    }
  });
}, 480_000);

test('killed for a minute it gets what it missed, once', async () => {
  const fromMs = Date.now();
  const [running] = labProcesses(stack.lab, 'node1').filter(({ words }) =>
    words.includes('--web.enable-remote-write-receiver'),
  );
  if (running === undefined) throw new Error('no process of the long-term store');
  await setStore(stack, 0);
  process.kill(running.pid, 'SIGKILL');
  try {
    await until(fromMs + outageMs);
    await expect(storedSamples(stack, sent, fromMs, Date.now())).rejects.toThrow();
  } finally {
    await setStore(stack, 1);
  }
  const backMs = Date.now();
  await eventually('the store is back', { withinMs: 90_000 }, async () =>
    expect(await isStoreReady(stack)).toBe(true),
  );
  const readyMs = Date.now();
  report('the store is ready again after', seconds(readyMs - backMs));
  const beforeMs = Math.max(fromMs - 120_000, (await startedMs()) + wayMs);
  const stored = await eventually('what was recorded meanwhile', { withinMs: 60_000 }, () =>
    sameInBoth(beforeMs, readyMs),
  );
  report('the records of the outage came after', seconds(Date.now() - readyMs));
  const meanwhile = stored.flatMap(({ values }) =>
    values.filter(([time]) => time * 1000 > fromMs + 5_000 && time * 1000 < backMs),
  );
  report('records of the outage', meanwhile.length);
  expect(meanwhile.length).toBeGreaterThanOrEqual(model.paths.length * model.injectors * 2);
  const { inStore, raw } = await countedTwice(stored, beforeMs, readyMs);
  report('service, in the store and by raw counters', `${inStore} and ${raw.join(' or ')} probes`);
  expect(raw).toContain(inStore);
  onlyExpectedWasNotified(stack.lab);
}, 240_000);

import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration, type Progress } from '../../lab/progress';
import type { PathSettings, SignalModel } from '../../signals/model';
import { exactCounts, firstGoodQuery, reasonsQuery, statusQueries } from '../../signals/status';
import { Failure } from '../terminal/failure';
import type { PrometheusApi } from './prometheus-api';

/** How long to wait for the first good sample, and how often to look. */
export interface Patience {
  readonly boundMs: number;
  readonly everyMs: number;
}

const patience: Patience = { boundMs: 120_000, everyMs: 1_000 };
const shownWindowSeconds = 30;

/**
 * Waits until every path is good: success at or over its objective over 30 s, of at least 20 probes. Returns how long it took, in
 * ms. Throws a Failure that names each path that is not, with its counts and reasons, when the bound is over.
 */
export async function awaitGoodPaths(
  prometheus: PrometheusApi,
  model: SignalModel,
  progress: Progress,
  signal: AbortSignal,
  { boundMs, everyMs }: Patience = patience,
): Promise<number> {
  const startedMs = Date.now();
  let waiting: readonly PathSettings[] = model.paths;
  let trouble: string | undefined;
  for (;;) {
    try {
      waiting = await notGood(prometheus, waiting);
      trouble = undefined;
      if (waiting.length === 0) return Date.now() - startedMs;
      progress.detail(await describeWaiting(prometheus, model, waiting));
    } catch (error) {
      signal.throwIfAborted();
      // Prometheus and its relay come up at their own pace; only the bound makes this a failure.
      trouble = (error as Error).message;
      progress.detail(trouble);
    }
    if (Date.now() - startedMs >= boundMs) {
      throw new Failure(await describeFailure(prometheus, model, waiting, trouble, boundMs));
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

async function notGood(prometheus: PrometheusApi, paths: readonly PathSettings[]): Promise<PathSettings[]> {
  const answers = await Promise.all(paths.map((path) => prometheus.vector(firstGoodQuery(path))));
  return paths.filter((_, i) => answers[i]?.length === 0);
}

/** `service: 12 ok, 3 failed in 30 s`, for each path. */
async function describeWaiting(
  prometheus: PrometheusApi,
  model: SignalModel,
  paths: readonly PathSettings[],
): Promise<string> {
  const counts = exactCounts(await prometheus.matrix(statusQueries(shownWindowSeconds).counters), model);
  return paths
    .map(({ name }) => {
      const { ok = 0, slow = 0, failed = 0, error = 0 } = counts[name] ?? {};
      const parts = Object.entries({ ok, slow, failed, error }).filter(([, count]) => count > 0);
      const said = parts.map(([outcome, count]) => `${count} ${outcome}`).join(', ') || 'no probe yet';
      return `${name}: ${said} in ${shownWindowSeconds} s`;
    })
    .join('; ');
}

async function describeFailure(
  prometheus: PrometheusApi,
  model: SignalModel,
  paths: readonly PathSettings[],
  trouble: string | undefined,
  boundMs: number,
): Promise<string> {
  const names = paths.map(({ name }) => name).join(', ');
  const head = `After ${formatDuration(boundMs)} there is no good sample of ${paths.length === 1 ? 'path' : 'paths'} ${names}.`;
  if (trouble !== undefined) return `${head} ${trouble}`;
  const reasons = await Promise.all(paths.map((path) => describeReasons(prometheus, path)));
  return [
    head,
    `Probes: ${await describeWaiting(prometheus, model, paths)}.`,
    ...reasons.filter(Boolean),
  ].join(' ');
}

async function describeReasons(prometheus: PrometheusApi, path: PathSettings): Promise<string> {
  const series = await prometheus.vector(reasonsQuery(path, shownWindowSeconds * 2));
  if (series.length === 0)
    return `No failed probe of ${path.name} gives a reason: do the injector's pods run?`;
  const reasons = series
    .sort((a, b) => b.value - a.value)
    .map(
      ({ metric, value }) =>
        `${metric['reason'] ?? 'unknown'} at hop ${metric['hop'] ?? '?'} (${Math.round(value)} probes)`,
    );
  return `Failures of ${path.name}: ${reasons.join(', ')}.`;
}

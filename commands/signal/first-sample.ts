import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration, type Progress } from '../../lab/progress';
import type { PathSettings, SignalModel } from '../../signals/model';
import { exactCounts, firstGoodQuery, reasonsQuery, statusQueries } from '../../signals/status';
import { Failure } from '../terminal/failure';
import type { PrometheusApi } from './prometheus-api';
import { areRulesEvaluated, rulesEvaluatedQuery } from './status-report';

/** How long to wait for the first good sample, and how often to look. */
export interface Patience {
  readonly boundMs: number;
  readonly everyMs: number;
}

const patience: Patience = { boundMs: 120_000, everyMs: 1_000 };
/** To a Prometheus that runs already the kubelet brings rules with its next look at ConfigMaps, up to two minutes later. */
const patienceForRules: Patience = { boundMs: 300_000, everyMs: 1_000 };
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
  const look = async () => {
    waiting = await notGood(prometheus, model, waiting);
    if (waiting.length > 0) progress.detail(await describeWaiting(prometheus, model, waiting));
    return waiting.length === 0;
  };
  await lookUntil(look, { boundMs, everyMs }, signal, {
    onTrouble: (trouble) => progress.detail(trouble),
    giveUp: (trouble) => describeFailure(prometheus, model, waiting, trouble, boundMs),
  });
  return Date.now() - startedMs;
}

/**
 * Waits until the rules of every path are evaluated: good paths alone say nothing of whether anybody would be told. Throws a Failure that
 * says where to look when the bound is over.
 */
export async function awaitRules(
  prometheus: PrometheusApi,
  model: SignalModel,
  signal: AbortSignal,
  { boundMs, everyMs }: Patience = patienceForRules,
): Promise<void> {
  const look = async () => areRulesEvaluated(model, await prometheus.vector(rulesEvaluatedQuery));
  await lookUntil(look, { boundMs, everyMs }, signal, {
    giveUp: (trouble) =>
      [
        `Every path is good, but after ${formatDuration(boundMs)} not every path’s rules are evaluated: nobody would be told of a fault.`,
        ...(trouble === undefined ? [] : [trouble]),
        'Does the operator take its PrometheusRules (its log names those that it leaves out), and the Prometheus select them by their labels?',
      ].join(' '),
  });
}

/** What is said of looks that fail, and at last. */
interface Words {
  readonly onTrouble?: (trouble: string) => void;
  /** `trouble` is what the last look ran into; undefined where it came to an end. */
  readonly giveUp: (trouble: string | undefined) => string | Promise<string>;
}

/** Looks until it is so. Prometheus and its relay come up at their own pace; only the bound makes this a Failure. */
async function lookUntil(
  look: () => Promise<boolean>,
  { boundMs, everyMs }: Patience,
  signal: AbortSignal,
  { onTrouble, giveUp }: Words,
): Promise<void> {
  const startedMs = Date.now();
  for (;;) {
    let trouble: string | undefined;
    try {
      if (await look()) return;
    } catch (error) {
      signal.throwIfAborted();
      trouble = (error as Error).message;
      onTrouble?.(trouble);
    }
    if (Date.now() - startedMs >= boundMs) throw new Failure(await giveUp(trouble));
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

/** Probes without which a share says nothing. */
const fewestProbes = 20;

async function notGood(
  prometheus: PrometheusApi,
  model: SignalModel,
  paths: readonly PathSettings[],
): Promise<PathSettings[]> {
  const good = await Promise.all(paths.map((path) => isGood(prometheus, model, path)));
  return paths.filter((_, i) => good[i] !== true);
}

/** The query extrapolates to the ends of its window, which in the first seconds makes more probes than there were; so they are counted too. */
async function isGood(prometheus: PrometheusApi, model: SignalModel, path: PathSettings): Promise<boolean> {
  if ((await prometheus.vector(firstGoodQuery(path))).length === 0) return false;
  const windowSeconds = Math.ceil(Math.max(shownWindowSeconds, (1.5 * fewestProbes) / path.ratePerSecond));
  const counts = exactCounts(await prometheus.matrix(statusQueries(windowSeconds).counters), model)[
    path.name
  ];
  return counts !== undefined && counts.ok + counts.slow + counts.failed >= fewestProbes;
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
  // Fresh and kept connections fail alike here; what matters is where and why.
  const sums = new Map<string, number>();
  for (const { metric, value } of series) {
    const where = `${metric['reason'] ?? 'unknown'} at hop ${metric['hop'] ?? '?'}`;
    sums.set(where, (sums.get(where) ?? 0) + value);
  }
  const reasons = [...sums]
    .sort(([, a], [, b]) => b - a)
    .map(([where, count]) => `${where} (${Math.round(count)} probes)`);
  return `Failures of ${path.name}: ${reasons.join(', ')}.`;
}

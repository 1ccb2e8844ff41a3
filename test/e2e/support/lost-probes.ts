import type { PrometheusApi } from '../../../commands/signal/prometheus-api';
import { probesTotal } from '../../../signals/metrics';
import { overHttp, pathRow, type PathName } from '../../../signals/paths';
import { samples } from './counts';
import { report } from './wait';

/** Lost probes of one label set that one export told of. */
export interface Loss {
  readonly path: string;
  /** Reason, connection and hop: `reset kept 1`. */
  readonly how: string;
  /** Pod that probed. */
  readonly injector: string;
  readonly count: number;
  /** Time of the export, which is at most one export interval after the loss was known. */
  readonly atMs: number;
}

/** One export and its delay: so far apart two counters of one injector tell of the same moment. */
const stallMs = 2_500;
/** A stall makes far more probes late than lost, as most wait for nothing meanwhile: so many for each that it may explain. */
const latePerLoss = 3;
/** And it stops the whole injector, so paths that have nothing in common. */
const leastLatePaths = 2;

/** The reaper may say what it did so long after it was done. */
const aheadMs = 1_000;
/** A loss is exported so long after it at most, on a busy machine too. */
const exportedMs = 5_000;

/** One removal, as the reaper told it. */
export interface ToldKill {
  readonly atMs: number;
  /** Name of the Deployment. */
  readonly workload: string;
}

/** A kill with what it cost. */
export interface Cost extends ToldKill {
  readonly losses: readonly Loss[];
}

/** Pods of a workload that end gracefully. */
export interface Shutdown {
  /** Name of the Deployment. */
  readonly workload: string;
  /** From when until when a loss may be told of the moment in which their servers close. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** One line of the reaper, with the kubelet's time. */
export interface Told {
  readonly timeMs: number;
  readonly line: string;
}

/** Every lost probe between two moments, or every one of another selector, by the export that told of it; exact, as the counters are. */
export async function lossesBetween(
  prometheus: PrometheusApi,
  fromMs: number,
  toMs: number,
  selector = '{outcome="failed"}',
): Promise<Loss[]> {
  const found = await samples(prometheus, fromMs - 300_000, toMs, `${probesTotal}${selector}`);
  return found.flatMap(({ metric, values }) => {
    const { path = '', reason = '', conn = '', hop = '', instance = '' } = metric;
    return values.flatMap(([time, text], index) => {
      const before = Number(values[index - 1]?.[1] ?? 0);
      const count = Number(text) >= before ? Number(text) - before : Number(text);
      const atMs = time * 1000;
      const how = `${reason} ${conn} ${hop}`;
      return count > 0 && atMs > fromMs ? [{ path, how, injector: instance, count, atMs }] : [];
    });
  });
}

/**
 * Lays each loss at the last kill before it of a workload that its path goes through, if that was at most `windowMs` ago; what no kill
 * explains is left over.
 */
export function attributed(
  losses: readonly Loss[],
  kills: readonly ToldKill[],
  windowMs: number,
): { readonly costs: readonly Cost[]; readonly unexplained: readonly Loss[] } {
  const causeOf = (loss: Loss) =>
    kills.findLast(
      ({ atMs, workload }) =>
        atMs <= loss.atMs && loss.atMs - atMs <= windowMs && goesThrough(loss.path, workload),
    );
  return {
    costs: kills.map((kill) => ({ ...kill, losses: losses.filter((loss) => causeOf(loss) === kill) })),
    unexplained: losses.filter((loss) => causeOf(loss) === undefined),
  };
}

/** Losses of moments in which the machine itself stood still, as {@link besideStalls} has them: they say nothing of what is tested. */
export async function inStalls(prometheus: PrometheusApi, losses: readonly Loss[]): Promise<Loss[]> {
  if (losses.length === 0) return [];
  const times = losses.map(({ atMs }) => atMs);
  const [fromMs, toMs] = [Math.min(...times) - stallMs, Math.max(...times) + stallMs];
  const late = await lossesBetween(prometheus, fromMs, toMs, '{outcome="error",reason="lag"}');
  return besideStalls(losses, late);
}

/**
 * Losses that a stall explains: in the same moment the same injector took others for its own fault, as they were late (`lag`), three or more for
 * each probe that it lost then, and on two paths at least. One late probe beside a lost one explains nothing: on a busy machine there is one all the time.
 */
export function besideStalls(losses: readonly Loss[], late: readonly Loss[]): Loss[] {
  const beside = (all: readonly Loss[], { injector, atMs }: Loss) =>
    all.filter((one) => one.injector === injector && Math.abs(one.atMs - atMs) <= stallMs);
  return losses.filter((loss) => {
    const lateThen = beside(late, loss);
    const paths = new Set(lateThen.map(({ path }) => path));
    return paths.size >= leastLatePaths && lostIn(lateThen) >= latePerLoss * lostIn(beside(losses, loss));
  });
}

/**
 * When the servers of pods close that the reaper took gracefully, by its lines: `lingerMs` after its deed at the earliest, and as long after all was
 * whole again at the latest.
 */
export function shutdownsOf(lines: readonly Told[], lingerMs: number): Shutdown[] {
  return lines.flatMap(({ timeMs, line }) => {
    const deed =
      /(?:removed|churned|drained) \S+ (?:off \S+ )?\((?:(evict|restart|scale), )?[\w-]+\/([\w-]+), uid/;
    const [found, mode, workload = ''] = deed.exec(line) ?? [];
    if (found === undefined) return [];
    const isOver = (it: Told) =>
      it.timeMs > timeMs && it.line.includes(`/${workload} has recovered from ${mode}`);
    const wholeMs = lines.find(isOver)?.timeMs ?? timeMs;
    return [{ workload, fromMs: timeMs + lingerMs - aheadMs, toMs: wholeMs + lingerMs + exportedMs }];
  });
}

/**
 * Losses that no drain can save (docs/operations.md): a call over a kept HTTP/1.1 connection that its server closed idle in that very
 * moment, as it ended. One for each shutdown of the workload at the far end of the hop; gateways and sidecars drain otherwise.
 */
export function closedWhileIdle(losses: readonly Loss[], shutdowns: readonly Shutdown[]): Loss[] {
  const left = [...shutdowns];
  return losses.filter(({ path, how, count, atMs }) => {
    const { hops, gateway, mesh } = pathRow(path as PathName);
    const [, hop] = /^reset kept (\d+)$/.exec(how) ?? [];
    if (hop === undefined || count > 1 || !overHttp(path as PathName) || gateway || mesh) return false;
    const server = hops[Number(hop) - 1]?.to;
    const found = left.findIndex(
      ({ workload, fromMs, toMs }) => workload === server && fromMs <= atMs && atMs <= toMs,
    );
    if (found >= 0) left.splice(found, 1);
    return found >= 0;
  });
}

/** Lost probes since a moment in words, but for those to connections that these shutdowns closed idle ({@link closedWhileIdle}). */
export async function lostBeside(
  prometheus: PrometheusApi,
  shutdowns: readonly Shutdown[],
  fromMs: number,
): Promise<string> {
  const losses = await lossesBetween(prometheus, fromMs, Date.now());
  const closed = closedWhileIdle(losses, shutdowns);
  if (closed.length > 0) report('lost to a connection that its server closed idle', inWords(closed));
  return inWords(losses.filter((loss) => !closed.includes(loss)));
}

/** Losses in words, one a path and way: `udp: 3 silence kept 1`. */
export function inWords(losses: readonly Loss[]): string {
  const ways = new Map<string, number>();
  for (const { path, how, count } of losses) {
    const way = `${path}: ${how}`;
    ways.set(way, (ways.get(way) ?? 0) + count);
  }
  return [...ways].map(([way, count]) => way.replace(': ', `: ${count} `)).join(', ') || 'none';
}

/** Sum of lost probes. */
export function lostIn(losses: readonly Loss[]): number {
  return losses.reduce((total, { count }) => total + count, 0);
}

function goesThrough(path: string, workload: string): boolean {
  return pathRow(path as PathName).hops.some(({ to }) => to === workload);
}

import type { PrometheusApi } from '../../../commands/signal/prometheus-api';
import { probesTotal } from '../../../signals/metrics';
import { pathRow, type PathName } from '../../../signals/paths';
import { samples } from './counts';

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

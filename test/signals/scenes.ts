import type { AlertName } from '../../signals/alert-catalogue';
import { zeroSeries } from '../../signals/injector';
import { droppedTotal, injectorJob, interruptionsTotal, probesTotal, recorded } from '../../signals/metrics';
import { type PathName, type PathRef, pathRow, wholeWayShare } from '../../signals/paths';
import { isAlert } from '../../signals/rule-types';
import type { RuleGroup } from '../../signals/rules';
import type { InputSeries, RuleTest } from './promtool';

/** Names of the alerts of some groups, each once. */
export function alertNames(groups: readonly { readonly rules: RuleGroup['rules'] }[]): AlertName[] {
  const alerts = groups.flatMap(({ rules }) => rules).filter(isAlert);
  return [...new Set(alerts.map((rule) => rule.alert as AlertName))];
}

/** The rules that say of some paths that they are wanted, and nothing else of them. */
export function wantedPaths(paths: readonly PathRef[]): RuleGroup {
  const rules = paths.map(({ name }) => ({
    record: recorded.pathInfo,
    expr: 'vector(1)',
    labels: { path: name },
  }));
  return { name: 'wanted', interval: '30s', rules };
}

/** What one injector counts per second for a while. */
export interface Stretch {
  seconds: number;
  /** Per second; a kind that is left out stands still. */
  ok?: number;
  /** Good ones that went past the first hop, on a path that has such. */
  past?: number;
  failed?: number;
  slow?: number;
  error?: number;
  timeout?: number;
  dropped?: number;
  interruptions?: number;
  /** The injector is gone: its series have no samples. */
  gone?: boolean;
}

type Kind = Exclude<keyof Stretch, 'seconds' | 'gone'>;

/** At these seconds exactly these alerts fire (those that only inhibit included; those in `always` not). */
export type Firing = Record<number, readonly AlertName[]>;

/** Fires in every scene: its own test says so. */
const always: AlertName = 'Watchdog';

/** Series of one injector of a path over the stretches, sampled every `stepSeconds`; all kinds exist with 0 from the start. */
export function injector(
  instance: string,
  stepSeconds: number,
  stretches: readonly Stretch[],
  path: PathName | PathRef = 'service',
): InputSeries[] {
  return kinds(path).map(([kind, series]) => {
    const values: string[] = [];
    let value = 0;
    for (const stretch of stretches) {
      for (let at = 0; at < stretch.seconds; at += stepSeconds) {
        values.push(stretch.gone === true ? '_' : String(Math.floor(value + 1e-9)));
        value += (stretch[kind] ?? 0) * stepSeconds;
      }
    }
    return { series: `${series},instance="${instance}",job="${injectorJob}"}`, values: values.join(' ') };
  });
}

/** Two injectors that see the same. */
export function both(
  stepSeconds: number,
  stretches: readonly Stretch[],
  path: PathName | PathRef = 'service',
): InputSeries[] {
  return [
    ...injector('injector-a', stepSeconds, stretches, path),
    ...injector('injector-b', stepSeconds, stretches, path),
  ];
}

/** A steady scraped series: a gauge, or with `perSecond` a counter, sampled every 15 s for so many seconds. */
export function steady(series: string, seconds: number, start: number, perSecond = 0): InputSeries {
  return { series, values: `${start}+${perSecond * 15}x${seconds / 15}` };
}

/** A scene in which exactly the alerts of `firing` fire, of all those of `names`. */
export function scene(
  names: readonly AlertName[],
  name: string,
  input_series: InputSeries[],
  firing: Firing,
  interval = '2s',
): RuleTest {
  const watched = names.filter((each) => each !== always);
  for (const each of Object.values(firing).flat())
    if (!watched.includes(each)) throw new RangeError(`${each} is not watched in scene ${name}`);
  return {
    name,
    interval,
    input_series,
    promql_expr_test: Object.entries(firing).map(([at, expected]) => ({
      // path after path, so that a scene of several paths is one question
      expr: `count by (alertname) (ALERTS{alertstate="firing",alertname=~"${watched.join('|')}"})`,
      eval_time: `${at}s`,
      exp_samples: [...expected].map((each) => ({ labels: `{alertname="${each}"}`, value: 1 })),
    })),
  };
}

/** The path's series of each kind: of its own reasons the one that a refusal gives and one that had to wait, of its first connection. */
function kinds(path: PathName | PathRef): [Kind, string][] {
  const row = pathRow(path);
  const { name } = row;
  const zeros = zeroSeries(row);
  const find = (
    outcome: string,
    reasons: readonly string[] = [''],
    hops: readonly string[] = ['', '1', '2'],
  ) => {
    const series = zeros
      .filter((zero) => zero.outcome === outcome && reasons.includes(zero.reason) && hops.includes(zero.hop))
      .at(-1);
    if (!series) throw new RangeError(`${name} has no ${outcome} with reason ${reasons.join(' or ')}`);
    const { reason, conn, hop } = series;
    return `${probesTotal}{path="${name}",outcome="${outcome}",reason="${reason}",conn="${conn}",hop="${hop}"`;
  };
  return [
    ['ok', find('ok', [''], [''])],
    ...(wholeWayShare(row) < 1 ? ([['past', find('ok', [''], ['2'])]] as [Kind, string][]) : []),
    ['failed', find('failed', ['connect'])],
    ['slow', find('slow', [''], [''])],
    ['error', find('error', ['lag'])],
    ['timeout', find('failed', ['timeout', 'silence', 'loss', 'grpc-deadline'])],
    ['dropped', `${droppedTotal}{path="${name}"`],
    ...(row.stream
      ? ([['interruptions', `${interruptionsTotal}{path="${name}",reason="reset"`]] as [Kind, string][])
      : []),
  ];
}

import { type AlertParts, alertRule } from './alert-rule';
import type { AlertName } from './alert-catalogue';
import { followers, leaders } from './dependencies';
import { counted, pathDown, probesWithin, wholeWayGood } from './expressions';
import {
  droppedTotal,
  errorRatioName,
  interruptionsTotal,
  probesTotal,
  recorded,
  unpagedRatioName,
} from './metrics';
import { knowsGivenUp, notGivenUp } from './given-up';
import type { PathSettings, SignalModel } from './model';
import { pathRow, type Reason, wholeWayShare } from './paths';
import { duration, increase, number, select, sumBy } from './promql';
import type { Sli } from './recording-rules';
import { objectivePercent } from './recording-rules';
import type { AlertRule } from './rule-types';
import type { BurnWindow } from './windows';
import {
  burnThreshold,
  burnWindows,
  downWindowSeconds,
  missingForSeconds,
  missingWindowSeconds,
  oneSourceWindowSeconds,
} from './windows';

/** *Path down* stays firing this long after the last bad evaluation: a flapping outage is one page. */
const downKeepSeconds = 30;
/** The page of a path that leads others mutes theirs for so long after it ends: they may be a little later to recover. */
const sharedKeepSeconds = 90;
/** Ends of open streams in an hour that are tolerated: a rollout of echo makes about four with two injectors. */
const tolerableInterruptions = 30;
/** Reasons of probes that had to wait for their whole timeout. */
const waiting: readonly Reason[] = ['timeout', 'silence', 'loss', 'grpc-deadline'];
/** Window of the alerts on the prober itself. */
const meterWindowSeconds = 300;
/** Multiple of the asked probes from which something else must be probing: a roll-out doubles one injector's share for seconds. */
const excess = 1.5;
/** A path may lose so many times the share that one which leads it loses: a probe that looks up several names fails with any of them. */
const explainedFactor = 3;
/** Share of the asked probes that may be dropped or in error. */
const toleratedShare = 0.01;

/** *Path down*, its silent shadow, *probes missing* and *down from one source*; evaluated every 5 s. */
export function absenceAlerts(model: SignalModel, path: PathSettings): AlertRule[] {
  const down = downWindowSeconds(model, path);
  const missing = missingWindowSeconds(model, path);
  const shortest = Math.min(...burnWindows(model, path).map((window) => window.shortSeconds));
  const others = followers(model, path.name);
  const way = wholeWayShare(pathRow(path)) < 1 ? ' over every hop' : '';
  const good = pathRow(path).refuses === undefined ? 'good' : 'refused';
  const alerts: AlertRule[] = [
    alert(model, path, 'PathDown', {
      expr: pathDown(model, path),
      keep_firing_for: duration(downKeepSeconds),
      summary: `Path ${path.name} is down: {{ $value | printf "%.0f" }} probes in ${duration(down)}, none ${good}${way}`,
      ...(others.length === 0 ? {} : { detail: mutes(others) }),
    }),
    alert(model, path, 'PathRecentlyDown', {
      expr: pathDown(model, path),
      keep_firing_for: duration(shortest + 30),
      summary: `Path ${path.name} was down a short time ago ({{ $value | printf "%.0f" }} failed probes)`,
    }),
    alert(model, path, 'ProbesMissing', {
      expr: `${select(recorded.pathInfo, { path: path.name })} unless on (path) (${probesWithin(path, counted, missing)} > 0)`,
      for: duration(missingForSeconds),
      summary: `Path ${path.name} is not measured: {{ with query "${quoted(zeroOr(probesWithin(path, counted, missing)))}" }}{{ . | first | value | printf "%.0f" }}{{ end }} probes counted in ${duration(missing)}`,
    }),
  ];
  if (others.length > 0)
    alerts.push(
      alert(model, path, 'SharedCauseDown', {
        expr: pathDown(model, path),
        keep_firing_for: duration(sharedKeepSeconds),
        summary: `Path ${path.name} is or was down ({{ $value | printf "%.0f" }} failed probes), and with it ${others.join(', ')}`,
      }),
    );
  if (model.injectors > 1) alerts.push(oneSource(model, path));
  return alerts;
}

/** Burn alerts of both objectives; evaluated after the ratios of the same group. */
export function burnAlerts(model: SignalModel, path: PathSettings): AlertRule[] {
  const windows = burnWindows(model, path);
  const of = (kind: BurnWindow['kind']) => windows.filter((window) => window.kind === kind);
  const paging = burn(path, 'availability', unpagedRatioName, of('page'));
  const others = leaders(model, path.name);
  const explained = model.paths
    .filter(({ name }) => others.includes(name))
    .map((leader) => explainedBurn(model, path, leader));
  return [
    // Before the page that it mutes, so that it is there when that one is sent.
    ...(explained.length === 0
      ? []
      : [
          alert(model, path, 'ExplainedBurn', {
            expr: `(${paging}) and on () (${explained.join(' or ')})`,
            summary: `Path ${path.name} loses {{ $value | humanizePercentage }} of its probes, which what ${others.join(' or ')} loses explains`,
          }),
        ]),
    alert(model, path, 'SloFastBurn', {
      expr: paging,
      summary: `Path ${path.name} loses {{ $value | humanizePercentage }} of its probes; objective ${number(path.availabilityPercent)} %`,
    }),
    alert(model, path, 'SloSlowBurn', {
      expr: burn(path, 'availability', unpagedRatioName, of('ticket')),
      summary: `Path ${path.name} loses {{ $value | humanizePercentage }} of its probes over a long time; objective ${number(path.availabilityPercent)} %`,
    }),
    alert(model, path, 'LatencyBurn', {
      expr: burn(path, 'latency', errorRatioName, windows),
      summary: `Path ${path.name} answers {{ $value | humanizePercentage }} of its probes later than ${number(path.latencyBoundMs)} ms; objective ${number(path.latencyPercent)} %`,
    }),
  ];
}

/** Alerts on the prober itself; evaluated every 30 s. */
export function proberAlerts(model: SignalModel, path: PathSettings): AlertRule[] {
  const asked = path.ratePerSecond * meterWindowSeconds;
  const tolerated = number(asked * toleratedShare);
  const wanted = `and on (path) ${select(recorded.pathInfo, { path: path.name })}`;
  const dropped = sumBy(['path'], increase(select(droppedTotal, { path: path.name }), meterWindowSeconds));
  const reasons = waiting.filter((reason) => reason in pathRow(path).reasons);
  const failed = { path: path.name, outcome: 'failed' };
  const timeouts = sumBy(
    ['path'],
    increase(select(probesTotal, { ...failed, reason: reasons }), meterWindowSeconds),
  );
  const window = duration(meterWindowSeconds);
  return [
    alert(model, path, 'ProbesDropped', {
      // A path that times out keeps the VUs waiting: then the drops are its fault and its own alerts speak. There are VUs for more than
      // rate × timeout, so while all of them wait, more probes time out than are dropped: each that timed out explains one drop at most.
      expr: `(${dropped} > ${tolerated}) ${wanted} unless on (path) (${timeouts} >= ${dropped} - ${tolerated})`,
      for: '1m',
      summary: `{{ $value | printf "%.0f" }} probes of path ${path.name} were dropped in ${window}`,
    }),
    alert(model, path, 'ProbesShort', {
      // A path that is watched for less than the window has no full window yet.
      expr: `((${probesWithin(path, undefined, meterWindowSeconds)} > 0) / ${number(asked)} < 0.9) ${wanted} offset ${window}`,
      for: '6m',
      summary: `Only {{ $value | humanizePercentage }} of the asked probes of path ${path.name} are sent`,
    }),
    alert(model, path, 'ProbesOver', {
      expr: `(${probesWithin(path, undefined, meterWindowSeconds)} / ${number(asked)} > ${excess}) ${wanted} offset ${window}`,
      for: '6m',
      summary: `{{ $value | humanizePercentage }} of the asked probes of path ${path.name} are sent`,
    }),
    alertRule(
      model,
      'ProberErrors',
      {
        expr: `(${probesWithin(path, 'error', meterWindowSeconds)} > ${tolerated}) ${wanted}`,
        for: '1m',
        summary: `{{ $value | printf "%.0f" }} probes of path ${path.name} failed by the prober's own fault in ${window}`,
        detail: `In the last ${window}: ${commonest(path, 'error', meterWindowSeconds)}of path ${path.name}.`,
      },
      path,
    ),
  ];
}

/** Alerts on streams that are cut; none for paths without streams. Evaluated every 30 s. */
export function streamAlerts(model: SignalModel, path: PathSettings): AlertRule[] {
  if (!pathRow(path).stream) return [];
  const bound = model.interruptionsPerHour ?? tolerableInterruptions;
  const ends = select(interruptionsTotal, { path: path.name, reason: ['closed', 'reset', 'silence'] });
  return [
    alert(model, path, 'StreamInterrupted', {
      expr: `${sumBy(['path'], increase(ends, 3600))} > ${number(bound)}`,
      for: '1m',
      summary: `Streams of path ${path.name} were cut {{ $value | printf "%.0f" }} times within an hour; ${number(bound)} are tolerated`,
    }),
  ];
}

function oneSource(model: SignalModel, path: PathSettings): AlertRule {
  const window = oneSourceWindowSeconds(model, path);
  const by = ['path', 'instance'];
  const sent = path.ratePerSecond * wholeWayShare(pathRow(path)) * window;
  const least = Math.max(1, Math.floor((sent / model.injectors) * 0.25));
  const failed = `(${probesWithin(path, 'failed', window, by)} >= ${least})`;
  return alert(model, path, 'PathDownFromOneSource', {
    expr:
      `${pathRow(path).credentials === undefined || !knowsGivenUp(model) ? failed : notGivenUp(failed)} unless on (path, instance) (${wholeWayGood(path, window, by)} > 0) ` +
      `and on (path) (${wholeWayGood(path, window)} > 0)`,
    for: '30s',
    summary: `Path ${path.name} is down from {{ $labels.instance }} alone: {{ $value | printf "%.0f" }} probes in ${duration(window)}, none good`,
  });
}

function burn(
  path: PathSettings,
  sli: Sli,
  name: (window: string) => string,
  windows: readonly BurnWindow[],
): string {
  const labels = { path: path.name, sloth_slo: sli };
  const objective = objectivePercent(path, sli);
  return windows
    .map(({ factor, longSeconds, shortSeconds }) => {
      const bound = number(burnThreshold(factor, objective));
      const over = (seconds: number) => `${select(name(duration(seconds)), labels)} > ${bound}`;
      return `(${over(longSeconds)} and on (path) ${over(shortSeconds)})`;
    })
    .join(' or ');
}

/** While a path that leads this one burns fast, and this one loses no more than that explains, in any pair of windows that burns. */
function explainedBurn(model: SignalModel, path: PathSettings, leader: PathSettings): string {
  const pages = (of: PathSettings) => burnWindows(model, of).filter(({ kind }) => kind === 'page');
  const lost = (of: PathSettings, seconds: number) =>
    select(unpagedRatioName(duration(seconds)), { path: of.name, sloth_slo: 'availability' });
  const ofLeader = pages(leader);
  const unexplained = pages(path).map((window, index) => {
    const own = lost(path, window.shortSeconds);
    const theirs = lost(leader, ofLeader[index]?.shortSeconds ?? window.shortSeconds);
    const burning = burn(path, 'availability', unpagedRatioName, [window]);
    return `(${burning} and on () (${own} > on () ${explainedFactor} * ${theirs}))`;
  });
  const leaderBurns = burn(leader, 'availability', unpagedRatioName, ofLeader);
  return `((${leaderBurns}) unless on () (${unexplained.join(' or ')}))`;
}

function alert(
  model: SignalModel,
  path: PathSettings,
  name: AlertName,
  { detail, ...rule }: AlertParts,
): AlertRule {
  const failed = `Failed in the last 2 min: ${commonest(path, 'failed', 120)}objective ${number(path.availabilityPercent)} %.`;
  return alertRule(
    model,
    name,
    { ...rule, detail: detail === undefined ? failed : `${failed} ${detail}` },
    path,
  );
}

/** Says on a page whose pages it mutes, and which of them are down while it is written. */
function mutes(others: readonly string[]): string {
  const down = select(recorded.down, { path: others });
  return (
    `Mutes pages of ${others.join(', ')}; also down now: ` +
    `{{ range query "${quoted(down)}" }}{{ .Labels.path }}, {{ else }}none of them, {{ end }}as far as it is known yet.`
  );
}

/** A template that lists the commonest reasons while the alert is evaluated, with injector, and hop where there is one. */
function commonest(path: PathSettings, outcome: 'failed' | 'error', seconds: number): string {
  const query = `topk(3, ${probesWithin(path, outcome, seconds, ['reason', 'hop', 'instance'])} > 0)`;
  const hop = outcome === 'failed' ? ' at hop {{ .Labels.hop }}' : '';
  return (
    `{{ range query "${quoted(query)}" }}` +
    `{{ .Value | printf "%.0f" }} × {{ .Labels.reason }}${hop} from {{ .Labels.instance }}, {{ else }}nothing, {{ end }}`
  );
}

function zeroOr(expr: string): string {
  return `${expr} or vector(0)`;
}

function quoted(expr: string): string {
  return expr.replaceAll('"', '\\"');
}

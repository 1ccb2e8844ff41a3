import { kindOf } from '../scenarios/chaos-churn';
import { alertRule } from './alert-rule';
import { chaosChecksTotal, chaosKillsTotal, recorded } from './metrics';
import type { SignalModel } from './model';
import { duration, increase, number, select, sumBy } from './promql';
import type { AlertRule, RecordingRule } from './rule-types';
import { slowIntervalSeconds } from './windows';

/** A probe that is lost so long after a kill is laid at its door: a drain ends within this time. */
const attributedSeconds = 90;
/** A churn, or a drain of a node, is under way longer than a kill: it ends within this time, or holds the reaper back. */
const churnAttributedSeconds = 300;
/** How long the reaper must be seen halted before somebody is told, at most: as long as the window where that is shorter. */
const haltedForSeconds = 600;
/** Guards under which the reaper does what it should; the others hold it back. */
const atWork = ['none', 'quiet', 'cap'];

/** That chaos is wanted, and its kills as a series that dashboards draw as annotations; every 30 s. */
export function chaosRecords({ chaos }: SignalModel): RecordingRule[] {
  if (!chaos) return [];
  const kills = grown(select(chaosKillsTotal));
  return [
    { record: recorded.chaosInfo, expr: 'vector(1)' },
    { record: recorded.kills, expr: `${sumBy(['kind', 'mode', 'workload'], kills)} > 0` },
  ];
}

/** What a counter grew by between two evaluations: whole, and none is lost between them as by `increase()` over so short a window. */
function grown(counter: string): string {
  return `clamp_min(${counter} - ${counter} offset ${duration(slowIntervalSeconds)}, 0)`;
}

/** Alerts on chaos: that there is none though it is wanted, and that it cost probes; every 30 s. */
export function chaosAlerts(model: SignalModel): AlertRule[] {
  const { chaos } = model;
  if (!chaos) return [];
  const window = duration(chaos.haltedSeconds);
  const looks = (guard?: readonly string[]) =>
    increase(select(chaosChecksTotal, guard ? { guard } : {}), chaos.haltedSeconds);
  const killed = (
    labels: Readonly<Record<string, string | readonly string[]>> = {},
    withinSeconds = attributedSeconds,
  ) => `sum(sum_over_time(${select(recorded.kills, labels)}[${duration(withinSeconds)}]))`;
  const longKinds = [
    ...new Set((chaos.churn?.modes ?? []).map(kindOf)),
    ...(chaos.drainPercent === undefined ? [] : ['node']),
  ];
  const any =
    longKinds.length > 0
      ? `(${killed()} > 0 or ${killed({ kind: longKinds }, churnAttributedSeconds)} > 0)`
      : `(${killed()} > 0)`;
  const lost = sumBy(['path'], grown(select(recorded.bad)));
  const why = `topk(3, ${sumBy(['guard'], looks())} > 0)`.replaceAll('"', '\\"');
  return [
    alertRule(model, 'ChaosHalted', {
      // A reaper that is gone counts nothing: that is a halt too.
      expr: `${recorded.chaosInfo} offset ${window} unless on () (sum(${looks(atWork)}) > 0)`,
      for: duration(Math.min(haltedForSeconds, chaos.haltedSeconds)),
      summary: `Chaos was held back for all of the last ${window}, by: {{ range query "${why}" }}{{ .Labels.guard }} ({{ .Value | printf "%.0f" }} looks) {{ else }}no reaper runs{{ end }}`,
    }),
    alertRule(model, 'ChaosLostProbes', {
      expr:
        `(${lost} > on () group_left () (${number(chaos.lostPerKill)} * (${killed({ mode: 'kill' })} or vector(0)))) ` +
        `and on () ${any}`,
      keep_firing_for: '5m',
      summary: `Path {{ $labels.path }} lost {{ $value | printf "%.0f" }} probes in ${duration(slowIntervalSeconds)}, within ${duration(attributedSeconds)} of a kill`,
    }),
  ];
}

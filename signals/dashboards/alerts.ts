import type { SignalModel } from '../model';
import { increase, select, sumBy } from '../promql';
import { chaosPanels } from './chaos';
import { severityValues } from '../alertmanager';
import { alertsSeries } from './names';
import { colors, type DashboardSpec, type Panel } from './panels';

const hour = 3600;
const none = 'no alert is active in a stack that is well';

/** *Alerts*: what fires and fired, and whether anybody would be told. */
export function alertsDashboard(model: SignalModel): DashboardSpec {
  return {
    name: 'alerts',
    title: 'alerts',
    description: 'What fires and fired, and whether anybody would be told. The runbook: ' + model.runbookBase,
    from: 'now-6h',
    rows: [
      { title: 'Now', panels: [firingCount(model, 'page'), firingCount(model, 'ticket'), list()] },
      { title: 'Over time', panels: [timeline()] },
      { title: 'Would anybody be told', panels: meta() },
      ...(model.chaos ? [{ title: 'Chaos', panels: chaosPanels() }] : []),
    ],
  };
}

/** Firing alerts of one kind. A count of nothing is 0: here, and only for counts, that is the truth. */
function firingCount(model: SignalModel, kind: 'page' | 'ticket'): Panel {
  const severity = severityValues(model, kind);
  const firing = select(alertsSeries, { alertstate: 'firing', severity });
  return {
    kind: 'figures',
    title: kind === 'page' ? 'Pages' : 'Tickets',
    description: `Alerts that fire and would ${kind === 'page' ? 'wake somebody' : 'wait for the day'} (severity ${severity.join(', ')}), those that another alert or a silence holds back included.`,
    unit: 'short',
    decimals: 0,
    width: 4,
    height: 8,
    queries: [{ expr: `count(${firing}) or vector(0)`, legend: kind }],
    steps: [
      { from: null, color: colors.good },
      { from: 1, color: kind === 'page' ? colors.bad : colors.warning },
    ],
  };
}

function list(): Panel {
  return {
    kind: 'table',
    title: 'Active',
    description:
      'Alerts that fire, or whose condition holds (pending). Nobody is told of severity none: it only holds others back.',
    unit: 'none',
    width: 16,
    height: 8,
    queries: [{ expr: alertsSeries, legend: '', mayBeEmpty: none }],
    columns: {
      alertname: 'alert',
      path: 'path',
      severity: 'severity',
      alertstate: 'state',
      instance: 'from',
      owner: 'owner',
    },
  };
}

function timeline(): Panel {
  const by = (state: string) =>
    `max by (alertname, path, alertstate) (${select(alertsSeries, { alertstate: state })})`;
  return {
    kind: 'states',
    title: 'Alerts by path',
    description: 'When each alert was pending and when it fired.',
    unit: 'none',
    width: 24,
    height: 12,
    queries: [
      {
        expr: `max by (alertname, path) (${by('firing')} * 2 or ${by('pending')})`,
        legend: '{{alertname}} {{path}}',
        mayBeEmpty: none,
      },
    ],
    words: {
      '1': { text: 'pending', color: colors.warning },
      '2': { text: 'firing', color: colors.bad },
    },
  };
}

function meta(): Panel[] {
  const panel = (
    title: string,
    description: string,
    expr: string,
    legend: string,
    mayBeEmpty?: string,
  ): Panel => ({
    kind: 'lines',
    title,
    description,
    unit: 'short',
    min: 0,
    width: 8,
    queries: [{ expr, legend, ...(mayBeEmpty === undefined ? {} : { mayBeEmpty }) }],
  });
  return [
    panel(
      'Notifications per hour',
      'Sent by Alertmanager in the hour before, by kind of receiver; kinds that never sent any are left out.',
      `${sumBy(['integration'], increase(select('alertmanager_notifications_total'), hour))} > 0`,
      '{{integration}}',
      'nobody had to be told anything',
    ),
    panel(
      'Notifications that failed, per hour',
      'By kind of receiver. Anything over 0: somebody was not told.',
      `${sumBy(['integration'], increase(select('alertmanager_notifications_failed_total'), hour))} > 0`,
      '{{integration}}',
      'none failed',
    ),
    panel(
      'Errors towards Alertmanager, per hour',
      'Alerts that Prometheus could not hand over.',
      sumBy(['alertmanager'], increase(select('prometheus_notifications_errors_total'), hour)),
      '{{alertmanager}}',
      'the counter appears with the first alert that is sent',
    ),
    panel(
      'Rules that failed, per hour',
      'Evaluations that ended in an error: what such a rule watches is not watched.',
      `sum(${increase(select('prometheus_rule_evaluation_failures_total'), hour)})`,
      'failed evaluations',
    ),
    panel(
      'Scrape targets that are down',
      'By job. What comes from there is missing above and elsewhere.',
      `count by (job) (${select('up')}) - ${sumBy(['job'], select('up'))}`,
      '{{job}}',
    ),
    panel(
      'Series in Prometheus',
      'In memory. A steady rise means labels without bound.',
      `sum(${select('prometheus_tsdb_head_series')})`,
      'series',
    ),
  ];
}

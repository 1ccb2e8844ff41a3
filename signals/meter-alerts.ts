import { alertRule, watchdogLabels } from './alert-rule';
import { probesTotal, recorded } from './metrics';
import type { SignalModel } from './model';
import type { AlertRule } from './rule-types';
import { watchedNamespaces } from './scraped';

/** Where Prometheus counts what the injectors push to it. */
const otlpHandler = '/api/v1/otlp/v1/metrics';
/** The long-term store gets something every minute: it is behind when the newest it has is older than this, in seconds. */
const behindSeconds = 600;
/** Share of pushes that may be refused, of rule evaluations that may be missed, and of notifications that may fail. */
const refusedShare = 0.05;
const missedShare = 0.1;
const undeliveredShare = 0.1;

/** Growth of all series of a metric together. */
function sum(metric: string, matchers: string, window: string): string {
  return `sum(increase(${metric}${matchers}[${window}]))`;
}

/** Alerts that read what a Prometheus says of itself: where Google evaluates there is none that says it. */
const ofTheServer: readonly string[] = ['IngestFailing', 'RuleEvaluationFailing', 'RulesLate'];

/** Alerts on what measures and tells: pushes, scrapes, rules, Alertmanager; and the one that always fires. */
export function meterAlerts(model: SignalModel): AlertRule[] {
  return model.managedRules === true
    ? everyMeterAlert(model).filter(({ alert }) => !ofTheServer.includes(alert))
    : everyMeterAlert(model);
}

function everyMeterAlert(model: SignalModel): AlertRule[] {
  const shared = model.sharedPrometheus === true;
  const ofOurRules = shared ? '{rule_group=~".*;continuous-load[.].+"}' : '';
  const sumByPod = (metric: string) => `sum by (pod) (increase(${metric}${ofOurRules}[10m]))`;
  const pushes = 'prometheus_http_requests_total';
  const reporting = `count(sum by (instance) (increase(${probesTotal}[1m])) > 0)`;
  const rules = 'prometheus_rule_group_iterations';
  const watchdog = alertRule(model, 'Watchdog', {
    expr: 'vector(1)',
    summary:
      'Alerts of stack {{ $externalLabels.stack }} are evaluated and sent (always {{ $value | printf "%.0f" }})',
  });
  return [
    { ...watchdog, labels: { ...watchdog.labels, ...watchdogLabels } },
    alertRule(model, 'InjectorSilent', {
      expr: `${reporting} < ${model.injectors} and on () count(${recorded.pathInfo} offset 5m)`,
      for: '6m',
      summary: `Only {{ $value | printf "%.0f" }} of ${model.injectors} injectors report probes`,
    }),
    alertRule(model, 'IngestFailing', {
      expr:
        `${sum(pushes, `{handler="${otlpHandler}",code!~"2.."}`, '5m')} / ` +
        `${sum(pushes, `{handler="${otlpHandler}"}`, '5m')} > ${refusedShare}`,
      for: '5m',
      summary: 'Prometheus refuses {{ $value | humanizePercentage }} of what the injectors push',
    }),
    alertRule(model, 'ScrapeTargetDown', {
      expr: `up${shared ? `{namespace="${watchedNamespaces.load}"}` : ''} == 0`,
      for: '10m',
      summary:
        '{{ $labels.job }} at {{ $labels.instance }} is not scraped (up is {{ $value | printf "%.0f" }})',
    }),
    alertRule(model, 'RuleEvaluationFailing', {
      expr: `sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total${ofOurRules}[10m])) > 0`,
      for: '10m',
      summary: 'Rules of {{ $labels.rule_group }} failed {{ $value | printf "%.0f" }} times in 10m',
    }),
    alertRule(model, 'RulesLate', {
      expr: `${sumByPod(`${rules}_missed_total`)} / ${sumByPod(`${rules}_total`)} > ${missedShare}`,
      for: '10m',
      summary: '{{ $labels.pod }} misses {{ $value | humanizePercentage }} of its rule evaluations',
    }),
    ...(shared ? [] : serverAlerts(model)),
    ...(model.longTerm === undefined ? [] : longTermAlerts(model)),
  ];
}

/** Alerts on the Prometheus and Alertmanager of the stack's own. */
function serverAlerts(model: SignalModel): AlertRule[] {
  const integration = (metric: string) => `sum by (integration) (increase(${metric}[15m]))`;
  const notifications = 'prometheus_notifications';
  return [
    alertRule(model, 'ConfigReloadFailing', {
      expr: '(prometheus_config_last_reload_successful == 0) or (alertmanager_config_last_reload_successful == 0)',
      for: '5m',
      summary:
        '{{ $labels.pod }} could not load its configuration (last success is {{ $value | printf "%.0f" }}) and runs with the one before',
    }),
    alertRule(model, 'AlertmanagerUnreachable', {
      expr:
        `(max(${notifications}_alertmanagers_discovered) < 1) or ` +
        `(${sum(`${notifications}_errors_total`, '', '5m')} / ${sum(`${notifications}_sent_total`, '', '5m')} > ${undeliveredShare})`,
      for: '5m',
      summary:
        'Prometheus does not reach Alertmanager ({{ $value | printf "%.2f" }}: 0 none is known, else the share of alerts that could not be sent)',
    }),
    alertRule(model, 'NotificationsFailing', {
      expr:
        `${integration('alertmanager_notifications_failed_total')} > 1 and ` +
        `${integration('alertmanager_notifications_failed_total')} / ${integration('alertmanager_notifications_total')} > ${undeliveredShare}`,
      for: '5m',
      summary: '{{ $value | printf "%.0f" }} notifications by {{ $labels.integration }} failed in 15m',
    }),
  ];
}

/** Alerts on the way of the counts to the long-term store, our own or the user's. */
function longTermAlerts(model: SignalModel): AlertRule[] {
  const remote = 'prometheus_remote_storage';
  return [
    alertRule(model, 'LongTermStoreBehind', {
      // Over a while, as a scrape that fails has no value; without anything to send nothing is late.
      expr:
        `time() - max by (pod) (max_over_time(${remote}_queue_highest_sent_timestamp_seconds[5m])) > ${behindSeconds} ` +
        `and on () count(${recorded.sentTotal})`,
      for: '10m',
      summary: 'The newest counts in the long-term store are {{ $value | humanizeDuration }} old',
    }),
    alertRule(model, 'LongTermStoreRefuses', {
      expr: `sum(increase(${remote}_samples_failed_total[15m])) > 0`,
      for: '5m',
      summary: 'The long-term store refused {{ $value | printf "%.0f" }} samples in 15m',
    }),
  ];
}

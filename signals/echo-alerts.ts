import { alertRule } from './alert-rule';
import type { SignalModel } from './model';
import { callsEcho } from './paths';
import type { AlertRule } from './rule-types';
import { offTraffic } from './traffic';

const job = 'job="echo"';
/** Share of messages that may not be sent back: a client that goes away in the middle looks so too. */
const errorShare = 0.01;
/** Connections and datagrams that may be turned away in five minutes: what a stray scanner costs. */
const refusedNumber = 5;
/** Share of its connections that may be taken. */
const connectionShare = 0.8;

/** Golden signals of the echo server, as it counts itself; none where no path ends there. */
export function echoAlerts(model: SignalModel): AlertRule[] {
  const paths = model.paths.filter((path) => callsEcho(path));
  if (paths.length === 0) return [];
  const increase = (metric: string) => `sum by (protocol) (increase(${metric}{${job}}[5m]))`;
  const failed = increase('echo_errors_total');
  return [
    alertRule(model, 'EchoErrors', {
      expr: `${failed} / (${failed} + ${increase('echo_messages_total')} > 0) > ${errorShare}`,
      for: '5m',
      summary:
        'echo fails to send back {{ $value | humanizePercentage }} of its {{ $labels.protocol }} messages',
    }),
    alertRule(model, 'EchoRefusing', {
      expr: `${increase('echo_refused_total')} > ${refusedNumber}`,
      for: '5m',
      summary: 'echo turned away {{ $value | printf "%.0f" }} of {{ $labels.protocol }} in 5m',
    }),
    alertRule(model, 'EchoTraffic', {
      // Paths and echo's protocols have the same names.
      expr: offTraffic(
        paths.map(({ name, ratePerSecond }) => ({
          rate: `sum by (protocol) (rate(echo_messages_total{${job},protocol="${name}"}[10m]))`,
          askedPerSecond: ratePerSecond,
          path: name,
        })),
      ),
      for: '10m',
      summary:
        'echo gets {{ $value | humanizePercentage }} of the {{ $labels.protocol }} messages that the probes cause',
    }),
    alertRule(model, 'EchoNearLimit', {
      expr: `max by (pod, protocol) (echo_connections{${job}} / on (instance, pod, protocol) echo_connections_limit{${job}}) > ${connectionShare}`,
      for: '5m',
      summary:
        '{{ $labels.pod }} has taken {{ $value | humanizePercentage }} of its {{ $labels.protocol }} connections',
    }),
  ];
}

import { alertRule } from './alert-rule';
import { askedOfGateway, envoyMetrics, isGatewayPath, ofGateway, readsGateway } from './gateway';
import type { SignalModel } from './model';
import { bucketUpTo } from './promql';
import type { AlertRule } from './rule-types';
import { offTraffic } from './traffic';

/** Share of requests that the gateway may answer with other than 2xx: the probes ask for nothing else. */
const errorShare = 0.01;
/** Share of requests that may take longer than `slowMs`, a boundary of Envoy's own histogram. */
const slowShare = 0.05;
const slowMs = 100;

/** Golden signals of the gateway, as its Envoy counts; none where no path goes through it, or where its metrics are not read. */
export function gatewayAlerts(model: SignalModel): AlertRule[] {
  const path = model.paths.find(({ name }) => isGatewayPath(name));
  if (!path || !readsGateway(model)) return [];
  const { answers, durationBucket, durationCount } = envoyMetrics;
  const increase = (metric: string, window: string, matchers = '') =>
    `sum by (job) (increase(${ofGateway(metric, matchers)}[${window}]))`;
  const overflow = [
    envoyMetrics.waitingOverflow,
    envoyMetrics.connectionOverflow,
    envoyMetrics.retryOverflow,
  ].map((metric) => increase(metric, '5m'));
  return [
    alertRule(model, 'GatewayErrors', {
      expr: `${increase(answers, '5m', 'response_code_class!="2xx"')} / ${increase(answers, '5m')} > ${errorShare}`,
      for: '5m',
      summary:
        'The {{ $labels.job }} answers {{ $value | humanizePercentage }} of its requests with an error',
    }),
    alertRule(model, 'GatewaySlow', {
      expr:
        `1 - ${increase(durationBucket, '10m', bucketUpTo(slowMs))} / ` +
        `(${increase(durationCount, '10m')} > 0) > ${slowShare}`,
      for: '10m',
      summary: `The {{ $labels.job }} needs more than ${slowMs} ms for {{ $value | humanizePercentage }} of its requests`,
    }),
    alertRule(model, 'GatewayTraffic', {
      expr: offTraffic([
        {
          rate: `sum by (job) (rate(${ofGateway(answers)}[10m]))`,
          askedPerSecond: askedOfGateway(model),
          path: path.name,
        },
      ]),
      for: '10m',
      summary:
        'The {{ $labels.job }} gets {{ $value | humanizePercentage }} of the requests that the probes cause',
    }),
    alertRule(model, 'GatewaySaturated', {
      expr: `${overflow.join(' + ')} > 0`,
      for: '5m',
      summary:
        'The {{ $labels.job }} had no place for {{ $value | printf "%.0f" }} requests, connections or repeats in 5m',
    }),
  ];
}

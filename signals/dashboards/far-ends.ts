import { askedOfGateway, envoyMetrics, ofGateway } from '../gateway';
import type { SignalModel } from '../model';
import { increase, number, select, sumBy } from '../promql';
import { colors, linesPanel as panel, type PanelQuery, type Row } from './panels';
import { medianAndP99, perSecond, quantile, rate } from './queries';

const hour = 3600;

/** What source and target say themselves: only a fault that both sides see is a fault of theirs. */
export function serverRow(): Row {
  const servers = { job: ['source', 'target'] };
  const echo = { ...servers, path: 'api_echo' };
  return {
    title: 'The servers’ own view: source and target',
    panels: [
      {
        kind: 'stacked',
        title: 'Requests by status',
        description:
          'Requests per second that source and target count themselves, their health checks included.',
        unit: 'cps',
        min: 0,
        width: 12,
        queries: [
          {
            expr: perSecond('http_requests_total', servers, ['job', 'status']),
            legend: '{{job}} {{status}}',
          },
        ],
      },
      {
        kind: 'lines',
        title: 'p99 of /api/echo, measured by the server',
        description:
          'From podinfo’s own classic histogram, whose lowest bound is 5 ms: compare its course with the probes’ p99, not its value.',
        unit: 's',
        min: 0,
        width: 12,
        queries: [
          {
            expr: quantile(0.99, 'http_request_duration_seconds_bucket', echo, ['job', 'le']),
            legend: '{{job}}',
          },
        ],
      },
    ],
  };
}

const notScraped = 'where the cluster’s name server has no metrics port, or is no CoreDNS';

/** What the name server says itself, of everybody's questions. */
export function nameServerRow(): Row {
  return {
    title: 'The name server’s own view: CoreDNS',
    panels: [
      {
        kind: 'stacked',
        title: 'Answers by code',
        description:
          'Answers per second to everybody in the cluster. NXDOMAIN is what search domains cost; SERVFAIL is a fault.',
        unit: 'cps',
        min: 0,
        width: 12,
        queries: [
          {
            expr: perSecond('coredns_dns_responses_total', {}, ['rcode']),
            legend: '{{rcode}}',
            mayBeEmpty: notScraped,
          },
        ],
      },
      {
        kind: 'lines',
        title: 'p99 of lookups, measured by the server',
        description: 'From CoreDNS’ own classic histogram, names outside the cluster included.',
        unit: 's',
        min: 0,
        width: 12,
        queries: [
          {
            expr: quantile(0.99, 'coredns_dns_request_duration_seconds_bucket', {}, ['le']),
            legend: 'p99',
            mayBeEmpty: notScraped,
          },
        ],
      },
    ],
  };
}

/** What the stack's own gateway says: its four golden signals and its pool of connections. */
export function gatewayRow(model: SignalModel): Row {
  const asked = askedOfGateway(model);
  const { durationBucket } = envoyMetrics;
  return {
    title: 'The gateway’s own view: Envoy',
    panels: [
      panel(
        'Answers by class',
        'Answers per second to clients. 4xx is the route, 5xx target or the gateway.',
        'cps',
        [
          {
            expr: sumBy(['response_code_class'], rate(ofGateway(envoyMetrics.answers))),
            legend: '{{response_code_class}}',
          },
        ],
      ),
      panel(
        'Requests, of what the probes ask',
        `Asked are ${number(asked)} a second, of all paths through it.`,
        'percentunit',
        [{ expr: `sum(${rate(ofGateway(envoyMetrics.answers))}) / ${number(asked)}`, legend: 'arrived' }],
      ),
      panel(
        'Latency, measured by the gateway',
        'From Envoy’s own classic histogram, repeats included: compare its course with the probes’ latency, not its value.',
        'ms',
        medianAndP99(ofGateway(durationBucket)),
      ),
      panel('Connections to target', 'Open ones by pod of the gateway.', 'short', [
        { expr: sumBy(['pod'], ofGateway(envoyMetrics.connectionsOpen)), legend: '{{pod}}' },
      ]),
      panel('Connections made and failed, per hour', 'A pool that is well makes few.', 'short', [
        inHour(envoyMetrics.connectionsMade, 'made'),
        inHour(envoyMetrics.connectionsFailed, 'failed'),
      ]),
      panel(
        'Waiting and turned away',
        'Requests that wait for a connection now; requests, connections and repeats over what its circuit breakers let through, in the hour before.',
        'short',
        [
          { expr: `sum(${ofGateway(envoyMetrics.waiting)})`, legend: 'waiting' },
          inHour(envoyMetrics.waitingOverflow, 'requests turned away'),
          inHour(envoyMetrics.connectionOverflow, 'connections turned away'),
          inHour(envoyMetrics.retryOverflow, 'repeats turned away'),
        ],
      ),
    ],
  };
}

/** What echo says itself. */
export function echoRow(): Row {
  const echo = { job: 'echo' };
  const connections = select('echo_connections', echo);
  return {
    title: 'The echo server’s own view',
    panels: [
      panel('Messages sent back', 'Per second by protocol; for tcp reads.', 'cps', [
        { expr: perSecond('echo_messages_total', echo, ['protocol']), legend: '{{protocol}}' },
      ]),
      {
        ...panel(
          'Connections, of the bound',
          'Of the pod with the most; at 100 % the next is refused.',
          'percentunit',
          [
            {
              expr: `max by (protocol) (${connections} / on (instance, pod, protocol) ${select('echo_connections_limit', echo)})`,
              legend: '{{protocol}}',
            },
          ],
        ),
        steps: [
          { from: null, color: colors.none },
          { from: 0.8, color: colors.warning },
        ],
      },
      panel(
        'Errors and refusals per hour',
        'What could not be sent back or accepted, and what was turned away.',
        'short',
        [
          {
            expr: sumBy(['protocol'], increase(select('echo_errors_total', echo), hour)),
            legend: '{{protocol}}: error',
          },
          {
            expr: sumBy(['protocol'], increase(select('echo_refused_total', echo), hour)),
            legend: '{{protocol}}: refused',
          },
        ],
      ),
    ],
  };
}

function inHour(metric: string, legend: string): PanelQuery {
  return { expr: `sum(${increase(ofGateway(metric), hour)})`, legend };
}

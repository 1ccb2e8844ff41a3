import { alertRule } from './alert-rule';
import { askedOfGateway } from './gateway';
import type { SignalModel } from './model';
import { pathRow } from './paths';
import { bucketUpTo } from './promql';
import type { AlertRule } from './rule-types';
import { offTraffic } from './traffic';

/** Matcher of podinfo's route of the probes; its readiness answers 503 while it drains, which is no error. */
export const echoRoute = 'path="api_echo"';
/** Share of requests that a hop may answer with an error of its own. */
const errorShare = 0.01;
/** Share of requests that may take longer than `slowSeconds`; both are boundaries of the server's own histogram. */
const slowShare = 0.05;
const slowSeconds = 0.1;
/** The name service: names that do not exist outside end as SERVFAIL now and then, and forwarded ones take their time. */
const servfailShare = 0.05;
const slowLookupSeconds = 0.128;

/** Golden signals of source and target, as podinfo itself counts: errors, latency, and traffic against what was asked. */
export function podinfoAlerts(model: SignalModel): AlertRule[] {
  const requests = (matchers: string, window: string) =>
    `sum by (job) (increase(http_request_duration_seconds_count{job=~"source|target",${echoRoute}${matchers}}[${window}]))`;
  const fast = `sum by (job) (increase(http_request_duration_seconds_bucket{job=~"source|target",${echoRoute},${bucketUpTo(slowSeconds)}}[10m]))`;
  return [
    alertRule(model, 'ServerErrors', {
      expr: `${requests(',status=~"5.."', '5m')} / ${requests('', '5m')} > ${errorShare}`,
      for: '5m',
      summary: '{{ $labels.job }} answers {{ $value | humanizePercentage }} of its requests with 5xx',
    }),
    alertRule(model, 'ServerSlow', {
      expr: `1 - ${fast} / (${requests('', '10m')} > 0) > ${slowShare}`,
      for: '10m',
      summary: `{{ $labels.job }} needs more than ${slowSeconds} s for {{ $value | humanizePercentage }} of its requests`,
    }),
    ...traffic(model),
  ];
}

/** Golden signals of the cluster's name service, as CoreDNS counts. */
export function dnsAlerts(model: SignalModel): AlertRule[] {
  const all = 'increase(coredns_dns_responses_total[5m])';
  const failed = 'increase(coredns_dns_responses_total{rcode="SERVFAIL"}[5m])';
  const fast = `increase(coredns_dns_request_duration_seconds_bucket{${bucketUpTo(slowLookupSeconds)}}[10m])`;
  return [
    alertRule(model, 'DnsServerErrors', {
      expr: `sum(${failed}) / sum(${all}) > ${servfailShare}`,
      for: '5m',
      summary: 'CoreDNS answers {{ $value | humanizePercentage }} of its queries with SERVFAIL',
    }),
    alertRule(model, 'DnsServerSlow', {
      expr: `1 - sum(${fast}) / (sum(increase(coredns_dns_request_duration_seconds_count[10m])) > 0) > ${slowShare}`,
      for: '10m',
      summary: `CoreDNS needs more than ${slowLookupSeconds} s for {{ $value | humanizePercentage }} of its queries`,
    }),
  ];
}

/** Requests that arrive at a hop as a multiple of those that the probes must cause: under half, or over twice as many. */
function traffic(model: SignalModel): AlertRule[] {
  const path = model.paths.find(({ name }) => name === 'service');
  if (!path) return [];
  const probes = pathRow('service').probes;
  const share = (arrive: typeof probes) =>
    arrive.reduce((sum, probe) => sum + probe.share, 0) * path.ratePerSecond;
  const asked = {
    source: share(probes.filter(({ calls }) => calls === 'source')),
    // What comes through a gateway ends at target too.
    target: share(probes.filter(({ hops }) => hops.includes('2'))) + askedOfGateway(model),
  };
  const ratios = Object.entries(asked).map(([job, askedPerSecond]) => ({
    rate: `sum by (job) (rate(http_request_duration_seconds_count{job="${job}",${echoRoute}}[10m]))`,
    askedPerSecond,
    path: path.name,
  }));
  return [
    alertRule(model, 'ServerTraffic', {
      expr: offTraffic(ratios),
      for: '10m',
      summary:
        '{{ $labels.job }} gets {{ $value | humanizePercentage }} of the requests that the probes cause',
    }),
  ];
}

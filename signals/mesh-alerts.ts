import { alertRule } from './alert-rule';
import { envoyMetrics } from './gateway';
import { ofHops, ofWaypoint, ofWaypointRequests, ofZtunnel, ztunnelMetrics } from './ambient';
import {
  istioMetrics,
  istiodMetrics,
  ofAnyCaller,
  ofAnyCallersRequests,
  ofCalled,
  ofCalledRequests,
  ofEveryAttempt,
  ofIstiod,
  ofSidecars,
  sidecarMetrics,
} from './mesh';
import type { SignalModel } from './model';
import { callsOnwards, isMeshPath } from './paths';
import { bucketUpTo } from './promql';
import { meshWorkloads } from './targets';
import { offTraffic } from './traffic';
import type { AlertRule } from './rule-types';

/** Share of attempts that may be answered with 5xx. */
const errorShare = 0.01;
/** Share of requests that may take longer than `slowMs`, a boundary of Envoy's own histogram. */
const slowShare = 0.05;
const slowMs = 100;
/** Attempts in vain to connect, in 5 min: a pod that ends costs one or two. */
const tolerableConnectFailures = 5;
/** Share of a certificate's life that must be left; the agent asks for a new one at half of it. */
const leastLife = 0.25;
const leastRootSeconds = 30 * 86_400;
/** How long a configuration that was refused is told: proxies keep what they had and say nothing more until the next one. */
const refusalWindow = '15m';
/** Share of changes that may take longer than `convergenceSeconds`, a boundary of istiod's histogram. */
const lateShare = 0.01;
const convergenceSeconds = 3;

/** Golden signals of the mesh as its Envoys and istiod count; none where there is no mesh or no path through it. */
export function meshAlerts(model: SignalModel): AlertRule[] {
  const path = model.paths.find((one) => isMeshPath(one));
  if (!model.mesh || !path) return [];
  return [
    ...(model.mesh.ambient ? ambientAlerts(model, path.name) : proxyAlerts(model, path.name)),
    certificates(model, model.mesh.certificateLifeSeconds),
    ...(model.mesh.istiodScraped ? istiodAlerts(model) : []),
  ];
}

const byJob = (selector: string, window: string) => `sum by (job) (increase(${selector}[${window}]))`;

/** Answers to attempts by job, repeated ones included, of the calls that `of` selects. */
const everyAttempt = (matchers: string, of: typeof ofAnyCaller) =>
  `sum by (job) (${ofEveryAttempt((selector) => `increase(${selector}[5m])`, matchers, of)})`;

/** What is wrong in Envoy's words, or in Istio's where its own Envoys run, which may not be asked for Envoy's. */
function inBothWords({ mesh }: SignalModel, envoy: string, istio: string): string {
  return mesh?.istioNamespace === undefined ? envoy : `(${envoy}) or (${istio})`;
}

/** Selector of a metric of some proxies, with more matchers. */
type Of = (metric: string, matchers?: string) => string;

/** More attempts than may be are answered with 5xx, in Envoy's words of one and in Istio's of the other. */
function attemptsInVain(model: SignalModel, of: typeof ofAnyCaller, ofRequests: Of): string {
  const attempts = (matchers: string) => everyAttempt(matchers, of);
  const requests = (matchers = '') => byJob(ofRequests(istioMetrics.requests, matchers), '5m');
  return inBothWords(
    model,
    `${attempts('response_code_class="5xx"')} / ${attempts('response_code_class!=""')} > ${errorShare}`,
    `${requests('response_code=~"5.."')} / ${requests()} > ${errorShare}`,
  );
}

/** More requests than may be take longer than `slowMs`, by a histogram in milliseconds. */
function tooSlow(histogram: { durationBucket: string; durationCount: string }, of: Of): string {
  const quick = byJob(of(histogram.durationBucket, bucketUpTo(slowMs)), '10m');
  return `1 - ${quick} / (${byJob(of(histogram.durationCount), '10m')} > 0) > ${slowShare}`;
}

function saturated(model: SignalModel, of: Of): AlertRule {
  const overflow = [
    envoyMetrics.waitingOverflow,
    envoyMetrics.connectionOverflow,
    envoyMetrics.retryOverflow,
  ];
  return alertRule(model, 'MeshSaturated', {
    expr: `${overflow.map((metric) => byJob(of(metric), '5m')).join(' + ')} > 0`,
    for: '5m',
    summary:
      'The proxies of {{ $labels.job }} had no place for {{ $value | printf "%.0f" }} requests, connections or repeats in 5m',
  });
}

/** Requests per second that the probes must cause at target: those of a stranger come too, plaintext is cut before it is one. */
function askedOfTarget({ paths }: SignalModel): number {
  return paths
    .filter((one) => isMeshPath(one) && callsOnwards(one))
    .reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0);
}

/**
 * The same of mode ambient: requests as podinfo counts them at every hop, and as the waypoint does, which are those of one path; connections
 * as ztunnel does.
 */
function ambientAlerts(model: SignalModel, path: SignalModel['paths'][number]['name']): AlertRule[] {
  const repeats = model.paths.some(({ name }) => name === 'mesh-retry');
  const answered = (window: string, matchers = '') =>
    byJob(ofHops('http_request_duration_seconds_count', matchers), window);
  const quick = byJob(ofHops('http_request_duration_seconds_bucket', bucketUpTo(slowMs / 1000)), '10m');
  const ofHopsOr = (hops: string, waypoint: string) => (repeats ? `(${hops}) or (${waypoint})` : hops);
  return [
    alertRule(model, 'MeshErrors', {
      expr: ofHopsOr(
        `${answered('5m', 'status=~"5.."')} / ${answered('5m')} > ${errorShare}`,
        attemptsInVain(model, ofWaypoint, ofWaypointRequests),
      ),
      for: '5m',
      summary:
        'Of what comes to {{ $labels.job }} {{ $value | humanizePercentage }} is answered with 5xx, or was before it was repeated',
    }),
    alertRule(model, 'MeshConnectFailures', {
      expr: `sum by (source_workload) (increase(${ofZtunnel(ztunnelMetrics.failed)}[5m])) > ${tolerableConnectFailures}`,
      for: '5m',
      summary: '{{ $labels.source_workload }} got no connection {{ $value | printf "%.0f" }} times in 5m',
    }),
    alertRule(model, 'MeshSlow', {
      expr: ofHopsOr(
        `1 - ${quick} / (${answered('10m')} > 0) > ${slowShare}`,
        tooSlow(istioMetrics, ofWaypointRequests),
      ),
      for: '10m',
      summary: `{{ $labels.job }} needs more than ${slowMs} ms for {{ $value | humanizePercentage }} of its requests`,
    }),
    alertRule(model, 'MeshTraffic', {
      expr: offTraffic([
        {
          rate: `sum by (job) (rate(${ofHops('http_request_duration_seconds_count', '', [meshWorkloads.target])}[10m]))`,
          askedPerSecond: askedOfTarget(model),
          path,
        },
      ]),
      for: '10m',
      summary:
        '{{ $labels.job }} gets {{ $value | humanizePercentage }} of the requests that the probes through the mesh cause',
    }),
    ...(repeats ? [saturated(model, ofWaypoint)] : []),
  ];
}

function proxyAlerts(model: SignalModel, path: SignalModel['paths'][number]['name']): AlertRule[] {
  return [
    alertRule(model, 'MeshErrors', {
      expr: attemptsInVain(model, ofAnyCaller, ofAnyCallersRequests),
      for: '5m',
      summary:
        'Of what {{ $labels.job }} sends to mesh-target {{ $value | humanizePercentage }} is answered with 5xx',
    }),
    alertRule(model, 'MeshConnectFailures', {
      expr: `${byJob(ofAnyCaller(envoyMetrics.connectionsFailed), '5m')} > ${tolerableConnectFailures}`,
      for: '5m',
      summary: '{{ $labels.job }} got no connection to mesh-target {{ $value | printf "%.0f" }} times in 5m',
    }),
    alertRule(model, 'MeshSlow', {
      expr: inBothWords(model, tooSlow(envoyMetrics, ofCalled), tooSlow(istioMetrics, ofCalledRequests)),
      for: '10m',
      summary: `{{ $labels.job }} needs more than ${slowMs} ms for {{ $value | humanizePercentage }} of its requests, by its proxy`,
    }),
    alertRule(model, 'MeshTraffic', {
      expr: offTraffic([
        {
          rate: `sum by (job) (rate(${ofCalled(envoyMetrics.durationCount)}[10m]))`,
          askedPerSecond: askedOfTarget(model),
          path,
        },
      ]),
      for: '10m',
      summary:
        '{{ $labels.job }} gets {{ $value | humanizePercentage }} of the requests that the probes through the mesh cause',
    }),
    saturated(model, ofAnyCaller),
  ];
}

function certificates(model: SignalModel, lifeSeconds: number): AlertRule {
  return alertRule(model, 'MeshCertificateExpiring', {
    expr: `min by (job, pod) (${ofSidecars(sidecarMetrics.certificateLeft, 'resource_name="default"')}) < ${leastLife * lifeSeconds}`,
    for: '30s',
    summary: 'The certificate of {{ $labels.pod }} ends in {{ $value | humanizeDuration }}',
  });
}

function istiodAlerts(model: SignalModel): AlertRule[] {
  // A refusal is one event, and its series begins with it: `increase` sees neither the first nor, five minutes later, any.
  const grown = (metric: string) => {
    const now = ofIstiod(metric);
    return `(sum(clamp_min(${now} - (${now} offset ${refusalWindow} or ${now} * 0), 0)) or vector(0))`;
  };
  const { rejects, internalErrors, convergenceBucket, convergenceCount, rootExpiry } = istiodMetrics;
  return [
    alertRule(model, 'MeshRootExpiring', {
      expr: `min by (job) (${ofIstiod(rootExpiry)}) - time() < ${leastRootSeconds}`,
      for: '5m',
      summary: 'The root certificate of {{ $labels.job }} ends in {{ $value | humanizeDuration }}',
    }),
    alertRule(model, 'MeshConfigRejected', {
      expr: `${grown(rejects)} + ${grown(internalErrors)} > 0`,
      for: '1m',
      summary: `{{ $value | printf "%.0f" }} configurations were refused by proxies, or not sent, in ${refusalWindow}`,
    }),
    alertRule(model, 'MeshConvergenceSlow', {
      expr:
        `1 - sum by (job) (increase(${ofIstiod(convergenceBucket, bucketUpTo(convergenceSeconds))}[10m])) / ` +
        `(sum by (job) (increase(${ofIstiod(convergenceCount)}[10m])) > 0) > ${lateShare}`,
      for: '10m',
      summary: `{{ $value | humanizePercentage }} of the changes take more than ${convergenceSeconds} s to reach a proxy`,
    }),
  ];
}

import type { InjectorConfig, PathConfig, ProbeConfig, ZeroSeries } from '../scenarios/config';
import { injectorJob, metricPrefix } from './metrics';
import type { PathSettings, SignalModel } from './model';
import {
  callsOnwards,
  connectionsOf,
  errorReasons,
  goodHop,
  type Hop,
  overHttp,
  type PathRef,
  type PathRow,
  pathRow,
  type ProbeRow,
} from './paths';
import type { InjectorTargets } from './targets';
import { flushIntervalMs, zeroLeadMs } from './windows';

export type { InjectorConfig } from '../scenarios/config';

/** Files of `scenarios/` that must lie flat in one directory beside `config.json` (types are erased, protocols are read at init). */
export const scenarioFiles = [
  'continuous.ts',
  'continuous-extended.ts',
  'stock-probers.ts',
  'extended-probers.ts',
  'injector.ts',
  'options.ts',
  'recorder.ts',
  'repeats.ts',
  'verdict.ts',
  'reasons.ts',
  'clock.ts',
  'complaints.ts',
  'lag-meter.ts',
  'back-off.ts',
  'http-request.ts',
  'nonce.ts',
  'service.ts',
  'echo.ts',
  'gateway.ts',
  'authz.ts',
  'refusal.ts',
  'grpc.ts',
  'grpc-reasons.ts',
  'podinfo.proto',
  'stream.ts',
  'stream-ledger.ts',
  'grpc-stream.ts',
  'echo-stream.proto',
  'websocket.ts',
  'netprobe-result.ts',
  'dns.ts',
  'dns-query.ts',
  'tcp.ts',
  'udp.ts',
  'own-target.ts',
  'own-http.ts',
  'own-extended.ts',
  'api-server.ts',
  'api-answer.ts',
] as const;

/** The entry script for these paths: the one that imports `k6/x/netprobe` only where a path needs it, as a released k6 cannot load it. */
export function entryScript(paths: readonly PathRef[]): string {
  return paths.some((path) => pathRow(path).extension) ? 'continuous-extended.ts' : 'continuous.ts';
}

/** Name of the data file beside the scripts; the value of env `CONFIG` is relative to the entry script. */
export const configFile = 'config.json';

/** VUs beyond rate × timeout, as a share: a black hole must end in timeouts, not in dropped probes. */
const spareShare = 0.2;
/** Two at least: one may wait for its timeout while the next probe is due. */
const leastVus = 2;
/** Probes of one replica start this far apart, so that they do not all fall into the same millisecond. */
const staggerMs = 130;
/** VUs of one scenario at one replica: ceil(rate × timeout × 1.2), at least 2. Rate in probes per second. */
export function virtualUsers(ratePerSecond: number, timeoutMs: number): number {
  return Math.max(leastVus, Math.ceil(((ratePerSecond * timeoutMs) / 1000) * (1 + spareShare) - 1e-9));
}

/** The data of the scenarios for one replica: plain JSON, nothing of it is typed twice. */
export function injectorConfig(model: SignalModel, targets: InjectorTargets): InjectorConfig {
  let count = 0;
  const paths = model.paths.map((path): PathConfig => {
    const row = pathRow(path);
    const reasons = Object.keys(row.reasons);
    return {
      path: path.name,
      timeoutMs: path.timeoutMs,
      latencyBoundMs: path.latencyBoundMs,
      lagBoundMs: path.timeoutMs / 4,
      overHttp: overHttp(path),
      reasons,
      otherReason: reasons.includes('reset') ? 'reset' : (reasons[0] ?? ''),
      ...(row.own ? { own: row.own.probe } : {}),
      zero: zeroSeries(row),
      probes: row.probes.map((probe) =>
        probeConfig(model, path, probe, targets, zeroLeadMs(model) + staggerMs * count++),
      ),
    };
  });
  return { enabled: model.enabled ?? true, paths };
}

/** Number of virtual users of one injector, over the probes of all paths. */
export function injectorVus(model: SignalModel): number {
  return model.paths.reduce((sum, path) => sum + pathVus(path, model.injectors), 0);
}

/** Number of virtual users of one of so many injectors, over the probes of a path. */
export function pathVus(path: PathSettings, injectors: number): number {
  return pathRow(path).probes.reduce((sum, probe) => sum + probeVus(path, probe, injectors), 0);
}

function probeVus(path: PathSettings, { share }: ProbeRow, injectors: number): number {
  return pathRow(path).stream ? 1 : virtualUsers((path.ratePerSecond * share) / injectors, path.timeoutMs);
}

/** Every label set a path may count under: at start each gets a 0. */
export function zeroSeries(row: PathRow): ZeroSeries[] {
  const reasons = Object.keys(row.reasons);
  return connectionsOf(row).flatMap((conn) => {
    const probes = row.probes.filter((probe) => probe.conn === conn);
    const hops = [...new Set(probes.flatMap((probe) => probe.hops))].sort();
    const goodHops = [...new Set(probes.map(goodHop))].sort();
    const of = (outcome: string, reason: string, hop: Hop): ZeroSeries => ({ outcome, reason, conn, hop });
    return [
      ...goodHops.flatMap((hop) => [of('ok', '', hop), of('slow', '', hop)]),
      ...hops.flatMap((hop) => reasons.map((reason) => of('failed', reason, hop))),
      ...errorReasons.map((reason) => of('error', reason, '')),
    ];
  });
}

/** How an injector pod starts and stops: rollout with maxUnavailable 0 and maxSurge 1 and these times leaves no gap. */
export function injectorTiming(model: SignalModel): {
  startupMs: number;
  minReadySeconds: number;
  terminationGracePeriodSeconds: number;
} {
  const startupMs = zeroLeadMs(model);
  const longestTimeoutMs = Math.max(...model.paths.map((path) => path.timeoutMs));
  return {
    startupMs,
    // A new pod counts as ready once its first probes are counted, with some seconds for k6 itself to start.
    minReadySeconds: Math.ceil((startupMs + flushIntervalMs + model.exportIntervalMs) / 1000) + 3,
    // In-flight probes, then the last export with its retries.
    terminationGracePeriodSeconds:
      Math.ceil((longestTimeoutMs + flushIntervalMs + model.exportIntervalMs) / 1000) + 15,
  };
}

/** Memory of one injector pod, in MiB: k6 takes about 100 with the VUs of all paths (85 at first, 115 later). */
export const injectorMemory = { requestMiB: 128, limitMiB: 256 } as const;

/** Share of its limit that {@link goMemoryLimit} tells Go to keep to. */
const goShare = 0.8;
/** Share of that which may be live: over it the collector runs all the time. */
const liveShare = 0.85;

/**
 * Least memory limit of an injector with so many virtual users, in MiB. k6 2.x takes 46 and 1.3 for each (scripts of 2026-11: 172 with 100
 * and 237 with 150, all garbage collected); with 150 in 256 it used 62 s of CPU in 40 s, where 100 used 3.
 */
export function leastMemoryMiB(vus: number): number {
  return Math.ceil((46 + 1.3 * vus) / (goShare * liveShare));
}

/**
 * Timeout of source's own call to target, in milliseconds: half of the shortest probe over source, so that source can still say what
 * was wrong; the table's where no path goes over source.
 */
export function sourceClientTimeoutMs(model: Pick<SignalModel, 'paths'>): number {
  const timeouts = model.paths.filter((path) => callsOnwards(path)).map(({ timeoutMs }) => timeoutMs);
  return (timeouts.length > 0 ? Math.min(...timeouts) : pathRow('service').defaults.timeoutMs) / 2;
}

/** k6's arguments, the binary excluded: an endless run of `script` without summary or thresholds (both keep every sample in memory). */
export function k6Command(script: string): string[] {
  return [
    'run',
    '--summary-mode=disabled',
    '--no-thresholds',
    '--no-usage-report',
    '--no-color',
    '--quiet',
    '--log-output=stdout',
    '--out=opentelemetry',
    script,
  ];
}

/** k6's arguments for an injector: the entry script that its paths need. */
export function injectorCommand(model: Pick<SignalModel, 'paths'>, scriptDirectory = '/scripts'): string[] {
  return k6Command(`${scriptDirectory}/${entryScript(model.paths)}`);
}

/**
 * `GOMEMLIMIT` of a Go program in a pod with this memory limit, in bytes: its collector of garbage works towards four fifths of it
 * instead of letting the kernel end the process.
 */
export function goMemoryLimit(limitBytes: number): string {
  return `${Math.floor((limitBytes / 2 ** 20) * goShare)}MiB`;
}

/** An OTLP/HTTP receiver of metrics. */
export interface OtlpTarget {
  /** `HOST:PORT`. */
  readonly otlpEndpoint: string;
  /** Default: that of Prometheus. */
  readonly otlpPath?: string | undefined;
  /** Whether it is reached by TLS, its certificate verified; default false. */
  readonly otlpTls?: boolean | undefined;
  /** `delta` where it wants what was counted since the last push; default `cumulative`, as the rules need it. */
  readonly otlpTemporality?: 'cumulative' | 'delta' | undefined;
  /** Attributes of OpenTelemetry that say where the counts are from, by name; default none beside service and instance. */
  readonly otlpResource?: Readonly<Record<string, string>> | undefined;
}

/** Where the metrics go and who sends them. */
export interface InjectorEnvironmentOptions extends OtlpTarget {
  /** Name of this injector, the label `instance`; default the pod's name from env `POD_NAME`, which must be set before these. */
  readonly instance?: string;
  /** The label `job`; default that of the injectors. */
  readonly job?: string;
  /** Memory limit of the pod, in bytes; default that of an injector. */
  readonly memoryLimitBytes?: number;
}

/**
 * Keeps k6 to HTTP/1.1. A connection of HTTP/2 whose other end is gone without a word is used for ever: k6 sends no pings, and a request that
 * times out does not end it. gRPC has a transport of its own and stays as it is.
 */
export const http1Only = { GODEBUG: 'http2client=0' } as const;

/** Environment of k6, in order: some values refer to `POD_NAME`. */
export function injectorEnvironment(
  model: SignalModel,
  options: InjectorEnvironmentOptions,
): { name: string; value: string }[] {
  const values: Record<string, string> = {
    CONFIG: `./${configFile}`,
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    K6_OTEL_EXPORTER_PROTOCOL: 'http/protobuf',
    K6_OTEL_HTTP_EXPORTER_ENDPOINT: options.otlpEndpoint,
    K6_OTEL_HTTP_EXPORTER_URL_PATH: options.otlpPath ?? '/api/v1/otlp/v1/metrics',
    K6_OTEL_HTTP_EXPORTER_INSECURE: String(!(options.otlpTls ?? false)),
    K6_OTEL_METRIC_PREFIX: metricPrefix,
    K6_OTEL_SERVICE_NAME: options.job ?? injectorJob,
    K6_OTEL_FLUSH_INTERVAL: `${flushIntervalMs}ms`,
    K6_OTEL_EXPORT_INTERVAL: `${model.exportIntervalMs}ms`,
    OTEL_RESOURCE_ATTRIBUTES: [
      `service.instance.id=${options.instance ?? '$(POD_NAME)'}`,
      ...Object.entries(options.otlpResource ?? {}).map(
        ([name, value]) => `${name}=${encodeURIComponent(value)}`,
      ),
    ].join(','),
    OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
    ...(options.otlpTemporality === 'delta'
      ? { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' }
      : {}),
    GOMEMLIMIT: goMemoryLimit(options.memoryLimitBytes ?? injectorMemory.limitMiB * 2 ** 20),
    ...http1Only,
  };
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function probeConfig(
  model: SignalModel,
  path: PathSettings,
  probe: ProbeRow,
  targets: InjectorTargets,
  startMs: number,
): ProbeConfig {
  const ratePerSecond = (path.ratePerSecond * probe.share) / model.injectors;
  return {
    name: `${path.name}-${probe.name}`,
    path: path.name,
    conn: probe.conn,
    goodHop: goodHop(probe),
    hop: probe.hops[0] ?? '1',
    nextHop: probe.hops[1] ?? '',
    address: probe.calls === 'own' ? (pathRow(path).own?.address ?? '') : targets[probe.calls],
    calls: probe.calls,
    stream: pathRow(path).stream ?? false,
    periodUs: Math.round(1_000_000 / ratePerSecond),
    vus: probeVus(path, probe, model.injectors),
    startMs,
  };
}

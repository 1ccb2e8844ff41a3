/**
 * Names of everything that is pushed, as k6 names it and as Prometheus stores it. Rules take names from here only; a test
 * compares both with what the scenarios emit.
 */

/** `K6_OTEL_METRIC_PREFIX`: keeps k6's names apart from everybody else's. */
export const metricPrefix = 'k6_';

/** Kinds of k6 metrics that are used. */
export type MetricKind = 'counter' | 'trend';

/**
 * Name under which Prometheus stores a k6 metric that came over OTLP with the translation `UnderscoreEscapingWithSuffixes`:
 * counters get `_total`, trends of time get their unit, milliseconds.
 */
export function storedName(k6Name: string, kind: MetricKind): string {
  return `${metricPrefix}${k6Name}${kind === 'counter' ? '_total' : '_milliseconds'}`;
}

/** k6's names of what the scenarios record. */
export const k6Names = {
  probes: 'probes',
  duration: 'probe_duration',
  heldBack: 'probes_held_back',
  dropped: 'dropped_iterations',
  interruptions: 'interruptions',
  late: 'probes_late',
  masked: 'masked_attempts',
  connections: 'connections',
} as const;

/** Counter {path, outcome, reason, conn, hop, instance}: one per probe. */
export const probesTotal = storedName(k6Names.probes, 'counter');
/** Native histogram {path, conn, instance}, milliseconds: answered probes only. */
export const probeDuration = storedName(k6Names.duration, 'trend');
/** Counter {path, instance}: probes not sent because the far end asked for less load. */
export const heldBackTotal = storedName(k6Names.heldBack, 'counter');
/** Counter {path, instance}: probes that k6 could not start in time for want of a free VU. */
export const droppedTotal = storedName(k6Names.dropped, 'counter');
/** Counter {path, reason, instance}: ends of a stream that was open (`closed`, `reset`, `silence`), and attempts in vain to open one (`connect`). */
export const interruptionsTotal = storedName(k6Names.interruptions, 'counter');
/** Counter {path, instance}: UDP answers that came after their probe was given up. */
export const lateTotal = storedName(k6Names.late, 'counter');

/** Counter {path, by, instance}: requests that k6's HTTP client repeated by itself; only of k6 with the extension. */
export const repeatedTotal = storedName(k6Names.masked, 'counter');
/** Counter {path, how, instance}: answered probes over HTTP that asked for a kept connection, by whether it was `reused` or a new one `opened`. */
export const connectionsTotal = storedName(k6Names.connections, 'counter');
/** k6's names of what the chaos reaper records. */
export const chaosNames = {
  kills: 'chaos_kills',
  spared: 'chaos_spared',
  checks: 'chaos_checks',
  recovery: 'chaos_recovery',
} as const;

/** Counter {kind, mode, workload, instance}: one per removed pod. */
export const chaosKillsTotal = storedName(chaosNames.kills, 'counter');
/** Counter {kind, mode, workload, reason, instance}: pods that were chosen and stayed (`dry-run`, `budget`, `gone`). */
export const chaosSparedTotal = storedName(chaosNames.spared, 'counter');
/** Counter {guard, instance}: looks at the guards, by the one that held; `none` where the reaper was free. */
export const chaosChecksTotal = storedName(chaosNames.checks, 'counter');
/** Native histogram {mode, workload, instance}, milliseconds: from a kill until as many pods are ready as before. */
export const chaosRecovery = storedName(chaosNames.recovery, 'trend');

/** Labels of each pushed metric; `instance` is the injector's pod, `job` the OTLP service name. */
export const pushedMetrics: Readonly<Record<string, readonly string[]>> = {
  [probesTotal]: ['path', 'outcome', 'reason', 'conn', 'hop', 'instance', 'job'],
  [probeDuration]: ['path', 'conn', 'instance', 'job'],
  [heldBackTotal]: ['path', 'instance', 'job'],
  [droppedTotal]: ['path', 'instance', 'job'],
  [interruptionsTotal]: ['path', 'reason', 'instance', 'job'],
  [lateTotal]: ['path', 'instance', 'job'],
  [repeatedTotal]: ['path', 'by', 'instance', 'job'],
  [connectionsTotal]: ['path', 'how', 'instance', 'job'],
  [chaosKillsTotal]: ['kind', 'mode', 'workload', 'instance', 'job'],
  [chaosSparedTotal]: ['kind', 'mode', 'workload', 'reason', 'instance', 'job'],
  [chaosChecksTotal]: ['guard', 'instance', 'job'],
  [chaosRecovery]: ['mode', 'workload', 'instance', 'job'],
};

/** Value of the label `job` on everything the injectors push (OTLP `service.name`). */
export const injectorJob = 'continuous-load';

/** Value of the label `job` on everything that the chaos reaper pushes. */
export const chaosJob = 'continuous-load-chaos';

/** Names of what recording rules make. */
export const recorded = {
  /** 1 {path, protocol} for each path that must be probed. */
  pathInfo: 'path_info',
  /** Probes per second that are asked for {path}. */
  rateAsked: 'path:probe_rate:asked',
  /**
   * Cumulative counts {path, instance}: failed; ok + slow + failed; slow; ok + slow. What a path with credentials counts under the reason of
   * refused ones is in series of its own in the first two, with that `reason`, and not at all of injectors that were given up.
   */
  bad: 'path_instance:probes_bad:sum',
  total: 'path_instance:probes_total:sum',
  slow: 'path_instance:probes_slow:sum',
  answered: 'path_instance:probes_answered:sum',
  /** Cumulative count {path, by, instance}: attempts that failed and that somebody on the way repeated, so that no probe shows them. */
  masked: 'masked_attempts_total',
  /** 1 {instance} for an injector that the control plane has given up and that counts on; absent else. */
  givenUp: 'injector:given_up:bool',
  /** 1 {path} while *path down* holds, absent else. */
  down: 'path:down:bool',
  /** Failed probes of one evaluation {path} that somebody is told of otherwise (*path down*, an injector given up), `noticeSeconds` late; absent else. */
  pagedBad: 'path:probes_bad_paged:delta',
  /** Probes {path} counted since the five minutes before, recorded every five: what long windows add up. */
  bad5m: 'path:probes_bad:increase5m',
  total5m: 'path:probes_total:increase5m',
  /** How far the counters {path, instance} of `bad` and `total` were when they were last added up, every five minutes. */
  badAddedUp: 'path_instance:probes_bad:added_up',
  totalAddedUp: 'path_instance:probes_total:added_up',
  /** 1 {path} for every 30 s in which probes were counted, absent else. */
  known: 'path:known:bool',
  /** What is sent to the long-term store, every minute: `bad` and `total` {path, instance}, and the share of the minute that is known {path}. */
  sentBad: 'slo:probes_bad:count',
  sentTotal: 'slo:probes_total:count',
  sentKnown: 'slo:probes_known:ratio1m',
  /** 1 where chaos is on, dry runs included. */
  chaosInfo: 'chaos_info',
  /** Kills {kind, mode, workload} since the evaluation before, 30 s ago; absent where there was none. */
  kills: 'chaos:kills:delta30s',
} as const;

/** Budget spent per unit of budget-neutral time over a window: `bad / max(total, rate × window)`. */
export function errorRatioName(window: string): string {
  return `slo:sli_error:ratio_rate${window}`;
}

/** The same without what *path down* has already paged for: burn alerts read this. */
export function unpagedRatioName(window: string): string {
  return `slo:unpaged_error:ratio_rate${window}`;
}

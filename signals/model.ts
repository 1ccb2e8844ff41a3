import type { ChurnMode } from '../scenarios/chaos-churn';
import type { QuietHours } from '../scenarios/chaos-quiet';
import { defaultNodeProber, type NodeProberSettings } from './node-model';
import { type PathName, pathNames, type PathRow, pathRow } from './paths';

/** One path as this stack wants it: plain values, all defaults filled in. */
export interface PathSettings {
  readonly name: string;
  /** Of a target of the user's own; a path of the table has its row there. */
  readonly row?: PathRow;
  /** Who answers for it; default the owner of the model. */
  readonly owner?: string;
  /** Probes per second in total, over all injectors. */
  readonly ratePerSecond: number;
  readonly timeoutMs: number;
  /** Share of probes that must be answered right (ok + slow), in percent, e.g. 99.9. */
  readonly availabilityPercent: number;
  /** Share of answered probes that must be within `latencyBoundMs`, in percent. */
  readonly latencyPercent: number;
  readonly latencyBoundMs: number;
  /** Values of the label `severity`; `{ page: 'page', ticket: 'ticket' }` unless the user routes otherwise. */
  readonly severity: { readonly page: string; readonly ticket: string };
}

/** Periods over which an error budget is counted, in days. */
export const periodsDays = [7, 28, 30, 90] as const;
export type PeriodDays = (typeof periodsDays)[number];

/** Graceful changes of workloads, which may cost no probe. */
export interface ChurnModel {
  /** Share of it in all that the reaper does, in percent. */
  readonly percent: number;
  readonly modes: readonly ChurnMode[];
  /** Deployments that may be changed, as `namespace/name`. */
  readonly deployments: readonly string[];
}

/** What the chaos reaper may do, and when. */
export interface ChaosModel {
  /** Everything is asked and checked, and nothing removed. */
  readonly dryRun: boolean;
  /** Where pods with the opt-in label may be removed. */
  readonly namespaces: readonly string[];
  /** StatefulSets whose pods may be removed too, as `namespace/name`. */
  readonly statefulSets: readonly string[];
  /** Mean time between two kills. */
  readonly intervalMs: number;
  /** How far a single time may be off the mean, in percent of it. */
  readonly jitterPercent: number;
  /** Share of kills that are deletions with one second of grace; the rest are evictions. */
  readonly killPercent: number;
  /** Rolling restarts and scalings among what is done; absent where there are none. */
  readonly churn?: ChurnModel;
  /** Share of drains of nodes in all that the reaper does, in percent; absent where there are none. */
  readonly drainPercent?: number;
  readonly minAgeMs: number;
  /** Ready pods of a workload that a kill must leave. */
  readonly minReady: number;
  readonly maxPerHour: number;
  readonly maxPerWorkloadPerHour: number;
  /** With less of any path's error budget left there is no kill, in percent. */
  readonly leastBudgetPercent: number;
  readonly quiet: QuietHours;
  /** Somebody is told when the reaper was held back for so long, quiet hours excepted. */
  readonly haltedSeconds: number;
  /** Lost probes of a path that one deletion may cost before somebody is told; an eviction must cost none. */
  readonly lostPerKill: number;
}

/** What the signals need to know of the mesh. */
export interface MeshModel {
  /** Whether ztunnel on each node makes the mesh, and no proxy beside each pod; default false. */
  readonly ambient?: true;
  /** Namespace of Istio's own control plane, whose proxies speak Istio's vocabulary; absent where the stack runs istiod itself, with a stock Envoy. */
  readonly istioNamespace?: string;
  /** How often a request of `mesh-retry` is repeated at most. */
  readonly retries: number;
  /** Whether istiod is the stack's own and scraped. */
  readonly istiodScraped: boolean;
  /** How long a certificate is good for. */
  readonly certificateLifeSeconds: number;
}

/** Everything rules, alerts, scenario data and docs are derived from. */
export interface SignalModel {
  readonly stack: string;
  readonly periodDays: PeriodDays;
  /** Injector replicas; the rate of a path is shared by them. */
  readonly injectors: number;
  /** How often k6 pushes its metrics. */
  readonly exportIntervalMs: number;
  readonly paths: readonly PathSettings[];
  /** URL of the page whose anchors are the runbooks, without `#`. */
  readonly runbookBase: string;
  /** Value of the label `owner` on every alert; default `platform`. */
  readonly owner?: string;
  /** The one switch: `false` stops all load and takes the paths out of the absence alerts. Default `true`. */
  readonly enabled?: boolean;
  /** Upper bound on the sum of all rates, probes per second; default 100. */
  readonly maxRatePerSecond?: number;
  /** How long Prometheus keeps its samples, in days: availability is recorded over windows that it reaches. Default 35. */
  readonly retentionDays?: number;
  /**
   * Where counts go that must outlive `retentionDays`: a store of the stack's own, which keeps them `ownStoreDays` and whose figures come
   * back, or, without that, one of the user's. Absent: nowhere.
   */
  readonly longTerm?: { readonly ownStoreDays?: number };
  /** Ends of open streams in an hour, of all injectors, that are tolerated on a path; default 30. */
  readonly interruptionsPerHour?: number;
  /** Whether the metrics of the gateway are scraped: where the stack runs it itself, and not where it is the user's. Default false. */
  readonly gatewayScraped?: boolean;
  /** How long target answers on open connections after it is to stop and takes no new ones; default 8, of a default drain. */
  readonly targetLingerSeconds?: number;
  /** The mesh as the stack wants it; absent where there is none. */
  readonly mesh?: MeshModel;
  /**
   * Whether Prometheus is somebody else's: then it scrapes and evaluates more than this stack, alerts about the meter ask for what is ours
   * only, and its own health is for whoever keeps it. Default false.
   */
  readonly sharedPrometheus?: boolean;
  /**
   * Whether Google's managed rule evaluation computes the rules, over its own store: what is recorded is a gauge there, a series ends without a
   * mark, no alert keeps firing by itself, and samples thin out after a week. Default false.
   */
  readonly managedRules?: boolean;
  /** Probes from node to node; absent where there are none. */
  readonly nodeProber?: NodeProberSettings;
  /** Chaos as the stack wants it; absent where there is none. */
  readonly chaos?: ChaosModel;
  /** Test only: divides the burn windows (not the windows of *down* and *missing*). Default 1. */
  readonly timeScale?: number;
}

/** Where the counts of a whole stack are capped unless the model says otherwise, in probes per second. */
export const defaultMaxRatePerSecond = 100;

/** Default of `targetLingerSeconds`: the default `podinfo.drain.preStop` and what podinfo itself waits. */
export const defaultTargetLingerSeconds = 8;

/** Default of `runbookBase`. */
export const defaultRunbookBase = 'docs/paths-and-alerts.md';

/** Settings of a path with the table's defaults where `changes` says nothing. */
export function pathSettings(
  name: PathName,
  changes: Partial<Omit<PathSettings, 'name'>> = {},
): PathSettings {
  return { ...pathRow(name).defaults, ...usual, ...changes, name };
}

/** Settings of a path that brings its row, with the row's defaults where `changes` says nothing. */
export function ownPathSettings(
  row: PathRow,
  changes: Partial<Omit<PathSettings, 'name' | 'row'>> = {},
): PathSettings {
  return { ...row.defaults, ...usual, ...changes, name: row.name, row };
}

const usual = { severity: { page: 'page', ticket: 'ticket' } } as const;

/** Chaos with every default of the settings, on and for real. */
export function defaultChaos(changes: Partial<ChaosModel> = {}): ChaosModel {
  return {
    dryRun: false,
    namespaces: ['continuous-load'],
    statefulSets: [],
    intervalMs: 600_000,
    jitterPercent: 50,
    killPercent: 0,
    minAgeMs: 300_000,
    minReady: 1,
    maxPerHour: 10,
    maxPerWorkloadPerHour: 4,
    leastBudgetPercent: 25,
    quiet: { times: [], holidays: [], zone: [], zoneUntilMs: 0 },
    haltedSeconds: 21_600,
    lostPerKill: 5,
    ...changes,
  };
}

/**
 * A model with every default: all paths, a gateway and a mesh of the stack's own, probes between nodes, chaos, period 30 d, 2 injectors, export every 2 s, a long-term
 * store of 400 d.
 */
export function defaultModel(changes: Partial<SignalModel> = {}): SignalModel {
  return {
    stack: 'lab',
    periodDays: 30,
    injectors: 2,
    exportIntervalMs: 2000,
    paths: pathNames.map((name) => pathSettings(name)),
    runbookBase: defaultRunbookBase,
    gatewayScraped: true,
    mesh: { retries: 2, istiodScraped: true, certificateLifeSeconds: 86_400 },
    nodeProber: defaultNodeProber,
    longTerm: { ownStoreDays: 400 },
    chaos: defaultChaos(),
    ...changes,
  };
}

import type { ChaosConfig } from '../scenarios/chaos-config';
import type { Signals } from '../scenarios/chaos-guards';
import { watchdogLabels } from './alert-rule';
import { severityValues } from './alertmanager';
import { alertsSeries, sloNames } from './dashboards/names';
import { injectorEnvironment, type InjectorEnvironmentOptions, k6Command } from './injector';
import { chaosJob, probesTotal, recorded } from './metrics';
import type { ChaosModel, SignalModel } from './model';
import { increase, number, select, sumBy } from './promql';
import { countersOf } from './recording-rules';
import { gatewayName } from './targets';
import { figuresIntervalSeconds, periodIntervalSeconds, slowIntervalSeconds, zeroLeadMs } from './windows';

/** Names of the reaper's own objects, beside it. */
export const chaosObjects = { lease: 'chaos-reaper', switchName: 'chaos-switch' } as const;

/** Label and value by which a pod says that it may be removed, and a node that it may be drained. */
export const optIn = { 'chaos.continuous-load/enabled': 'true' } as const;

/** Files of `scenarios/` that must lie beside the reaper's `config.json`; the first is the entry script. */
export const chaosFiles = [
  'chaos.ts',
  'chaos-config.ts',
  'chaos-quiet.ts',
  'chaos-state.ts',
  'chaos-victims.ts',
  'chaos-churn.ts',
  'chaos-guards.ts',
  'chaos-lease.ts',
  'chaos-bodies.ts',
  'chaos-contract.ts',
  'chaos-memory.ts',
  'chaos-nodes.ts',
  'chaos-objects.ts',
  'chaos-own.ts',
  'chaos-drain.ts',
  'chaos-follow.ts',
  'chaos-reaper.ts',
  'chaos-recorder.ts',
  'chaos-world.ts',
] as const;

/** Names of workloads of a namespace whose replicas the reaper changes: whoever declares them must take that field back by force. */
export function scaledByChaos({ chaos }: Pick<SignalModel, 'chaos'>, namespace: string): string[] {
  if (!chaos?.churn?.modes.includes('scale')) return [];
  const own = chaos.churn.deployments.filter((name) => name.startsWith(`${namespace}/`));
  return own.map((name) => name.slice(namespace.length + 1));
}

/** The reaper looks at its guards this often: what stops it does so within two looks and an export of the probes. */
const checkEveryMs = 2_000;
/** Another reaper may take over after so long without a sign of this one. */
const leaseMs = 15_000;
/** A probe that was lost so recently holds the reaper back, in seconds. */
const losingSeconds = 30;

/** The data of the reaper's script. */
export function chaosConfig(model: SignalModel, chaos: ChaosModel, namespace: string): ChaosConfig {
  return {
    dryRun: chaos.dryRun,
    namespace,
    ...chaosObjects,
    namespaces: [...chaos.namespaces],
    selector: Object.entries(optIn)
      .map(([label, value]) => `${label}=${value}`)
      .join(','),
    statefulSets: [...chaos.statefulSets],
    intervalMs: chaos.intervalMs,
    jitter: chaos.jitterPercent / 100,
    killShare: chaos.killPercent / 100,
    churn: {
      share: (chaos.churn?.percent ?? 0) / 100,
      modes: [...(chaos.churn?.modes ?? [])],
      deployments: [...(chaos.churn?.deployments ?? [])],
      gateway: chaos.churn?.modes.includes('routes') ? gatewayName : '',
    },
    drainShare: (chaos.drainPercent ?? 0) / 100,
    minAgeMs: chaos.minAgeMs,
    minReady: chaos.minReady,
    maxPerHour: chaos.maxPerHour,
    maxPerWorkloadPerHour: chaos.maxPerWorkloadPerHour,
    leastBudget: chaos.leastBudgetPercent / 100,
    quiet: chaos.quiet,
    guardQuery: guardQuery(model),
    checkEveryMs,
    leaseMs,
    zeroLeadMs: zeroLeadMs(model) + slowIntervalSeconds * 1000,
  };
}

/**
 * What the guards ask, in one query so that the answers are of one moment: whether rules are evaluated (the alert that always fires),
 * whether probes are counted, how many pages fire (muted ones too), the least budget left of any path now, and probes lost just now.
 */
export function guardQuery(model: SignalModel): string {
  const firing = { alertstate: 'firing' };
  const budgets = select(sloNames.budgetLeft, { sloth_slo: 'availability' });
  const asked: Record<keyof Required<Signals>, string> = {
    rules: `count(${select(alertsSeries, { ...firing, alertname: 'Watchdog', ...watchdogLabels })})`,
    measured: `count(${select(recorded.known)})`,
    pages: `count(${select(alertsSeries, { ...firing, severity: severityValues(model, 'page') })})`,
    // One path whose budget nobody has computed yet may be the one that has none.
    budget: `min(${budgetLeftNow(model, budgets)}) and on () count(${budgets}) >= count(${recorded.pathInfo})`,
    lost: `sum(${increase(select(probesTotal, { outcome: 'failed' }), losingSeconds)})`,
  };
  return Object.entries(asked)
    .map(([guard, expr]) => `label_replace(${expr}, "guard", "${guard}", "", "")`)
    .join(' or ');
}

/**
 * The recorded budgets without what was lost since they can have been: they are up to six minutes old, in which a fault spends much. What
 * they have already is taken away twice for so long, which only holds the reaper back a little longer.
 */
function budgetLeftNow(model: SignalModel, budgets: string): string {
  const oldSeconds = periodIntervalSeconds + figuresIntervalSeconds + slowIntervalSeconds;
  const lost = sumBy(['path'], increase(countersOf(model, recorded.bad), oldSeconds));
  const ofPath = (series: string) => sumBy(['path'], series);
  const share = ofPath(select(sloNames.errorBudget, { sloth_slo: 'availability' }));
  const whole = `${ofPath(recorded.rateAsked)} * on (path) ${share} * ${number(model.periodDays * 86_400)}`;
  return `(${budgets} - on (path) ${lost} / on (path) (${whole})) or on (path) ${budgets}`;
}

/** k6's arguments for the reaper. */
export function chaosCommand(scriptDirectory = '/scripts'): string[] {
  return k6Command(`${scriptDirectory}/${chaosFiles[0]}`);
}

/** Environment of the reaper, in order: that of an injector, under a job of its own, and where Prometheus is asked. */
export function chaosEnvironment(
  model: SignalModel,
  options: InjectorEnvironmentOptions & { readonly prometheusUrl: string },
): { name: string; value: string }[] {
  return [
    ...injectorEnvironment(model, { ...options, job: chaosJob }),
    { name: 'PROMETHEUS', value: options.prometheusUrl },
  ];
}

/** What holds the reaper back. */
import type { ChaosConfig } from './chaos-config.ts';
import { isQuiet } from './chaos-quiet.ts';
import { type ChaosState, killsInHour } from './chaos-state.ts';

/**
 * Every guard, the first that holds is told: the reaper's own `fault`; the `switch`; another reaper has the `lease`; `prometheus` does not
 * answer, evaluates no rules or counts no probes; a `page` fires; too little `budget` is left; probes are being lost (`losing`); `quiet`
 * hours; a workload has `unrecovered` from a kill; the `cap` of the hour. `none`: the reaper is free.
 */
export const guards = [
  'fault',
  'switch',
  'lease',
  'prometheus',
  'page',
  'budget',
  'losing',
  'quiet',
  'unrecovered',
  'cap',
  'none',
] as const;
export type Guard = (typeof guards)[number];

/** What Prometheus knows, by the label `guard` of the samples; a key is absent where the query gave nothing. */
export type Signals = Readonly<Partial<Record<'rules' | 'measured' | 'pages' | 'budget' | 'lost', number>>>;

/** Everything that guards look at. */
export interface View {
  nowMs: number;
  /** Value of the switch's key; undefined where it is absent. */
  halted: string | undefined;
  holdsLease: boolean;
  /** Time since the reaper itself failed last; undefined where it never did. */
  sinceFaultMs: number | undefined;
  /** Undefined where Prometheus did not answer. */
  signals: Signals | undefined;
  state: ChaosState;
}

/** After a fault of its own the reaper waits so long. */
export const faultPauseMs = 300_000;
/** A workload that has not recovered after so long stops all kills. */
export const recoverWithinMs = 300_000;

/** The first guard that holds. What is not known holds: an absent switch, a budget that nobody has computed yet. */
export function guardOf(
  view: View,
  config: Pick<ChaosConfig, 'leastBudget' | 'maxPerHour' | 'quiet'>,
): Guard {
  const { nowMs, signals, state, sinceFaultMs = Infinity } = view;
  const overdue = state.kills.some(({ recovered, atMs }) => !recovered && nowMs - atMs > recoverWithinMs);
  const holds: Readonly<Record<Exclude<Guard, 'none'>, boolean>> = {
    fault: sinceFaultMs < faultPauseMs || nowMs < state.blockedUntilMs,
    switch: view.halted !== 'false',
    lease: !view.holdsLease,
    prometheus: !((signals?.rules ?? 0) > 0 && (signals?.measured ?? 0) > 0),
    page: (signals?.pages ?? 0) > 0,
    budget: !((signals?.budget ?? -1) >= config.leastBudget),
    losing: (signals?.lost ?? 0) > 0,
    quiet: isQuiet(config.quiet, nowMs),
    unrecovered: overdue,
    cap: killsInHour(state, nowMs) >= config.maxPerHour,
  };
  return guards.find((guard) => guard !== 'none' && holds[guard]) ?? 'none';
}

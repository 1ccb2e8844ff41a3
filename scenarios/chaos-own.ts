/** Sees what the reaper made to its end, and removes every one of it, whatever happened to the reaper. */
import type { ChaosConfig } from './chaos-config.ts';
import type { ChaosWorld } from './chaos-contract.ts';
import {
  holdMs,
  isObjectMode,
  objectGroup,
  type ObjectMode,
  objectModesOf,
  type OwnObject,
} from './chaos-objects.ts';
import type { Kill } from './chaos-state.ts';

type Hands = Pick<ChaosWorld, 'own' | 'unmake' | 'log'>;

/** A churn of objects as it is written down before it begins. */
export function objectChurn(mode: ObjectMode, config: ChaosConfig, nowMs: number): Kill {
  return {
    atMs: nowMs,
    workload: objectGroup(mode, config),
    pod: '',
    uid: '',
    mode,
    readyBefore: 0,
    recovered: false,
  };
}

/** Does what comes next: nothing, or all of them are removed, as it is time or it may not go on. True when it is over; changes `churn`. */
export function followObjects(
  churn: Kill & { mode: ObjectMode },
  { nowMs, mayGoOn }: { nowMs: number; mayGoOn: boolean },
  config: ChaosConfig,
  world: Hands,
): boolean {
  const { mode } = churn;
  if (!objectModesOf(config).includes(mode)) {
    // Whoever switched it off took the permission away too; what the reaper that ended did not remove went with its pod.
    churn.recovered = true;
    return false;
  }
  const own = world.own(mode);
  if (own.length > 0) {
    churn.made = true;
    if (!mayGoOn || nowMs - churn.atMs >= holdMs) removeAll(mode, own, mayGoOn ? 'done' : 'held back', world);
    return false;
  }
  if (churn.made === true) return true;
  churn.recovered = true;
  return false;
}

/** Removes what nobody remembers to have made: the memory went, or a request arrived after it was given up. */
export function removeForgotten(config: ChaosConfig, kills: readonly Kill[], world: Hands): void {
  for (const mode of objectModesOf(config))
    if (!kills.some((kill) => kill.mode === mode && !kill.recovered))
      removeAll(mode, world.own(mode), 'forgotten', world);
}

/** Removes what this very reaper made: its last deed. Never throws; Kubernetes removes what is left, as its pod owns it. */
export function removeOwn(config: ChaosConfig, world: Hands & Pick<ChaosWorld, 'me'>): void {
  try {
    for (const mode of objectModesOf(config)) {
      const mine = world.own(mode).filter(({ madeBy }) => madeBy === world.me);
      removeAll(mode, mine, 'the reaper ends', world);
    }
  } catch (fault) {
    world.log(`objects of the reaper may still be there: ${String(fault)}`);
  }
}

/** The kill as a churn of objects; undefined where it is none. */
export function asObjectChurn(kill: Kill): (Kill & { mode: ObjectMode }) | undefined {
  return isObjectMode(kill.mode) ? (kill as Kill & { mode: ObjectMode }) : undefined;
}

function removeAll(mode: ObjectMode, own: readonly OwnObject[], why: string, world: Hands): void {
  if (own.length === 0) return;
  const removed = own.filter((one) => world.unmake(mode, one) === 'done');
  world.log(`removed ${removed.length} ${mode} of its own: ${why}`);
}

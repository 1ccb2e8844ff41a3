import { type Firing, keyOf, overlap } from './firings';

/** How the replay of the present rules compares with what Prometheus recorded while they ran. */
export interface RecordingCheck {
  readonly replayed: number;
  readonly recorded: number;
  /** Firings that are in both. */
  readonly inBoth: number;
  /** The largest difference of beginnings and of ends that are known in both, in milliseconds; null without one. */
  readonly worstBeginMs: number | null;
  readonly worstEndMs: number | null;
}

/** Puts each firing that was replayed beside the recorded one that it overlaps. */
export function recordingCheck(replayed: readonly Firing[], recorded: readonly Firing[]): RecordingCheck {
  const left = [...recorded];
  const found = replayed.flatMap((one): [Firing, Firing][] => {
    const at = left.findIndex((other) => keyOf(other) === keyOf(one) && overlap(one, other));
    const other = at < 0 ? undefined : left.splice(at, 1)[0];
    return other === undefined ? [] : [[one, other]];
  });
  const worst = (differences: readonly number[]) =>
    differences.length === 0 ? null : Math.max(...differences);
  return {
    replayed: replayed.length,
    recorded: recorded.length,
    inBoth: found.length,
    worstBeginMs: worst(
      found.flatMap(([a, b]) =>
        a.began === 'known' && b.began === 'known' ? [Math.abs(a.fromMs - b.fromMs)] : [],
      ),
    ),
    worstEndMs: worst(
      found.flatMap(([a, b]) =>
        a.ended === 'known' && b.ended === 'known' ? [Math.abs(a.toMs - b.toMs)] : [],
      ),
    ),
  };
}

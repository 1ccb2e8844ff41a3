import type { Bucket } from '../../signal/prometheus-api';

/** Bounds that a person would write, in milliseconds; the product takes whole ones from 1 ms to 60 s. */
const roundBounds = [
  ...[
    1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 300, 400, 500, 600,
    800,
  ],
  ...[1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10_000, 15_000, 20_000, 30_000, 60_000],
];

/** How many answers buckets hold. */
export function answersIn(buckets: readonly Bucket[]): number {
  return buckets.reduce((sum, { count }) => sum + count, 0);
}

/** So many milliseconds at most took this share (0…1) of the answers: the upper edge of the bucket in which it lies, so rather too long; undefined without an answer. */
export function longestOf(buckets: readonly Bucket[], share: number): number | undefined {
  const sorted = [...buckets].sort((a, b) => a.upper - b.upper);
  const needed = answersIn(sorted) * share;
  let sum = 0;
  for (const { upper, count } of sorted) {
    sum += count;
    if (count > 0 && sum >= needed - 1e-9) return upper;
  }
  return undefined;
}

/** The next round bound that is no shorter; undefined where the product takes none so long. */
export function roundBoundMs(milliseconds: number): number | undefined {
  return roundBounds.find((bound) => bound >= milliseconds);
}

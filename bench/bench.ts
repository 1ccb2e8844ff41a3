/** One figure of a bench. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** Unit of `value`; empty for a ratio or a count. */
  readonly unit: 's' | 'ms' | 'MiB' | 'MiB/h' | '/s' | '%' | '';
}

/** Something that measures speed or cost; comparisons are made within one run, so that the machine does not matter. */
export interface Bench {
  readonly name: string;
  readonly shows: string;
  /** Whether it needs a stack that is up. */
  readonly needsStack: boolean;
  /** How its figures are to be read: printed below them. */
  readonly look?: string;
  /** Runs it; `say` tells what it is at. Throws when something that should be measured did not happen. */
  run(say: (text: string) => void): Promise<Figure[]>;
}

/** How often a bench repeats what it measures: BENCH_REPEATS, for a quick look, else its own default. Throws when that is no whole number from 1. */
export function repeatsOr(usual: number, given = process.env['BENCH_REPEATS']): number {
  const repeats = Number(given ?? usual);
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new Error(`BENCH_REPEATS is ${given}; it must be a whole number from 1`);
  return repeats;
}

/** How long a bench measures, in minutes: BENCH_MINUTES, else its own default. Throws when that is no number above 0. */
export function minutesOr(usual: number, given = process.env['BENCH_MINUTES']): number {
  const minutes = Number(given ?? usual);
  if (!Number.isFinite(minutes) || minutes <= 0)
    throw new Error(`BENCH_MINUTES is ${given}; it must be a number above 0`);
  return minutes;
}

/** How many probes a second a bench asks for: BENCH_RATE, else its own default. Throws when that is no number from 100 to 5000. */
export function rateOr(usual: number, given = process.env['BENCH_RATE']): number {
  const rate = Number(given ?? usual);
  if (!(rate >= 100 && rate <= 5_000))
    throw new Error(`BENCH_RATE is ${given}; it must be a number from 100 to 5000`);
  return rate;
}

/** The middle of some values; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** p50 and maximum of some values in milliseconds, as figures in seconds. */
export function spread(what: string, valuesMs: readonly number[]): Figure[] {
  return [
    { what: `${what}, p50`, value: median(valuesMs) / 1000, unit: 's' },
    { what: `${what}, max`, value: Math.max(...valuesMs) / 1000, unit: 's' },
  ];
}

/** Slope of the least-squares line through points `[x, y]`. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const count = points.length;
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / count;
  const [meanX, meanY] = [mean(0), mean(1)];
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return over / under;
}

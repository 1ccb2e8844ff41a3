import { type Figure, median, slope } from '../bench';

/** A prober at one moment: all since its start. */
export interface Sample {
  readonly timeMs: number;
  readonly cpuMs: number;
  readonly residentMiB: number;
  /** Probes that it has counted. */
  readonly probes: number;
}

/**
 * CPU in ms per 1 000 probes over some samples: slope of the CPU time over that of the count. Counts reach us seconds late and in
 * steps, which would spoil a difference of two samples.
 */
export function cpuPer1000(samples: readonly Sample[]): number {
  return (slopeOf(samples, 'cpuMs') / slopeOf(samples, 'probes')) * 1000;
}

/** Probes per second over some samples. */
export function probesPerSecond(samples: readonly Sample[]): number {
  return slopeOf(samples, 'probes') * 1000;
}

/** Slope of the resident memory over some samples, in MiB per hour. */
export function memorySlope(samples: readonly Sample[]): number {
  return slopeOf(samples, 'residentMiB') * 3_600_000;
}

/** Fewer probes than this say nothing of a slope per so many: Go's collector moves the memory by more. */
const million = 1_000_000;

/** Rows about one prober's memory: how it ends, its slope, that of the second half, where warming up is over, and what a million probes add. */
export function memoryFigures(who: string, samples: readonly Sample[]): Figure[] {
  const second = samples.slice(Math.floor(samples.length / 2));
  const perMillion = (memorySlope(second) / (probesPerSecond(second) * 3600)) * million;
  const probes = (samples.at(-1)?.probes ?? 0) - (samples[0]?.probes ?? 0);
  return [
    { what: `${who}: memory at the end`, value: samples.at(-1)?.residentMiB ?? Number.NaN, unit: 'MiB' },
    { what: `${who}: slope of it`, value: memorySlope(samples), unit: 'MiB/h' },
    { what: `${who}: slope of it, second half`, value: memorySlope(second), unit: 'MiB/h' },
    ...(probes >= million
      ? [{ what: `${who}: per 1 000 000 probes, second half`, value: perMillion, unit: 'MiB' as const }]
      : []),
  ];
}

/** Rows that compare two probers which sent the same probes at the same time: medians over slices of that time. */
export function ratioFigures(ours: readonly Sample[], theirs: readonly Sample[], slices: number): Figure[] {
  const [a, b] = [slicesOf(ours, slices).map(cpuPer1000), slicesOf(theirs, slices).map(cpuPer1000)];
  const ratios = a.map((value, i) => value / (b[i] ?? Number.NaN));
  return [
    { what: 'same probes: our CPU per 1 000', value: median(a), unit: 'ms' },
    { what: 'same probes: cloudprober’s CPU per 1 000', value: median(b), unit: 'ms' },
    { what: 'same probes: ours ÷ cloudprober’s, p50', value: median(ratios), unit: '' },
    { what: 'same probes: ours ÷ cloudprober’s, max', value: Math.max(...ratios), unit: '' },
  ];
}

function slicesOf<T>(values: readonly T[], count: number): T[][] {
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) =>
    values.slice(Math.round(i * size), Math.round((i + 1) * size)),
  );
}

function slopeOf(samples: readonly Sample[], of: Exclude<keyof Sample, 'timeMs'>): number {
  return slope(samples.map((sample) => [sample.timeMs, sample[of]]));
}

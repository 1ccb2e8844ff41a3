import {
  cpuPer1000,
  memoryFigures,
  memorySlope,
  probesPerSecond,
  ratioFigures,
  type Sample,
} from '../../bench/loopback/account';

/** Samples of a prober every 5 s that spends `cpuPerProbe` ms on each of 100 probes a second and grows by 36 MiB an hour. */
const samples = (cpuPerProbe: (tick: number) => number, count = 24): Sample[] => {
  let cpuMs = 700;
  return Array.from({ length: count }, (_, tick) => {
    if (tick > 0) cpuMs += 500 * cpuPerProbe(tick);
    return {
      timeMs: 1_000_000 + tick * 5_000,
      cpuMs,
      residentMiB: 100 + tick * 0.05,
      probes: 40 + tick * 500,
    };
  });
};
const by = (figures: readonly { what: string; value: number }[], what: string) =>
  figures.find((figure) => figure.what.endsWith(what))?.value;

test('what was there before the first sample does not count', () => {
  const steady = samples(() => 0.5);
  expect(cpuPer1000(steady)).toBeCloseTo(500);
  expect(probesPerSecond(steady)).toBeCloseTo(100);
  expect(memorySlope(steady)).toBeCloseTo(36);
});

test('counts that come in steps, each late, do not change the cost much', () => {
  const late = samples(() => 0.5, 100).map((sample, tick) => ({
    ...sample,
    probes: 40 + (tick - (tick % 3)) * 500,
  }));
  expect(Math.abs(cpuPer1000(late) - 500)).toBeLessThan(5);
});

test('the ratio is the median over slices, so that one bad slice does not spoil it', () => {
  const theirs = samples(() => 0.2);
  const ours = samples((tick) => (tick >= 16 ? 2 : 0.5));
  const figures = ratioFigures(ours, theirs, 3);
  expect(by(figures, 'p50')).toBeCloseTo(2.5, 1);
  expect(by(figures, 'max')).toBeCloseTo(10, 1);
});

test('memory is told as it ends, as it grows, and as it still grows at last', () => {
  const warming = samples(() => 1).map((sample, tick) => ({ ...sample, residentMiB: Math.min(tick, 12) }));
  const figures = memoryFigures('x', warming);
  expect(by(figures, 'at the end')).toBe(12);
  expect(by(figures, 'slope of it')).toBeGreaterThan(100);
  expect(by(figures, 'slope of it, second half')).toBeCloseTo(0);
  expect(by(figures, '1 000 000 probes, second half')).toBeUndefined();
  const long = warming.map((sample) => ({ ...sample, probes: sample.probes * 100 }));
  expect(by(memoryFigures('x', long), '1 000 000 probes, second half')).toBeCloseTo(0);
});

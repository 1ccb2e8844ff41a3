import fc from 'fast-check';
import {
  formatCpu,
  formatDuration,
  formatSize,
  goDuration,
  kubernetesSize,
  parseCpu,
  parseDuration,
  parseNumber,
  parseSize,
} from '../../settings/units';

describe('durations', () => {
  it.each([
    ['25ms', 25],
    ['2s', 2000],
    ['1.5m', 90_000],
    ['35d', 35 * 86_400_000],
    ['2w', 14 * 86_400_000],
  ])('%s is %d ms', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it.each(['', '2', 2, '2 seconds', '-1s', '1e3s', '0.5ms', null, undefined, 's'])('%p is none', (value) =>
    expect(parseDuration(value)).toBeUndefined(),
  );

  it('read what they write', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms),
    );
  });

  it('for Go know no days', () => {
    expect(goDuration(86_400_000)).toBe('86400s');
    expect(goDuration(1500)).toBe('1500ms');
  });
});

describe('sizes', () => {
  it.each([
    ['512MB', 512 * 2 ** 20],
    ['10Gi', 10 * 2 ** 30],
    ['1.5GiB', 1.5 * 2 ** 30],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['8', 8, '8G', '8 gigs', '-1GB', null])('%p is none', (value) =>
    expect(parseSize(value)).toBeUndefined(),
  );

  it('read what they write, for Kubernetes and for Prometheus', () => {
    const kibibytes = fc.integer({ min: 1, max: 2 ** 40 }).map((n) => n * 1024);
    fc.assert(
      fc.property(
        kibibytes,
        (bytes) => parseSize(kubernetesSize(bytes)) === bytes && parseSize(formatSize(bytes)) === bytes,
      ),
    );
  });
});

describe('CPUs and numbers', () => {
  it('read what they write', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), (cpu) => parseCpu(formatCpu(cpu)) === cpu));
  });

  it.each([
    [0.5, 500],
    ['100m', 100],
    ['2', 2000],
    ['0.0001', undefined],
    ['m', undefined],
  ])('%p is %p thousandths', (value, cpu) => expect(parseCpu(value)).toBe(cpu));

  it.each([
    ['99.9', 99.9],
    [4, 4],
    ['4e2', undefined],
    [NaN, undefined],
    [true, undefined],
    ['', undefined],
  ])('%p is %p', (value, number) => expect(parseNumber(value)).toBe(number));
});

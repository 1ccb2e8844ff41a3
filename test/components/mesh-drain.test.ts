import fc from 'fast-check';
import { leastGraceMs, meshDrain } from '../../components/mesh/drain';

const graces = fc.integer({ min: leastGraceMs, max: 600_000 });

test('every step of a drain is there, in whole seconds, and over before the pod is killed', () => {
  fc.assert(
    fc.property(graces, (graceMs) => {
      const drain = meshDrain(graceMs);
      for (const seconds of Object.values(drain)) expect(Number.isInteger(seconds)).toBe(true);
      expect(drain.preStopSeconds).toBeGreaterThanOrEqual(2);
      expect(drain.shutdownSeconds).toBeGreaterThanOrEqual(4);
      expect(drain.proxySeconds).toBeGreaterThanOrEqual(1);
      const { preStopSeconds, shutdownSeconds, proxySeconds, graceSeconds } = drain;
      expect(preStopSeconds + shutdownSeconds + proxySeconds).toBeLessThan(graceSeconds);
      expect(graceSeconds * 1000).toBeLessThanOrEqual(graceMs);
    }),
  );
});

test('the sidecar takes requests for as long as the program does', () => {
  fc.assert(
    fc.property(graces, (graceMs) => {
      const { listenersSeconds, preStopSeconds, shutdownSeconds } = meshDrain(graceMs);
      expect(listenersSeconds).toBe(preStopSeconds + shutdownSeconds);
    }),
  );
});

test('a longer grace period shortens nothing', () => {
  fc.assert(
    fc.property(graces, fc.integer({ min: 0, max: 100_000 }), (graceMs, more) => {
      const [shorter, longer] = [meshDrain(graceMs), meshDrain(graceMs + more)];
      for (const step of ['preStopSeconds', 'shutdownSeconds', 'proxySeconds'] as const)
        expect(longer[step]).toBeGreaterThanOrEqual(shorter[step]);
    }),
  );
});

test.each([leastGraceMs - 1, 0, Number.NaN])('%p ms are refused', (graceMs) => {
  expect(() => meshDrain(graceMs)).toThrow(RangeError);
});

import fc from 'fast-check';
import { judge } from '../../scenarios/verdict';

const bounds = { timeoutMs: 2000, latencyBoundMs: 25, lagBoundMs: 500 };

test.each([
  ['in time', '', 25, 0, 'ok', ''],
  ['late', '', 26, 0, 'slow', ''],
  ['refused', 'connect', 1, 0, 'failed', 'connect'],
  ['timed out', 'timeout', 2000, 0, 'failed', 'timeout'],
  ['timed out beside a busy injector', 'timeout', 2000, 200, 'failed', 'timeout'],
  ['timed out while the injector stood still', 'timeout', 2000, 500, 'error', 'lag'],
  ['silent while the injector stood still', 'silence', 2000, 500, 'error', 'lag'],
  ['lost while the injector stood still', 'loss', 1000, 500, 'error', 'lag'],
  ['no gRPC answer while the injector stood still', 'grpc-deadline', 2000, 500, 'error', 'lag'],
  ['lost beside a busy injector', 'loss', 1000, 200, 'failed', 'loss'],
  ['refused while the injector stood still', 'connect', 1, 900, 'failed', 'connect'],
  ['no name in time while the injector stood still', 'dns', 2000, 500, 'error', 'lag'],
  ['no name in time beside a busy injector', 'dns', 2000, 499, 'failed', 'dns'],
  ['an unknown name while the injector stood still', 'dns', 600, 500, 'failed', 'dns'],
  ['late only by the injector', '', 60, 40, 'error', 'lag'],
  ['late by itself too', '', 100, 40, 'slow', ''],
])('%s', (_, reason, durationMs, lagMs, outcome, why) =>
  expect(judge({ reason, durationMs, lagMs }, bounds)).toEqual({ outcome, reason: why }),
);

test('no lag makes a good answer bad, and none a refusal good', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1999, noNaN: true }),
      fc.double({ min: 0, max: 3000, noNaN: true }),
      (durationMs, lagMs) => {
        expect(['ok', 'slow', 'error']).toContain(judge({ reason: '', durationMs, lagMs }, bounds).outcome);
        for (const reason of ['dns', 'connect', 'reset', 'status', 'body']) {
          expect(judge({ reason, durationMs, lagMs }, bounds)).toEqual({ outcome: 'failed', reason });
        }
      },
    ),
  );
});

import fc from 'fast-check';
import { judge } from '../../policies/lib/judge';
import { rules } from '../../policies/rules';
import { injectorConfig } from '../../signals/injector';
import { defaultModel, pathSettings } from '../../signals/model';
import { injectorTargets } from '../../signals/targets';

const targets = injectorTargets('continuous-load', { inside: 'gateway', outside: 'node' });

test('what signals/injector.ts makes has the VUs that probe-headroom asks for, at any rate and timeout', () => {
  const rate = fc.double({ min: 0.05, max: 60, noNaN: true });
  fc.assert(
    fc.property(
      rate,
      fc.integer({ min: 100, max: 10_000 }),
      fc.integer({ min: 2, max: 9 }),
      (ratePerSecond, timeoutMs, injectors) => {
        const paths = (['service', 'dns', 'websocket'] as const).map((name) =>
          pathSettings(name, { ratePerSecond, timeoutMs }),
        );
        const config = injectorConfig(defaultModel({ paths, injectors }), targets);
        const props = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'i' },
          data: { 'config.json': JSON.stringify(config) },
        };
        const found = judge(rules, [{ urn: 'urn', type: 'kubernetes:core/v1:ConfigMap', props }]);
        expect(found.map(({ rule }) => rule)).not.toContain('probe-headroom');
      },
    ),
  );
});

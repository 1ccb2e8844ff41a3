import { stringify } from 'yaml';
import { defaultModel, pathSettings } from '../../signals/model';
import { pathNames } from '../../signals/paths';
import { ruleGroups, ruleSets } from '../../signals/rules';
import { ownPath, plainHttp } from './own-target';

/** Above it Prometheus' operator leaves a PrometheusRule out, with a line in its log (`maxConfigMapDataSize` in pkg/operator/rules.go). */
const operatorsLimitBytes = 2 ** 19;

/** With all that can be switched on, and as many targets as a stack may have, of long names. */
const largest = defaultModel({
  paths: [
    ...pathNames.map((name) => pathSettings(name)),
    ...Array.from({ length: 50 }, (_, index) =>
      ownPath(
        `${'checkout-'.repeat(4)}${index}`,
        `https://${'shop.'.repeat(12)}example/${index}`,
        plainHttp,
        'shop',
      ),
    ),
  ],
});

test('however many paths there are, each set is far below what the operator takes', () => {
  const sizes = ruleSets(largest).map(({ name, groups }) => ({
    name,
    bytes: Buffer.byteLength(stringify({ groups }, { aliasDuplicateObjects: false })),
  }));
  expect(sizes.filter(({ bytes }) => bytes > operatorsLimitBytes / 2)).toEqual([]);
  // What one object for all would take.
  expect(sizes.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(2 * operatorsLimitBytes);
});

test('the sets are all rules, and their names are those of objects, each its own', () => {
  const sets = ruleSets(largest);
  expect(sets.flatMap(({ groups }) => groups)).toEqual(ruleGroups(largest));
  expect(new Set(sets.map(({ name }) => name)).size).toBe(sets.length);
  for (const { name, groups } of sets) {
    expect(name).toMatch(/^continuous-load(-[a-z0-9-]{1,63})?$/);
    expect([name, groups.length > 0]).toEqual([name, true]);
  }
});

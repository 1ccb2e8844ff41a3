import { readFileSync } from 'node:fs';
import { providerSchema } from '../../../../lab/pulumi/kubernetes/provider-inputs';

test('the stand-in takes what the official provider takes, but for nested values', () => {
  const file = require.resolve('@pulumi/kubernetes/provider.d.ts');
  const [, args = ''] = readFileSync(file, 'utf8').split('interface ProviderArgs');
  const plain = [...args.matchAll(/^ {4}(\w+)\?: pulumi\.Input<(string|boolean) \| undefined>;/gm)];
  const official = Object.fromEntries(plain.map(([, name, type]) => [name, { type }]));
  expect(Object.keys(official).length).toBeGreaterThan(10);
  expect(providerSchema.inputProperties).toEqual(official);
});

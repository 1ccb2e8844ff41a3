import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { neededKinds, readCrds, withoutDescriptions } from '../../components/monitoring/operator-crds';
import { operatorCrds } from '../../lab/toolchain/crds';
import { crdFixture } from './crd-fixture';

/** The same by the slow way: parse all, then drop `description` where a schema has it. */
function withoutDescriptionsOf(value: any): any {
  if (Array.isArray(value)) return value.map(withoutDescriptionsOf);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) => !(key === 'description' && typeof inner === 'string'),
  );
  return Object.fromEntries(
    kept.map(([key, inner]: [string, any]) => [
      key,
      key === 'properties'
        ? Object.fromEntries(
            Object.entries(inner).map(([name, schema]) => [name, withoutDescriptionsOf(schema)]),
          )
        : withoutDescriptionsOf(inner),
    ]),
  );
}
const columns = ({ spec }: any) =>
  spec.versions.map((version: any) => delete version.additionalPrinterColumns);

describe('the definitions of the operator', () => {
  const yaml = readFileSync(crdFixture(), 'utf8');

  it('are read for the needed kinds only', () => {
    expect(
      readCrds(yaml)
        .map((crd) => crd.spec.names.kind)
        .sort(),
    ).toEqual([...neededKinds].sort());
  });

  it('lose descriptions, in one line, in many and in a block, but no property of that name', () => {
    const [crd] = readCrds(yaml) as any[];
    const [version] = crd.spec.versions;
    expect(version.schema.openAPIV3Schema).toEqual({
      type: 'object',
      properties: { description: { type: 'string' }, apiVersion: { type: 'string' } },
    });
    expect(version).toMatchObject({ served: true, storage: true });
  });

  it('are refused when a kind is missing', () => {
    expect(() => readCrds(yaml.replace('kind: PodMonitor\n', 'kind: Other\n'))).toThrow(
      "the operator's definitions lack PodMonitor",
    );
  });

  // Only where the toolchain has made the real file; the fixture above has the same shapes.
  (existsSync(operatorCrds()) ? it : it.skip)('lose nothing else in the real file', () => {
    for (const document of readFileSync(operatorCrds(), 'utf8')
      .split(/^---\s*$/m)
      .filter((text) => text.trim())) {
      const quick = parse(withoutDescriptions(document));
      const slow = withoutDescriptionsOf(parse(document));
      for (const crd of [quick, slow]) columns(crd);
      expect(quick).toEqual(slow);
    }
  });
});

import { readFileSync } from 'node:fs';
import { neededKinds, readCrds } from '../../components/monitoring/operator-crds';
import { crdFixture } from './crd-fixture';

describe('the definitions of the operator', () => {
  const json = readFileSync(crdFixture(), 'utf8');

  it('are read for the needed kinds only', () => {
    const kinds = readCrds(json).map((crd) => crd.spec.names.kind);
    expect(kinds.sort()).toEqual([...neededKinds].sort());
  });

  it('are refused when a kind is missing', () => {
    expect(() => readCrds(json.replace('"kind":"PodMonitor"', '"kind":"Other"'))).toThrow(
      "the operator's definitions lack PodMonitor",
    );
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const operatorKinds = [
  'AlertmanagerConfig',
  'Alertmanager',
  'PodMonitor',
  'Probe',
  'PrometheusAgent',
  'Prometheus',
  'PrometheusRule',
  'ScrapeConfig',
  'ServiceMonitor',
  'ThanosRuler',
];

const crd = (kind: string, group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.${group}` },
  spec: {
    group,
    names: { kind, plural: `${kind.toLowerCase()}s` },
    scope: 'Namespaced',
    versions: [{ name: 'v1', schema: { openAPIV3Schema: { type: 'object' } }, served: true, storage: true }],
  },
});

/** A file with definitions, by default in the shape of the operator's; removed after the tests of the file that asks. */
export function crdFixture(kinds = operatorKinds, group = 'monitoring.coreos.com'): string {
  const directory = mkdtempSync(join(tmpdir(), 'crds-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'crds.json');
  writeFileSync(file, JSON.stringify(kinds.map((kind) => crd(kind, group))));
  return file;
}

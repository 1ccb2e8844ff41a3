import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kinds = [
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

const crd = (kind: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.monitoring.coreos.com` },
  spec: {
    group: 'monitoring.coreos.com',
    names: { kind, plural: `${kind.toLowerCase()}s` },
    scope: 'Namespaced',
    versions: [{ name: 'v1', schema: { openAPIV3Schema: { type: 'object' } }, served: true, storage: true }],
  },
});

/** A file with definitions in the shape of the operator's; removed after the tests of the file that asks. */
export function crdFixture(): string {
  const directory = mkdtempSync(join(tmpdir(), 'crds-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'crds.json');
  writeFileSync(file, JSON.stringify(kinds.map(crd)));
  return file;
}

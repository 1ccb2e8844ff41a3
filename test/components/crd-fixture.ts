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

const crd = (kind: string) => `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    operator.prometheus.io/version: 0.93.0
  name: ${kind.toLowerCase()}s.monitoring.coreos.com
spec:
  group: monitoring.coreos.com
  names:
    kind: ${kind}
    plural: ${kind.toLowerCase()}s
  scope: Namespaced
  versions:
  - additionalPrinterColumns:
    - description: kept, since it is the first key of an item
      jsonPath: .spec.version
      name: Version
      type: string
    name: v1
    schema:
      openAPIV3Schema:
        description: |-
          ${kind} is told in a block.

          With an empty line.
        properties:
          description:
            description: 'a property that is called description'
            type: string
          apiVersion:
            description: one line
              that goes on
            type: string
        type: object
    served: true
    storage: true
`;

/** A file with definitions in the shape of the operator's. */
export function crdFixture(): string {
  const directory = mkdtempSync(join(tmpdir(), 'crds-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'crds.yaml');
  writeFileSync(file, kinds.map(crd).join(''));
  return file;
}

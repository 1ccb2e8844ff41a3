import { readFileSync } from 'node:fs';
import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';

/** Kinds that the operator needs for Prometheus and Alertmanager; it leaves the controllers of absent kinds off. */
export const neededKinds = [
  'Alertmanager',
  'AlertmanagerConfig',
  'PodMonitor',
  'Probe',
  'Prometheus',
  'PrometheusRule',
  'ServiceMonitor',
] as const;

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly names: { readonly kind: string } };
}

/**
 * Reads the needed definitions out of a JSON list of the operator's.
 * @throws Error when the list lacks a needed kind, which would leave a controller off without a word.
 */
export function readCrds(json: string): Crd[] {
  const crds = (JSON.parse(json) as Crd[]).filter(({ spec }) =>
    (neededKinds as readonly string[]).includes(spec.names.kind),
  );
  const missing = neededKinds.filter((kind) => !crds.some((crd) => crd.spec.names.kind === kind));
  if (missing.length > 0) throw new Error(`the operator's definitions lack ${missing.join(', ')}`);
  return crds;
}

/** The operator's CustomResourceDefinitions as resources; throws what `readFileSync` and {@link readCrds} throw. */
export function operatorCrds(
  path: string,
  child: pulumi.CustomResourceOptions,
): k8s.apiextensions.v1.CustomResourceDefinition[] {
  return readCrds(readFileSync(path, 'utf8')).map(
    (crd) =>
      new k8s.apiextensions.v1.CustomResourceDefinition(
        crd.metadata.name,
        crd as unknown as k8s.apiextensions.v1.CustomResourceDefinitionArgs,
        child,
      ),
  );
}

import { readFileSync } from 'node:fs';
import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';

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
 * Drops the descriptions out of YAML made by controller-gen: they are four fifths of it, and would be stored in the
 * state twice. A description is a key with its value on the same line, and all deeper lines after it; a property that is
 * called `description` has nothing on its line and stays.
 */
export function withoutDescriptions(yaml: string): string {
  let depth = Infinity;
  return yaml
    .split('\n')
    .filter((line) => {
      const indent = line.search(/\S/);
      if (indent === -1 || indent > depth) return depth === Infinity;
      depth = /^\s*description: \S/.test(line) ? indent : Infinity;
      return depth === Infinity;
    })
    .join('\n');
}

/**
 * Reads the needed definitions out of a YAML stream of the operator's.
 * @throws Error when the stream lacks a needed kind, which would leave a controller off without a word.
 */
export function readCrds(yaml: string): Crd[] {
  const documents = yaml
    .split(/^---\s*$/m)
    .filter((text) => new RegExp(`^ {4}kind: (${neededKinds.join('|')})$`, 'm').test(text));
  const crds = documents.map((text) => parse(withoutDescriptions(text)) as Crd);
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

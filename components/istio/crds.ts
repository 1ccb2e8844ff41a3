import { readFileSync } from 'node:fs';
import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';

interface Crd {
  readonly metadata: { readonly name: string };
}

/** Definitions out of a JSON list, those named or all, as resources; throws what `readFileSync` and `JSON.parse` throw. */
export function crdsOf(
  path: string,
  child: pulumi.CustomResourceOptions,
  names?: readonly string[],
): k8s.apiextensions.v1.CustomResourceDefinition[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as Crd[])
    .filter(({ metadata }) => names === undefined || names.includes(metadata.name))
    .map(
      (crd) =>
        new k8s.apiextensions.v1.CustomResourceDefinition(
          crd.metadata.name,
          crd as unknown as k8s.apiextensions.v1.CustomResourceDefinitionArgs,
          child,
        ),
    );
}

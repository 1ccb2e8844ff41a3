import { readFileSync } from 'node:fs';
import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';

interface Crd {
  readonly metadata: { readonly name: string };
}

/** The Gateway API's definitions out of a JSON list, as resources; throws what `readFileSync` and `JSON.parse` throw. */
export function gatewayCrds(
  path: string,
  child: pulumi.CustomResourceOptions,
): k8s.apiextensions.v1.CustomResourceDefinition[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as Crd[]).map(
    (crd) =>
      new k8s.apiextensions.v1.CustomResourceDefinition(
        crd.metadata.name,
        crd as unknown as k8s.apiextensions.v1.CustomResourceDefinitionArgs,
        child,
      ),
  );
}

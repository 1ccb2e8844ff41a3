import { readFileSync } from 'node:fs';
import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';

interface Plain {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Objects by the time at which they can be made: definitions and namespaces come before what is of them or in them. */
const early = ['CustomResourceDefinition', 'Namespace'];

const objects = JSON.parse(readFileSync(process.env['BARE_OBJECTS'] ?? '', 'utf8')) as Plain[];
const kubeconfig = readFileSync(process.env['BARE_KUBECONFIG'] ?? '', 'utf8');
const provider = new k8s.Provider('bare', { kubeconfig, upsertExistingObjects: true });

function make(object: Plain, dependsOn: pulumi.Resource[]): pulumi.Resource {
  const { kind, metadata } = object;
  return new k8s.apiextensions.CustomResource(
    `${kind}-${metadata.namespace ?? ''}-${metadata.name}`,
    object,
    { provider, dependsOn },
  );
}

const first = objects.filter(({ kind }) => early.includes(kind)).map((object) => make(object, []));
for (const object of objects.filter(({ kind }) => !early.includes(kind))) make(object, first);

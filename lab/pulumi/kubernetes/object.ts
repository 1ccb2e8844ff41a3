import type { Properties, Value } from '../values';

/** One entry of `metadata.managedFields`: who owns which fields, and how it came to own them. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly fieldsV1?: Properties;
}

/** The metadata fields that the provider reads or sets. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  managedFields?: ManagedFields[];
  [key: string]: unknown;
}

/** A Kubernetes object of any kind. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: Properties;
  status?: Properties;
  [key: string]: unknown;
}

/** Seen as an object: inputs and outputs of the resource classes have this shape after a check. */
export function asObject(properties: Properties): KubernetesObject {
  const metadata = (properties['metadata'] ?? {}) as ObjectMeta;
  return { ...properties, metadata } as KubernetesObject;
}

/** Seen as properties, for the engine. */
export function asProperties(object: KubernetesObject): Properties {
  return object as unknown as Properties;
}

/** Value of an annotation `pulumi.com/<key>`. */
export function pulumiAnnotation(object: { metadata?: ObjectMeta }, key: string): string | undefined {
  return object.metadata?.annotations?.[`pulumi.com/${key}`];
}

/** Truth of a setting that may be a boolean or its text. */
export function truthy(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Identity in the state: `namespace/name`, or `name` where there is no namespace. */
export function idOf({ metadata }: KubernetesObject): string {
  const name = metadata.name ?? '';
  return metadata.namespace ? `${metadata.namespace}/${name}` : name;
}

/** How an object is called in messages: `Deployment default/web`. */
export function describe(object: KubernetesObject): string {
  return `${object.kind} ${idOf(object)}`;
}

/** Value at a path of keys and indexes; undefined when a step is missing. */
export function dig(value: unknown, ...path: (string | number)[]): Value | undefined {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at as Value | undefined;
}

/** Number at a path; the fallback when it is absent. */
export function digNumber(value: unknown, path: readonly (string | number)[], fallback = 0): number {
  const found = dig(value, ...path);
  return typeof found === 'number' ? found : fallback;
}

/** Text at a path; undefined when it is absent or no text. */
export function digText(value: unknown, ...path: (string | number)[]): string | undefined {
  const found = dig(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** Objects in the list at a path; empty when there is none. */
export function digObjects(value: unknown, ...path: (string | number)[]): Properties[] {
  const found = dig(value, ...path);
  return Array.isArray(found)
    ? found.filter((item): item is Properties => typeof item === 'object' && item !== null)
    : [];
}

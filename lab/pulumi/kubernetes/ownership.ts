import { createHash } from 'node:crypto';
import type { Properties } from '../values';
import { type KubernetesObject, pulumiAnnotation } from './object';

/** Key in the state that keeps the field manager; the official provider uses the same. */
export const fieldManagerKey = '__fieldManager';

/**
 * Field manager of a resource: `pulumi-kubernetes-` and a hash of its URN. It is also the mark of ownership: an object that carries
 * it was made by this very resource, so an interrupted create may go on with it. It is kept in the state, since an alias may
 * change the URN later. A Patch thus never shares its manager with the object's owner, whose fields it would take away.
 */
export function fieldManager(urn: string, inputs: KubernetesObject, outputs?: Properties): string {
  const kept = outputs?.[fieldManagerKey];
  const chosen =
    pulumiAnnotation(inputs, 'patchFieldManager') ?? (typeof kept === 'string' ? kept : undefined);
  return chosen ?? `pulumi-kubernetes-${createHash('sha256').update(urn).digest('hex').slice(0, 12)}`;
}

/** Whether a live object was applied by this manager before. */
export function isOwnedBy(live: KubernetesObject, manager: string): boolean {
  return (live.metadata.managedFields ?? []).some(
    (entry) => entry.manager === manager && entry.operation === 'Apply',
  );
}

import type { Operation } from '../provider';
import { ApiError } from './api-error';
import type { Cluster } from './cluster';
import { describe, type KubernetesObject, pulumiAnnotation, truthy } from './object';
import { nap } from './settle';
import type { Session } from './session';
import { isPatchToken } from './type-token';

/** How long a kind or a namespace that is made in the same run may take to appear, in milliseconds. */
const patienceMs = 10_000;

/** Managers and fields of a conflict, from the API server's causes (apimachinery managedfields/internal/conflict.go). */
export interface Conflict {
  readonly manager: string;
  readonly field: string;
  /** True when the other one wrote the field without declaring it (kubectl edit, patch …), not through a subresource. */
  readonly isEdit: boolean;
}

/** The conflicts in a refused apply; empty when it was refused for another reason. */
export function conflictsIn(error: unknown): Conflict[] {
  if (!(error instanceof ApiError) || error.code !== 409) return [];
  return error.causes.flatMap(({ field, message }) => {
    const match = /conflict with "((?:[^"\\]|\\.)*)"( with subresource "[^"]*")?( using )?/.exec(message);
    if (!match) return [];
    return [{ manager: match[1] ?? '', field, isEdit: match[3] !== undefined && match[2] === undefined }];
  });
}

function conflictError(object: KubernetesObject, conflicts: readonly Conflict[]): Error {
  const lines = conflicts.map(({ field, manager }) => `  ${field} belongs to ${manager}`);
  const advice =
    'leave the fields out (or `ignoreChanges`), or set the annotation pulumi.com/patchForce: "true" to take them over';
  return new Error([`${describe(object)} has fields of other owners: ${advice}`, ...lines].join('\n'));
}

const stripped = (object: KubernetesObject): KubernetesObject => {
  const own = Object.entries(object).filter(([key]) => !key.startsWith('__') && key !== 'status');
  return Object.fromEntries(own) as KubernetesObject;
};

const isMissingNamespace = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 404 && /namespaces? "[^"]*" not found/.test(error.message);

/**
 * Applies an object with its manager. What somebody merely edited is taken back, since the program declares it; a field that
 * another manager declares (or a controller scales) stays with it, and the conflict is told. A Patch takes nothing by itself.
 */
export async function applyObject(
  session: Session,
  operation: Operation,
  object: KubernetesObject,
  manager: string,
): Promise<KubernetesObject> {
  const cluster: Cluster = await session.reach();
  const force = session.isOn('enablePatchForce') || truthy(pulumiAnnotation(object, 'patchForce'));
  const options = { manager, dryRun: operation.preview };
  const body = stripped(object);
  const until = Date.now() + (operation.preview ? 0 : patienceMs);
  for (;;) {
    try {
      return await cluster.apply(body, { ...options, force }, operation.preview ? 0 : patienceMs);
    } catch (error) {
      const conflicts = conflictsIn(error);
      if (conflicts.length > 0) {
        if (isPatchToken(operation.type) || !conflicts.every(({ isEdit }) => isEdit))
          throw conflictError(object, conflicts);
        return cluster.apply(body, { ...options, force: true });
      }
      if (!isMissingNamespace(error) || Date.now() >= until || operation.signal.aborted) throw error;
      operation.status(`waiting for namespace ${object.metadata.namespace ?? ''}`);
      await nap(500, operation.signal);
    }
  }
}

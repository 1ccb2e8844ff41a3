import type { State } from '../provider';
import { secret, type Properties } from '../values';
import { asProperties, type KubernetesObject } from './object';
import { fieldManagerKey } from './ownership';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function without<T extends object>(object: T, ...keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key))) as T;
}

/** Metadata without what only the server's bookkeeping needs, or what may hold a secret in plain text. */
function tidyMetadata(live: KubernetesObject): KubernetesObject['metadata'] {
  const metadata = without(live.metadata, 'managedFields');
  if (metadata.annotations) metadata.annotations = without(metadata.annotations, lastApplied);
  return metadata;
}

/** Outputs for the state: the live object, its secrets marked, and the field manager that owns it. */
export function outputsOf(live: KubernetesObject, inputs: Properties, manager: string): Properties {
  const outputs: Properties = {
    ...asProperties({ ...live, metadata: tidyMetadata(live) }),
    [fieldManagerKey]: manager,
  };
  if (live.kind === 'Secret' && live.apiVersion === 'v1') {
    if (outputs['data'] !== undefined) outputs['data'] = secret(outputs['data']);
    if (inputs['stringData'] !== undefined) outputs['stringData'] = secret(inputs['stringData']);
  }
  return outputs;
}

/** State of an object that exists. */
export function stateOf(live: KubernetesObject, inputs: KubernetesObject, manager: string): State {
  return { inputs: asProperties(inputs), outputs: outputsOf(live, asProperties(inputs), manager) };
}

/** Key in imported inputs: they hold every field of the object, of which the program need only state its own. */
export const importedKey = '__imported';

// What the server writes into metadata by itself.
const serverMetadata =
  'uid resourceVersion creationTimestamp generation selfLink deletionTimestamp ownerReferences'.split(' ');

/** Inputs of an object that is imported: all that a user could have written. */
export function importedInputs(live: KubernetesObject): Properties {
  const metadata = without(tidyMetadata(live), ...serverMetadata);
  return { ...asProperties(without({ ...live, metadata }, 'status')), [importedKey]: true };
}

import { isProperties, type Properties, unknownValue } from '../values';
import { fieldManagerKey } from './ownership';

const assignedToServices = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'];

/** Outputs of an object that a preview would create: its inputs, with what only the server gives unknown. */
export function foreseenCreate(inputs: Properties, manager: string): Properties {
  const metadata = isProperties(inputs['metadata']) ? inputs['metadata'] : {};
  const assigned = {
    uid: unknownValue,
    resourceVersion: unknownValue,
    creationTimestamp: unknownValue,
    generation: unknownValue,
  };
  const named = metadata['name'] === undefined ? { name: unknownValue } : {};
  const outputs: Properties = {
    ...inputs,
    metadata: inputs['metadata'] === unknownValue ? unknownValue : { ...metadata, ...assigned, ...named },
    status: unknownValue,
    [fieldManagerKey]: manager,
  };
  const spec = inputs['spec'];
  if (inputs['kind'] === 'Service' && isProperties(spec)) {
    const unknowns = Object.fromEntries(assignedToServices.map((key) => [key, unknownValue]));
    outputs['spec'] = { ...unknowns, ...spec };
  }
  return outputs;
}

/** Outputs of an object that a preview would update: what the dry-run answered, or else the old outputs under the new inputs. */
export function foreseenUpdate(base: Properties, inputs: Properties): Properties {
  const merged = merge(base, inputs) as Properties;
  const metadata = isProperties(merged['metadata']) ? merged['metadata'] : {};
  const moving = { resourceVersion: unknownValue, generation: unknownValue };
  return {
    ...merged,
    metadata: { ...metadata, ...moving },
    ...('status' in base ? { status: unknownValue } : {}),
  };
}

function merge(base: unknown, over: unknown): unknown {
  if (!isProperties(base) || !isProperties(over)) return over;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) result[key] = merge(base[key], value);
  return result;
}

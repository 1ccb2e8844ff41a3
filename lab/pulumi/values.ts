/** A property value as it travels between the engine and a provider, secrets and outputs already unwrapped. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/** A bag of properties: the inputs or the outputs of one resource. */
export interface Properties {
  [key: string]: Value;
}

/** Stands for a value that is not known in a preview (Pulumi's own sentinel). */
export const unknownValue = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

// Signatures of Pulumi's special objects: sdk/go/common/resource/sig in the Pulumi repository.
const signatureKey = '4dabf18193072939515e22adb298388d';
const secretSignature = '1b47061264138c4ac30d75fd1eb44270';
const outputSignature = 'd0e6a833031e9bbcd3f4e8bde6ca49a4';
const assetSignatures = ['c44067f5952c0a294b673a41bacd8c17', '0def7320c3a5731c473e5ecbe6d01bc7'];

/** Whether a value is an object with string keys (neither null nor an array). */
export function isProperties(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is unknown, or holds an unknown anywhere in it. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === unknownValue) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnknown);
}

/** Whether a value is a Pulumi asset or archive. */
export function isAsset(value: unknown): boolean {
  const signature = isProperties(value) ? value[signatureKey] : undefined;
  return typeof signature === 'string' && assetSignatures.includes(signature);
}

/** Path of the first asset or archive in a value; undefined when there is none. */
export function findAsset(value: Value | undefined, path = ''): string | undefined {
  if (isAsset(value)) return path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = findAsset(inner, Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Marks an output as secret, so that the engine encrypts it in the state. */
export function secret(value: Value): Value {
  return { [signatureKey]: secretSignature, value };
}

/** Unwraps secrets and output values, drops what is undefined; assets and archives stay as they are. */
export function plain(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return value as Value;
  const object = value as Record<string, unknown>;
  if (object[signatureKey] === secretSignature) return plain(object['value']);
  if (object[signatureKey] === outputSignature)
    return 'value' in object ? plain(object['value']) : unknownValue;
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, plain(inner)]),
  );
}

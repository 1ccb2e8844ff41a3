import type { Change } from '../provider';
import { isProperties, type Value } from '../values';

/** Path of a property inside another, quoted where a dot would mislead: `metadata.labels["app.kubernetes.io/name"]`. */
export function child(path: string, key: string): string {
  if (!/^\w+$/.test(key)) return `${path}["${key}"]`;
  return path ? `${path}.${key}` : key;
}

/** One change for each leaf in which two property bags differ; null, undefined and absent are the same. */
export function compare(before: Value | undefined, after: Value | undefined, path = ''): Change[] {
  if (isProperties(before) && isProperties(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => compare(before[key], after[key], child(path, key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => compare(before[i], after[i], `${path}[${i}]`)).flat();
  }
  const was = before ?? undefined;
  const is = after ?? undefined;
  if (was === is) return [];
  return [{ path, kind: was === undefined ? 'add' : is === undefined ? 'delete' : 'update' }];
}

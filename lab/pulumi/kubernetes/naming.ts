import { createHash, randomBytes } from 'node:crypto';
import type { CheckContext } from '../provider';

/** Annotation that marks a name as chosen by the provider. */
export const autonamedAnnotation = 'pulumi.com/autonamed';

const suffixLength = 8;
const longest = 63; // a DNS label; the longest that every kind accepts

/** Lower-case base36 text; equal seeds give equal texts, an empty seed a random one. */
export function suffix(seed: Uint8Array, length = suffixLength): string {
  const bytes = createHash('sha256')
    .update(seed.length > 0 ? seed : randomBytes(16))
    .digest('hex');
  return BigInt(`0x${bytes}`).toString(36).slice(-length);
}

/** Name of an object whose program gives none: the resource's name made fit for Kubernetes, and a random end. */
export function autoname({ name, seed, autonaming }: CheckContext): string {
  if (autonaming && autonaming.mode !== 'disable') return autonaming.name;
  const base = name
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, longest - suffixLength - 1)
    .replace(/^[-.]+|[-.]+$/g, '');
  return `${base || 'x'}-${suffix(seed)}`;
}

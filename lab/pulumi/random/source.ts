import { createHash, randomBytes } from 'node:crypto';

/** A stream of random bytes. */
export type Source = (bytes: number) => Buffer;

/** Bytes of the operating system, or, with a seed, the same ones each time (not those of the official provider). */
export function sourceOf(seed: unknown): Source {
  if (typeof seed !== 'string' || seed === '') return randomBytes;
  let counter = 0;
  return (bytes) => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < bytes; have += 32)
      blocks.push(createHash('sha256').update(`${seed}\0${counter++}`).digest());
    return Buffer.concat(blocks).subarray(0, bytes);
  };
}

/** An integer from 0 to below a bound (at most 2^48), each equally likely. */
export function below(bound: number, source: Source): number {
  const range = 2 ** 48;
  const fair = range - (range % bound);
  for (;;) {
    const value = source(6).readUIntBE(0, 6);
    if (value < fair) return value % bound; // what lies above would favour the small numbers
  }
}

/** A copy in random order (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], source: Source): T[] {
  const keyed = [...items];
  for (let i = keyed.length - 1; i > 0; i--) {
    const j = below(i + 1, source);
    [keyed[i], keyed[j]] = [keyed[j] as T, keyed[i] as T];
  }
  return keyed;
}

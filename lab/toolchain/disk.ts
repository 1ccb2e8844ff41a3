import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ToolchainError } from './toolchain-error';

const gibibyte = 1024 ** 3;

/** The bytes an unprivileged process may still write on the file system that holds `directory` (or will hold it, once made). */
export function freeBytes(directory: string): number {
  let existing = directory;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}

/** Throws a ToolchainError when less than `minimumBytes` are free where `directory` lies; `purpose` says what needs the space. */
export function requireFree(directory: string, minimumBytes: number, purpose: string): void {
  const free = freeBytes(directory);
  if (free >= minimumBytes) return;
  throw new ToolchainError(
    `The disk is nearly full: ${(free / gibibyte).toFixed(1)} GiB are free where ${directory} lies, ` +
      `${(minimumBytes / gibibyte).toFixed(0)} GiB are needed to ${purpose}. ` +
      'Free some space, or set XDG_CACHE_HOME (and GOCACHE, GOMODCACHE) to a directory on a larger disk.',
  );
}

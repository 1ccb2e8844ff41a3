import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program, ProgramFamily } from './programs';

/**
 * Flags of every `go build`: the same bytes wherever the checkout and the cache lie, and no debug information, which the linker would throw
 * away: that is a twelfth of the compiler's time.
 */
export const commonFlags = ['-trimpath', '-buildvcs=false', '-gcflags=all=-dwarf=false'] as const;

/** The build tags of a program as flags of Go. */
export function tagFlags({ tags }: Program): string[] {
  return tags === undefined ? [] : ['-tags', tags.join(',')];
}

/** The first 12 hex digits of the SHA-256 of `parts` as JSON: enough to name a cache entry or an image tag. */
export function shortHash(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

/**
 * The cache key of a family: its go.mod, go.sum, own Go sources and flags, and the processor it is compiled for. Not the version
 * of Go: an upgrade of the compiler is no reason to compile for a quarter of an hour. Throws when the module directory cannot be read.
 */
export function familyKey(family: ProgramFamily, modules: string): string {
  const directory = join(modules, family.directory);
  const files = ['go.mod', 'go.sum', ...goSources(directory)].map((file) => [
    file,
    contentOf(join(directory, file)),
  ]);
  const programs = Object.entries(family.programs).map(([name, program]) => [
    name,
    program.package,
    program.tags ?? [],
    program.ldflags ?? [],
    program.links ?? [],
  ]);
  return shortHash(files, commonFlags, programs, family.products ?? [], process.arch);
}

function goSources(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.go') && !file.endsWith('_test.go'))
    .sort();
}

/** A module without dependencies has no go.sum, so a missing file counts as an empty one. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && file.endsWith('go.sum')) return '';
    throw error;
  }
}

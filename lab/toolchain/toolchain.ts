import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../progress';
import { Build } from './build';
import { entryDamage, entryProblem, readManifest, removeLeftovers } from './cache-entry';
import { familyKey } from './keys';
import { withLock } from './lock';
import { families, familyOf, usualProgramNames, type FamilyName, type ProgramName } from './programs';
import { entryDirectory, programsDirectory, type Workshop } from './workshop';

const labWorkshop: Workshop = { families, modules: __dirname, minimumFreeBytes: 6 * 1024 ** 3 };

/** The absolute path of a program in the cache, whether it is there yet or not. Follows from the module's files and flags alone. */
export function programPath(name: ProgramName): string {
  return join(familyDirectory(familyOf(name)), name);
}

/** The directory of a family's cache entry: `$cache/programs/<family>-<key>`. */
export function familyDirectory(name: FamilyName): string {
  return entryDirectory(labWorkshop, name);
}

/** The cache key of a program's family: 12 hex digits that change with its modules, sources and flags. */
export function programKey(name: ProgramName): string {
  return familyKey(families[familyOf(name)], labWorkshop.modules);
}

/**
 * Makes sure that programs lie in the cache, whole; compiles what is missing or broken. Costs milliseconds when nothing is to do.
 * `all` is every program but those of optional families.
 * Throws a ToolchainError (Go missing or too old, disk nearly full, a build that failed), or the signal's reason when aborted.
 */
export async function ensurePrograms(
  names: readonly ProgramName[] | 'all',
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = new Set((names === 'all' ? usualProgramNames : names).map(familyOf));
  await ensureFamilies(labWorkshop, [...wanted], progress, signal);
}

/** Reads and hashes every compiled program; returns what is damaged as `family: reason`. Families never compiled are left out. */
export async function damagedPrograms(): Promise<string[]> {
  const damaged: string[] = [];
  for (const name of Object.keys(families) as FamilyName[]) {
    const problem = await entryDamage(familyDirectory(name));
    if (problem !== undefined && problem !== 'missing') damaged.push(`${name}: ${problem}`);
  }
  return damaged;
}

/** {@link ensurePrograms} for the families of any workshop, in the order of its table. */
export async function ensureFamilies(
  workshop: Workshop,
  names: readonly string[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const inOrder = Object.keys(workshop.families).filter((name) => names.includes(name));
  const unusable = (): string[] =>
    inOrder.filter((name) => entryProblem(entryDirectory(workshop, name)) !== undefined);
  if (unusable().length === 0) return;

  const programs = programsDirectory();
  mkdirSync(programs, { recursive: true });
  const onWait = (holder: string): void =>
    progress.step(`waiting for process ${holder}, which is compiling the lab's programs`);
  await withLock(
    join(programs, '.lock'),
    onWait,
    async () => {
      await removeLeftovers(programs);
      // Another process may have compiled them while this one waited.
      const todo = unusable();
      if (todo.length > 0) await new Build(workshop, todo, progress, signal).run();
    },
    signal,
  );
}

/** Which version of Go compiled a family and how long each program took (s), from its manifest; throws when it is not compiled. */
export function buildRecord(name: FamilyName): { go: string; seconds: Record<string, number> } {
  return readManifest(familyDirectory(name)).about as { go: string; seconds: Record<string, number> };
}

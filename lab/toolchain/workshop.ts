import { join } from 'node:path';
import { cacheDirectory } from '../directories';
import { familyKey } from './keys';
import type { ProgramFamily } from './programs';

/** Where families come from and go to; tests put their own in place of the lab's. */
export interface Workshop {
  readonly families: Readonly<Record<string, ProgramFamily>>;
  /** The directory of the wrapper modules. */
  readonly modules: string;
  /** Below this many free bytes nothing is compiled. */
  readonly minimumFreeBytes: number;
}

/** Where compiled families lie: `$cache/programs`. */
export function programsDirectory(): string {
  return join(cacheDirectory(), 'programs');
}

/** A family by its name; throws a TypeError for a name outside the workshop's table. */
export function familyIn(workshop: Workshop, name: string): ProgramFamily {
  const family = workshop.families[name];
  if (!family) throw new TypeError(`no program family is called "${name}"`);
  return family;
}

/** The directory of a family's Go module. */
export function moduleDirectory(workshop: Workshop, name: string): string {
  return join(workshop.modules, familyIn(workshop, name).directory);
}

/** The directory of a family's cache entry: `$cache/programs/<family>-<key>`. */
export function entryDirectory(workshop: Workshop, name: string): string {
  return join(
    cacheDirectory(),
    'programs',
    `${name}-${familyKey(familyIn(workshop, name), workshop.modules)}`,
  );
}

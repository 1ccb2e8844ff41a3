import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../directories';
import type { Progress } from '../progress';
import {
  entryDamage,
  entryProblem,
  makeEntry,
  removeLeftovers,
  removeOldEntries,
} from '../toolchain/cache-entry';
import { requireFree } from '../toolchain/disk';
import { debianRoot, ensureDebian } from '../toolchain/debian';
import { ensureEnvoy, envoyDirectory, envoyKey } from '../toolchain/envoy';
import { shortHash } from '../toolchain/keys';
import { withLock } from '../toolchain/lock';
import type { FamilyName, ProgramName } from '../toolchain/programs';
import { ensurePrograms, familyDirectory, programKey, programPath } from '../toolchain/toolchain';
import { commonEntries, type LayerEntry } from './layer';
import { writeArchive } from './oci-archive';
import {
  imageUser,
  optionalImageNames,
  recipes,
  type ImageName,
  type ImageRecipe,
  type OptionalImageName,
} from './recipes';

export type { ImageName, OptionalImageName } from './recipes';
export { optionalImageNames } from './recipes';

/** Every image of the lab, optional ones included. */
export const imageNames = Object.keys(recipes) as ImageName[];

/** The images of a lab that has these optional ones besides the usual. */
export function imagesWith(optional: readonly string[]): ImageName[] {
  const left = (optionalImageNames as readonly string[]).filter((name) => !optional.includes(name));
  return imageNames.filter((name) => !left.includes(name));
}

/** Counted up when the way an archive is written changes, so that old archives are not taken for new ones. */
const format = 1;

/** The full reference of each image, such as `continuous-load.lab/podinfo:<tag>`; known before anything is compiled. */
export function imageReferences(): Record<ImageName, string> {
  return Object.fromEntries(
    imageNames.map((name) => [name, `continuous-load.lab/${name}:${imageTag(name)}`]),
  ) as Record<ImageName, string>;
}

/** The path of an image's archive in the cache (tar in OCI layout, one uncompressed layer), whether it is there yet or not. */
export function imageArchive(name: ImageName): string {
  return join(imageEntry(name), 'image.tar');
}

/**
 * Makes sure that the archives of all images are in the cache, of optional ones those asked for, whole; compiles their programs and
 * writes them otherwise. Costs milliseconds when nothing is to do. Throws what {@link ensurePrograms} and {@link ensureEnvoy} throw.
 */
export async function ensureImages(
  progress: Progress,
  signal?: AbortSignal,
  optional: readonly OptionalImageName[] = [],
): Promise<void> {
  const wanted = imagesWith(optional);
  const missing = (): ImageName[] => wanted.filter((name) => entryProblem(imageEntry(name)) !== undefined);
  if (missing().length === 0) return;
  await ensurePrograms(programsOf(missing()), progress, signal);
  if (missing().some((name) => hasFilesOf('envoy', recipes[name]))) await ensureEnvoy(progress, signal);
  if (missing().some((name) => hasFilesOf('debian', recipes[name]))) await ensureDebian(progress, signal);

  const parent = join(cacheDirectory(), 'images');
  mkdirSync(parent, { recursive: true });
  await withLock(
    join(parent, '.lock'),
    (holder) => progress.step(`waiting for process ${holder}, which is writing images`),
    async () => {
      await removeLeftovers(parent);
      const todo = missing();
      if (todo.length === 0) return;
      requireFree(parent, 1024 ** 3, 'write images');
      progress.step(`writing ${todo.length} of ${wanted.length} images`);
      try {
        for (const [done, name] of todo.entries()) {
          signal?.throwIfAborted();
          progress.detail(`${name} (${done + 1} of ${todo.length})`);
          const problem = entryProblem(imageEntry(name));
          if (problem !== 'missing')
            progress.note(`the image ${name} is broken (${problem ?? ''}); it is written again`);
          await makeEntry(imageEntry(name), (temporary) => writeImage(name, join(temporary, 'image.tar')));
          await removeOldEntries(imageEntry(name));
        }
      } catch (error) {
        progress.end('failed');
        throw error;
      }
    },
    signal,
  );
}

/** Reads and hashes every archive; returns what is damaged as `image: reason`. Images never written are left out. */
export async function damagedImages(): Promise<string[]> {
  const damaged: string[] = [];
  for (const name of imageNames) {
    const problem = await entryDamage(imageEntry(name));
    if (problem !== undefined && problem !== 'missing') damaged.push(`${name}: ${problem}`);
  }
  return damaged;
}

/** The layer's entries of a recipe, with programs found by `pathOf` and data files in the directories that `directoryOf` gives. */
export function layerEntries(
  recipe: ImageRecipe,
  pathOf: (program: ProgramName) => string,
  directoryOf: (family: FamilyName | 'envoy' | 'debian') => string,
): LayerEntry[] {
  const programs = Object.entries(recipe.programs).map(([program, path]) => ({
    path,
    mode: 0o755,
    source: pathOf(program as ProgramName),
  }));
  const files = (recipe.files ?? []).map(({ path, family, file, mode = 0o644 }) => ({
    path,
    mode,
    source: join(directoryOf(family), file),
  }));
  const texts = (recipe.texts ?? []).map((text) => ({ ...text, mode: 0o644 }));
  return [...commonEntries, ...(recipe.directories ?? []), ...programs, ...files, ...texts];
}

async function writeImage(name: ImageName, file: string): Promise<Record<string, unknown>> {
  const recipe = recipes[name];
  const reference = imageReferences()[name];
  const config = {
    reference,
    user: `${imageUser}:${imageUser}`,
    entrypoint: recipe.entrypoint,
    workingDirectory: recipe.workingDirectory ?? '/',
    environment: recipe.environment ?? {},
  };
  const { digest } = await writeArchive(file, config, layerEntries(recipe, programPath, directoryOf));
  return { reference, digest };
}

function directoryOf(family: FamilyName | 'envoy' | 'debian'): string {
  if (family === 'debian') return debianRoot();
  return family === 'envoy' ? envoyDirectory() : familyDirectory(family);
}

function hasFilesOf(family: 'envoy' | 'debian', recipe: ImageRecipe): boolean {
  return (recipe.files ?? []).some((file) => file.family === family);
}

function imageEntry(name: ImageName): string {
  return join(cacheDirectory(), 'images', `${name}-${imageTag(name)}`);
}

/** Follows from the keys of the image's programs and its recipe: content-addressed without the content. */
function imageTag(name: ImageName): string {
  const keys = programsOf([name]).map(programKey);
  return shortHash(
    format,
    recipes[name],
    commonEntries,
    hasFilesOf('envoy', recipes[name]) ? [...keys, envoyKey()] : keys,
  );
}

/** The programs in some images. */
export function programsOf(names: readonly ImageName[]): ProgramName[] {
  return [...new Set(names.flatMap((name) => Object.keys(recipes[name].programs) as ProgramName[]))];
}

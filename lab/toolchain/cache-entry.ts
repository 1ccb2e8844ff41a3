import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

const manifestFile = 'manifest.json';
const unfinished = '.making-';

const fileRecord = z.strictObject({ bytes: z.number(), sha256: z.string(), executable: z.boolean() });
const manifestSchema = z.strictObject({
  made: z.string(),
  about: z.record(z.string(), z.unknown()),
  files: z.record(z.string(), fileRecord),
  links: z.record(z.string(), z.string()),
});

/** What a cache entry holds: its files with size and SHA-256, its symbolic links, and what its maker noted about it. */
export type EntryManifest = z.infer<typeof manifestSchema>;

/**
 * Why a cache entry cannot be used: `missing` when there is none, else what is broken about it; undefined when it is whole.
 * Looks at presence, size, mode and link targets (about 10 µs a file); contents are compared only by {@link entryDamage}.
 */
export function entryProblem(directory: string): string | undefined {
  let manifest: EntryManifest;
  try {
    manifest = readManifest(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return 'its manifest cannot be read';
    return lstatSync(directory, { throwIfNoEntry: false }) ? 'its manifest is missing' : 'missing';
  }
  for (const [file, { bytes, executable }] of Object.entries(manifest.files)) {
    const found = lstatSync(join(directory, file), { throwIfNoEntry: false });
    if (!found?.isFile()) return `${file} is missing`;
    if (found.size !== bytes) return `${file} has ${found.size} bytes instead of ${bytes}`;
    if (executable && !(found.mode & 0o100)) return `${file} is not executable`;
  }
  for (const [link, target] of Object.entries(manifest.links)) {
    if (!lstatSync(join(directory, link), { throwIfNoEntry: false })?.isSymbolicLink())
      return `the link ${link} is missing`;
    if (readlinkSync(join(directory, link)) !== target) return `the link ${link} does not lead to ${target}`;
  }
  return undefined;
}

/** Like {@link entryProblem}, but reads and hashes every file too (seconds for large entries). */
export async function entryDamage(directory: string): Promise<string | undefined> {
  const problem = entryProblem(directory);
  if (problem !== undefined) return problem;
  for (const [file, { sha256 }] of Object.entries(readManifest(directory).files)) {
    if ((await sha256Of(join(directory, file))) !== sha256)
      return `${file} has other contents than were written`;
  }
  return undefined;
}

/** The manifest of a cache entry; throws when there is none or it is no manifest. */
export function readManifest(directory: string): EntryManifest {
  return manifestSchema.parse(JSON.parse(readFileSync(join(directory, manifestFile), 'utf8')));
}

/**
 * Makes a cache entry: `fill` writes into a directory beside it, which takes the entry's name only when it is complete, so a reader
 * sees all of it or nothing. An old entry of that name is replaced. What `fill` resolves to is noted in the manifest. When it
 * rejects, nothing is left. The caller holds the lock of the parent directory.
 */
export async function makeEntry(
  directory: string,
  fill: (temporary: string) => Promise<Record<string, unknown>>,
): Promise<void> {
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  const temporary = await mkdtemp(join(parent, unfinished));
  try {
    const about = await fill(temporary);
    const manifest: EntryManifest = {
      made: new Date().toISOString(),
      about,
      ...(await inventory(temporary)),
    };
    await writeFile(join(temporary, manifestFile), JSON.stringify(manifest, undefined, 1));
    await rm(directory, { recursive: true, force: true });
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Removes what makers that died left in `parent`; only while holding its lock. Resolves to how many there were. */
export async function removeLeftovers(parent: string): Promise<number> {
  const leftovers = (await readdir(parent)).filter((name) => name.startsWith(unfinished));
  for (const name of leftovers) await rm(join(parent, name), { recursive: true, force: true });
  return leftovers.length;
}

/** Entries of the same name under other keys that are kept: another checkout, or a lab that still runs, may use them. */
const keptOldEntries = 2;

/** Removes all but the two youngest entries that have the name of `directory` under another key; only while holding its lock. */
export async function removeOldEntries(directory: string): Promise<void> {
  const parent = dirname(directory);
  const name = basename(directory).replace(keySuffix, '');
  const others = (await readdir(parent))
    .filter(
      (entry) =>
        keySuffix.test(entry) && entry.replace(keySuffix, '') === name && entry !== basename(directory),
    )
    .map((entry) => ({ path: join(parent, entry), madeMs: lstatSync(join(parent, entry)).mtimeMs }))
    .sort((a, b) => b.madeMs - a.madeMs);
  for (const { path } of others.slice(keptOldEntries)) await rm(path, { recursive: true, force: true });
}

const keySuffix = /-[0-9a-f]{12}$/;

async function inventory(directory: string): Promise<Pick<EntryManifest, 'files' | 'links'>> {
  const files: EntryManifest['files'] = {};
  const links: EntryManifest['links'] = {};
  for (const file of (await readdir(directory, { recursive: true })).sort()) {
    const path = join(directory, file);
    const found = lstatSync(path);
    if (found.isSymbolicLink()) links[file] = await readlink(path);
    if (found.isFile()) {
      files[file] = {
        bytes: (await stat(path)).size,
        sha256: await sha256Of(path),
        executable: (found.mode & 0o100) !== 0,
      };
    }
  }
  return { files, links };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

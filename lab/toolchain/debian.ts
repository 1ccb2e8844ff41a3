import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheDirectory } from '../directories';
import type { Progress } from '../progress';
import { Apt, type DebianPackage } from './apt';
import {
  entryDamage,
  entryProblem,
  makeEntry,
  readManifest,
  removeLeftovers,
  removeOldEntries,
} from './cache-entry';
import { runChild } from './child';
import { prepareTree } from './debian-tree';
import { requireFree } from './disk';
import { shortHash } from './keys';
import { withLock } from './lock';
import { ToolchainError } from './toolchain-error';

/** What a node needs from Debian; their dependencies come with them. */
export const debianPackages = [
  'conntrack',
  'containerd',
  'containernetworking-plugins',
  'iproute2',
  'iptables',
  'runc',
] as const;

/** Counted up when the way a tree is made changes, so that old entries are not taken for new ones. */
const recipe = 1;

/** Each is run once after unpacking: a missing library shows here, not in a node. */
const checks: readonly (readonly [program: string, ...args: string[]])[] = [
  ['usr/bin/containerd', '--version'],
  ['usr/bin/ctr', '--version'],
  ['usr/sbin/runc', '--version'],
  ['usr/sbin/iptables', '--version'],
  ['usr/sbin/ip6tables', '--version'],
  ['usr/sbin/conntrack', '--version'],
  ['usr/bin/ip', '-V'],
];

/**
 * The unpacked tree of containerd, runc, CNI plugins (`/usr/lib/cni`), iptables, conntrack and iproute2 with the libraries they need:
 * an overlay's lower layer above a root of the same Debian release (`lowerdir=<it>:/`). It shadows no top-level symbolic link.
 */
export function debianRoot(): string {
  return join(debianEntry(), 'root');
}

/** The packages in {@link debianRoot} with their versions; throws when it is not there yet. */
export function unpackedPackages(): DebianPackage[] {
  return readManifest(debianEntry()).about['packages'] as DebianPackage[];
}

/**
 * Makes sure that {@link debianRoot} is there and whole; downloads and unpacks it otherwise. Nothing is installed and the machine's
 * apt state stays as it is. Throws a ToolchainError (no apt, a source that does not answer, a program that does not run).
 */
export async function ensureDebian(progress: Progress, signal?: AbortSignal): Promise<void> {
  const entry = debianEntry();
  if (entryProblem(entry) === undefined) return;
  const parent = join(entry, '..');
  mkdirSync(parent, { recursive: true });
  await withLock(
    join(parent, '.lock'),
    (holder) => progress.step(`waiting for process ${holder}, which is unpacking Debian packages`),
    async () => {
      await removeLeftovers(parent);
      const problem = entryProblem(entry);
      if (problem === undefined) return;
      if (problem !== 'missing')
        progress.note(`the unpacked Debian packages are broken (${problem}); they are unpacked again`);
      requireFree(parent, 1024 ** 3, 'unpack Debian packages');
      try {
        await makeEntry(entry, (temporary) => unpack(temporary, progress, signal));
        await removeOldEntries(entry);
      } catch (error) {
        progress.end('failed');
        throw error;
      }
    },
    signal,
  );
}

/** What is damaged about the unpacked tree, every file read and hashed; undefined when it is whole or was never made. */
export async function damagedDebian(): Promise<string | undefined> {
  const damage = await entryDamage(debianEntry());
  return damage === 'missing' ? undefined : damage;
}

function debianEntry(): string {
  return join(
    cacheDirectory(),
    'debian',
    `packages-${shortHash(debianPackages, recipe, process.arch, release())}`,
  );
}

/** The distribution and its release, such as `debian 12`: packages of one do not fit the other. */
function release(): string {
  const file = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const value = (name: string): string => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(file)?.[1] ?? '';
  return `${value('ID')} ${value('VERSION_ID')}`;
}

async function unpack(
  temporary: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  progress.step(`downloading Debian packages (${debianPackages.join(', ')})`);
  const scratch = join(temporary, '.apt');
  await mkdir(scratch);
  const onLine = (line: string): void => {
    const got = /^Get:\d+ \S+ \S+ \S+ (\S+)/.exec(line)?.[1];
    if (got !== undefined) progress.detail(got);
  };
  const apt = new Apt(scratch, { signal, onLine });
  const downloads = join(scratch, 'downloads');
  const packages = await fetchAll(apt, downloads);

  progress.step(`unpacking ${packages.length} Debian packages`);
  const root = join(temporary, 'root');
  await mkdir(root, { mode: 0o755 });
  for (const file of (await readdir(downloads)).filter((name) => name.endsWith('.deb')).sort()) {
    const { code, lines } = await runChild('dpkg-deb', ['--extract', join(downloads, file), root], {
      signal,
    });
    if (code !== 0)
      throw new ToolchainError(
        `dpkg-deb cannot unpack ${file}: ${lines.slice(-3).join(' ')}. Run the command again.`,
      );
  }
  await prepareTree(root);
  await rm(scratch, { recursive: true, force: true });
  for (const [program, ...args] of checks) await check(root, program, args, signal);
  return { packages };
}

/** The machine's lists may name files that the archive has replaced since: then once more with fresh lists. */
async function fetchAll(apt: Apt, downloads: string): Promise<DebianPackage[]> {
  const attempt = async (): Promise<DebianPackage[]> => {
    const packages = await apt.closure(debianPackages);
    await apt.download(packages, downloads);
    return packages;
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    await rm(downloads, { recursive: true, force: true });
    await apt.refresh();
    return attempt();
  }
}

async function check(
  root: string,
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const libraries = join(root, 'usr', 'lib');
  const triplets = (await readdir(libraries)).filter((name) => /-linux-gnu/.test(name));
  const path = [...triplets.map((triplet) => join(libraries, triplet)), libraries].join(delimiter);
  const { code, lines } = await runChild(join(root, program), args, {
    env: { ...process.env, LD_LIBRARY_PATH: path },
    signal,
  });
  if (code === 0) return;
  throw new ToolchainError(
    `${program} out of Debian's packages does not run here: ${lines.slice(-3).join(' ') || `exit code ${code ?? 'unknown'}`}. ` +
      "Do this machine's apt sources belong to its release (/etc/os-release)?",
  );
}

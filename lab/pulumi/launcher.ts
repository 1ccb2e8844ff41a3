import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Directory of the checkout: what this file lies in, two levels up. */
export const checkoutDirectory = join(__dirname, '..', '..');

/** The node that plugins run on: the npm package `node` of the checkout, else the one that runs this. */
export function nodeProgram(checkout = checkoutDirectory): string {
  const own = join(checkout, 'node_modules', 'node', 'bin', 'node');
  return existsSync(own) ? own : process.execPath;
}

function sourceFiles(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Key of a bundle: 12 hex digits over all sources that may be in it and the versions of all packages. */
function bundleKey(checkout: string): string {
  const digest = createHash('sha256');
  for (const file of [...sourceFiles(join(checkout, 'lab')), join(checkout, 'package-lock.json')]) {
    digest.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return digest.digest('hex').slice(0, 12);
}

/** Files of the checkout that look for others beside themselves go on to do so from within a bundle. */
const ownDirectories: Plugin = {
  name: 'own-directories',
  setup(bundling) {
    bundling.onLoad({ filter: /[/\\]lab[/\\].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('__dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    }));
  },
};

/**
 * Bundles a plugin into one file of a cache directory, and gives its path; does nothing when it is there. A plugin then starts in 0.2 s,
 * against 2.6 s through `tsx`.
 */
export async function bundlePlugin(name: string, entry: string, cache: string): Promise<string> {
  const file = join(cache, `${name}-${bundleKey(checkoutDirectory)}.js`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  try {
    await build({
      entryPoints: [entry],
      outfile: partial,
      bundle: true,
      platform: 'node',
      target: 'node22',
      plugins: [ownDirectories],
      logLevel: 'error',
      tsconfigRaw: {}, // the checkout's is for checking, and a changed one must not change the bundle
    });
    renameSync(partial, file);
  } finally {
    rmSync(partial, { force: true });
  }
  for (const old of readdirSync(cache)) {
    if (old.startsWith(`${name}-`) && old.endsWith('.js') && join(cache, old) !== file)
      rmSync(join(cache, old));
  }
  return file;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Shell script that starts a plugin: from its bundle, or through `tsx` when the cache was cleared meanwhile. */
export function launcherScript(bundle: string, entry: string): string {
  const loader = `file://${join(checkoutDirectory, 'node_modules', 'tsx', 'dist', 'loader.mjs')}`;
  return [
    '#!/bin/sh',
    '# Written by lab/pulumi/home.ts: starts the stand-in plugin of the checkout.',
    `node=${quoted(nodeProgram())}`,
    `[ -f ${quoted(bundle)} ] && exec "$node" ${quoted(bundle)} "$@"`,
    `exec "$node" --import ${quoted(loader)} ${quoted(entry)} "$@"`,
    '',
  ].join('\n');
}

/** Writes a file only when it differs, in one step, so that a running plugin never sees half of it. */
export function writeIfChanged(file: string, text: string, mode: number): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, text, { mode });
  renameSync(partial, file);
}

import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

/** Directories that are symbolic links into /usr on a merged-/usr system; a real directory would hide them in an overlay. */
const merged = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/** Never read by a node. */
const dropped = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/lintian',
  'usr/share/locale',
  'usr/share/bash-completion',
  'usr/include',
];

/**
 * Makes a tree of unpacked packages fit to lie over a merged-/usr root: `lib/*`, `bin/*` and so on move below `usr`, absolute links
 * become relative ones (right in the tree itself, too), documentation goes, and the iptables commands get the links that
 * update-alternatives would make.
 */
export async function prepareTree(root: string): Promise<void> {
  for (const name of merged) await mergeInto(join(root, name), join(root, 'usr', name));
  for (const name of dropped) await rm(join(root, name), { recursive: true, force: true });
  await makeLinksRelative(root);
  await linkAlternatives(join(root, 'usr', 'sbin'));
}

/** The commands that update-alternatives would link to the nft flavour of iptables. */
export const iptablesCommands = ['iptables', 'ip6tables'].flatMap((name) => [
  name,
  `${name}-save`,
  `${name}-restore`,
]);

/** arptables and ebtables have no `-nft` in the middle of the name they are called by either. */
const otherTables = ['arptables', 'ebtables'].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);

async function linkAlternatives(sbin: string): Promise<void> {
  if (!existsSync(join(sbin, 'xtables-nft-multi'))) return;
  for (const command of [...iptablesCommands, ...otherTables]) {
    if (!existsSync(join(sbin, command))) await symlink('xtables-nft-multi', join(sbin, command));
  }
}

async function mergeInto(from: string, to: string): Promise<void> {
  const found = await lstat(from).catch(() => undefined);
  if (!found) return;
  if (!found.isDirectory()) {
    // A link that a package ships to its own file (`bin/x -> /usr/bin/x`) must not replace that file.
    if (!existsSync(to)) await rename(from, to);
    else await rm(from);
    return;
  }
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await mergeInto(join(from, name), join(to, name));
  await rm(from, { recursive: true, force: true });
}

async function makeLinksRelative(root: string): Promise<void> {
  for (const file of await readdir(root, { recursive: true })) {
    const path = join(root, file);
    if (!(await lstat(path)).isSymbolicLink()) continue;
    const target = await readlink(path);
    if (!target.startsWith('/')) continue;
    const top = target.split('/')[1] ?? '';
    const inside = join(root, merged.includes(top) ? 'usr' : '', target);
    if (inside === path || !existsSync(inside)) continue;
    await rm(path);
    await symlink(join(relative(dirname(path), dirname(inside)), basename(inside)), path);
  }
}

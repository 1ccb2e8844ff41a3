import {
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';

/** Where a symbolic link points; undefined when the path is none or is missing. */
export function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a symbolic link to a target, in place of whatever was there, in one step; does nothing when it is right. */
export function linkTo(path: string, target: string): void {
  if (linkTarget(path) === target) return;
  const partial = `${path}.${process.pid}.partial`;
  rmSync(partial, { force: true });
  symlinkSync(target, partial);
  if (linkTarget(path) === undefined) rmSync(path, { recursive: true, force: true }); // a directory cannot be renamed over
  renameSync(partial, path);
}

/** Whether two paths hold the same file, or one of the same size and time (a copy across file systems). */
function isSameFile(a: string, b: string): boolean {
  const [one, other] = [statSync(a, { throwIfNoEntry: false }), statSync(b, { throwIfNoEntry: false })];
  if (!one || !other || linkTarget(a) !== undefined) return false;
  if (one.dev === other.dev) return one.ino === other.ino;
  return one.size === other.size && one.mtimeMs >= other.mtimeMs;
}

/** Makes a path the very file of another (a hard link, or a copy across file systems), in one step; does nothing when it is. */
export function hardLinkTo(path: string, target: string): void {
  if (isSameFile(path, target)) return;
  const partial = `${path}.${process.pid}.partial`;
  rmSync(partial, { force: true });
  try {
    linkSync(target, partial);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
    copyFileSync(target, partial, constants.COPYFILE_FICLONE);
  }
  renameSync(partial, path);
}

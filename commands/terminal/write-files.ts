import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from './failure';

/**
 * Writes files into a directory, which is made if it is not there and named as the user's shell sees it; returns their paths.
 * Throws a Failure that names the option `--out` when it cannot be written.
 */
export function writeFiles(
  out: string,
  files: readonly { readonly file: string; readonly text: string }[],
): string[] {
  const directory = resolve(process.env['INIT_CWD'] ?? process.cwd(), out);
  try {
    mkdirSync(directory, { recursive: true });
    for (const { file, text } of files) writeFileSync(join(directory, file), text);
  } catch (error) {
    throw new Failure(`--out: ${directory} cannot be written: ${(error as Error).message}.`);
  }
  return files.map(({ file }) => join(directory, file));
}

import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Mends what an engine left that was killed while it wrote a stack's state, and returns a sentence for each thing mended. The file
 * backend (gocloud.dev/blob/fileblob) writes `X.<hex>.tmp` and `X.attrs`, and then renames: killed in between, it leaves an empty
 * `.attrs`, which makes every later command fail with "failed to load checkpoint: EOF" (seen). Call it when no engine is at work.
 */
export function mendTornFiles(stateFile: string): string[] {
  const directory = dirname(stateFile);
  if (!existsSync(directory)) return [];
  const mended: string[] = [];
  const name = basename(stateFile);
  for (const entry of readdirSync(directory).filter((found) => found.startsWith(`${name}.`))) {
    const file = join(directory, entry);
    if (!entry.endsWith('.tmp') && !(entry.endsWith('.attrs') && !isJson(file))) continue;
    rmSync(file, { force: true });
    mended.push(`removed ${entry}, which a killed Pulumi had not finished writing`);
  }
  // a state that is gone was removed on purpose: Pulumi keeps a backup of what `stack rm` removes
  if (!existsSync(stateFile) || isJson(stateFile)) return mended;
  const backup = `${stateFile}.bak`;
  if (isJson(backup)) {
    copyFileSync(backup, stateFile);
    mended.push(`took the state from before the last step, ${basename(backup)}: ${name} was cut short`);
  } else
    mended.push(
      `${stateFile} cannot be read, and neither can its backup: \`npm run down\` removes state and lab`,
    );
  return mended;
}

function isJson(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, 'utf8'));
    return true;
  } catch {
    return false;
  }
}

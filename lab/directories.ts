import { chmodSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const product = 'continuous-load';

/** What outlives a run and is not a cache: Pulumi's backend, labs, keys. `$XDG_STATE_HOME/continuous-load`, default `~/.local/state/continuous-load`. */
export function stateDirectory(): string {
  return join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), product);
}

/** What can be made again: compiled programs, unpacked packages, images. `$XDG_CACHE_HOME/continuous-load`, default `~/.cache/continuous-load`. */
export function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), product);
}

/** Makes a directory that only its owner can enter, before anything secret is written into it. */
export function makePrivate(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  return directory;
}

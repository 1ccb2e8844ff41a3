import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../../lab/progress';
import { projectName, type Stack } from '../stack/stack';
import { stateFile, tellEngine, type Engine } from './engine';
import { clearStaleLocks } from './engine-lock';
import { mendTornFiles } from './torn-files';
import { pulumiHomeDirectory } from '../../lab/pulumi/home';
import { Failure } from '../terminal/failure';

/** Directory of the lab's file backend, as {@link engineFor} gives it; it need not be there. */
export function labBackend(): string {
  return join(pulumiHomeDirectory(), 'backend');
}

/** Whether a stack has a state in the lab's file backend; a look at a file, so that it needs no CLI. */
export function hasState(engine: Pick<Engine, 'backend'>, stack: Pick<Stack, 'name'>): boolean {
  return engine.backend !== undefined && existsSync(stateFile(engine.backend, stack.name));
}

/** Makes the state of a lab stack unless it is there; the salt of its secrets goes to the config beside the stack's directory. */
export async function ensureState(engine: Engine, stack: Stack): Promise<void> {
  if (hasState(engine, stack)) return;
  await tellEngine(engine, stack, ['stack', 'init', stack.name, '--no-select']);
}

/** Clears locks of engines that died, and what they left half-written; says so. Throws a Failure when one is at work. */
export function unlock(engine: Engine, stack: Stack, progress: Pick<Progress, 'note'>): void {
  if (engine.backend === undefined) return;
  for (const lock of clearStaleLocks(engine.backend, stack.name)) {
    progress.note(
      `cleared the lock of a Pulumi that does not run any more (process ${lock.pid}, begun ${lock.timestamp})`,
    );
  }
  for (const sentence of mendTornFiles(stateFile(engine.backend, stack.name))) progress.note(sentence);
}

/**
 * For verbs that only read: does what {@link unlock} does, or nothing while an engine is at work, whose files are not torn but
 * being written. Never throws for that.
 */
export function unlockUnlessHeld(engine: Engine, stack: Stack, progress: Pick<Progress, 'note'>): void {
  try {
    unlock(engine, stack, progress);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}

/** Removes a stack from the lab's file backend when there is no CLI to do it. */
export function removeStateFiles(backend: string, stack: string): void {
  const file = stateFile(backend, stack);
  for (const suffix of ['', '.attrs', '.bak', '.bak.attrs']) rmSync(`${file}${suffix}`, { force: true });
  for (const kind of ['history', 'backups']) {
    rmSync(join(backend, '.pulumi', kind, projectName, stack), { recursive: true, force: true });
  }
  rmSync(join(backend, '.pulumi', 'locks', 'organization', projectName, stack), {
    recursive: true,
    force: true,
  });
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SignalModel } from '../../signals/model';
import { checkout, type Stack } from '../stack/stack';

/** Directory of the policy pack. */
const pack = join(checkout, 'policies');

/**
 * Flags by which Pulumi judges a stack by the policy pack, with the levels of `policies/stacks/`: the stack's own file, else that of its kind.
 * None where the user names a pack on the command line.
 */
export function policyFlags(
  stack: Stack,
  { timeScale = 1 }: Pick<SignalModel, 'timeScale'>,
  rest: readonly string[],
): string[] {
  if (rest.some((flag) => flag.startsWith('--policy-pack'))) return [];
  const levels = timeScale === 1 ? levelsFile(stack) : withoutBurnWindows(stack);
  return ['--policy-pack', pack, '--policy-pack-config', levels];
}

/** The file with the levels of a stack; a stack without one is held to what prod is. */
export function levelsFile({ name, isLab }: Pick<Stack, 'name' | 'isLab'>): string {
  const own = join(pack, 'stacks', `${name}.json`);
  return existsSync(own) ? own : join(pack, 'stacks', isLab ? 'lab.json' : 'prod.json');
}

/** Windows that are divided for a test are not those that the factors of burn alerts are made for: a lab's copy of the levels says so. */
function withoutBurnWindows(stack: Stack): string {
  if (!stack.isLab) return levelsFile(stack);
  const levels = JSON.parse(readFileSync(levelsFile(stack), 'utf8')) as Record<string, unknown>;
  const file = join(stack.directory, 'policy-levels.json');
  writeFileSync(file, JSON.stringify({ ...levels, 'burn-windows': 'disabled' }));
  return file;
}

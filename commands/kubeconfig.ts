import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { makePrivate } from '../lab/directories';
import { engineFor } from './engine/engine';
import { notUp, stackOutputs } from './engine/stack-outputs';
import { hasState } from './engine/stack-state';
import { findStack, stackDirectory } from './stack/stack';
import { ownArguments } from './terminal/arguments';
import { Failure } from './terminal/failure';
import { runVerb, type Terminal } from './terminal/verb';

/** `npm run -s kubeconfig [stack]`: writes the stack's kubeconfig where only its owner can read it, and prints the path. */
export async function kubeconfig(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = new Command('npm run -s kubeconfig')
    .description('Print the path of a kubeconfig of a stack: export KUBECONFIG=$(npm run -s kubeconfig)')
    .usage('[stack]');
  const { stack: name } = ownArguments(command, argv);
  const stack = findStack(name, { present: true });
  const engine = await engineFor(stack);
  if (stack.isLab && !hasState(engine, stack)) throw notUp(stack);
  const { kubeconfig: text } = await stackOutputs(engine, stack, true);
  if (typeof text !== 'string' || text === '') {
    throw new Failure(
      `Stack ${name} gives no kubeconfig of its own: it uses yours (KUBECONFIG or ~/.kube/config) and a context of it.`,
    );
  }
  const file = join(makePrivate(stackDirectory(name)), 'kubeconfig');
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  terminal.print(file);
}

if (require.main === module)
  void runVerb('kubeconfig', (terminal) => kubeconfig(process.argv.slice(2), terminal));

import { Command } from 'commander';
import { engineFor, runEngine } from './engine/engine';
import { requireKnownArguments } from './engine/pulumi-flags';
import { notUp } from './engine/stack-outputs';
import { hasState, unlock } from './engine/stack-state';
import { findStack } from './stack/stack';
import { passThrough } from './terminal/arguments';
import { Failure } from './terminal/failure';
import { configOptions } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';

/** `npm run refresh [stack] [-- flags]`: reads what is really there into the state; a dead lab shows as drift. */
export async function refresh(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = configOptions(new Command('npm run refresh'))
    .description('Read what is really there into the state of a stack; nothing but the state is changed.')
    .usage('[stack] [-- flags]')
    .addHelpText(
      'after',
      '\nUnknown flags go to Pulumi: `npm run refresh -- --preview-only --expect-no-changes` ends with 7 on drift.',
    );
  const { stack: name, options, rest, own } = passThrough(command, argv);
  const stack = findStack(name, { present: true, configFile: options['configFile'] as string | undefined });
  const engine = await engineFor(stack);
  if (stack.isLab && !hasState(engine, stack)) throw notUp(stack);
  await terminal.interruption.guard(requireKnownArguments(engine, 'refresh', rest, own));
  if (stack.isLab) unlock(engine, stack, terminal.progress);
  terminal.stage('The state is as it was, or as far as the refresh came.');
  const unasked = stack.isLab && !rest.includes('--preview-only') ? ['--yes', '--clear-pending-creates'] : [];
  const flags = ['refresh', '--stack', name, '--config-file', stack.configFile, ...unasked, ...rest];
  const code = await runEngine(engine, flags, terminal.interruption);
  if (code !== 0) throw new Failure(`Pulumi ended with exit code ${code}; the reason stands above.`, code);
}

if (require.main === module) void runVerb('refresh', (terminal) => refresh(process.argv.slice(2), terminal));

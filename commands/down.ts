import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { deleteLab, findLeftovers, readLab } from '../lab/cluster/lab';
import { askEngine, engineFor, runEngine, tellEngine, type Engine } from './engine/engine';
import { parseState, resourceCount } from './engine/pending-operations';
import { requireKnownArguments } from './engine/pulumi-flags';
import { hasState, labBackend, removeStateFiles, unlock } from './engine/stack-state';
import { forgetDefault } from './stack/default-stack';
import { describeKept } from './stack/kept';
import { findStack, presentLab, removeConfigCopy, UnknownStack, type Stack } from './stack/stack';
import { passThrough } from './terminal/arguments';
import { describeError, Failure } from './terminal/failure';
import { configOptions } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';

const help = `
A lab stack is destroyed without asking, with its lab and its state; caches and the passphrase are kept. A lab that is dead or
gone is removed too. Other stacks are destroyed by Pulumi, which asks; their history and config stay.
Unknown flags go to Pulumi: \`npm run down -- --target URN\`.`;

/** `npm run down [stack] [-- flags]`: destroys a stack; of a lab stack nothing is left but caches and the passphrase. */
export async function down(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = configOptions(new Command('npm run down'))
    .description('Remove a stack and what it made.')
    .usage('[stack] [-- flags]')
    .addHelpText('after', help);
  const { stack: name, options, rest, own } = passThrough(command, argv);
  const stack = await stackToRemove(name, options['configFile'] as string | undefined);
  if (stack === undefined) {
    forgetDefault(name);
    terminal.print(`There is nothing to remove of stack ${name}.\n${describeKept()}`);
    return;
  }
  if (stack.isLab) {
    await removeLabStack(stack, rest, own, terminal);
    if (rest.length === 0) forgetDefault(name);
    return;
  }

  terminal.stage(`What was destroyed is out of the state. Run \`npm run down ${name}\` again to go on.`);
  const engine = await engineFor(stack);
  await terminal.interruption.guard(requireKnownArguments(engine, 'destroy', rest, own));
  const code = await runEngine(
    engine,
    ['destroy', '--stack', name, '--config-file', stack.configFile, ...rest],
    terminal.interruption,
  );
  if (code !== 0) throw new Failure(`Pulumi ended with exit code ${code}; the reason stands above.`, code);
  if (rest.length === 0) forgetDefault(name);
  terminal.print(
    `\nStack ${name} is destroyed. Its history and config are kept; \`pulumi stack rm ${name}\` removes them.`,
  );
}

/**
 * The stack as it is; undefined when nothing is left of it, its config neither: what it was brought up from need not be there any more.
 * Throws a Failure when something is left that only the config could tell of.
 */
export async function stackToRemove(
  name: string,
  configFile: string | undefined,
): Promise<Stack | undefined> {
  try {
    return findStack(name, { present: true, configFile });
  } catch (error) {
    if (!(error instanceof UnknownStack)) throw error;
    const left = [
      ...(hasState({ backend: labBackend() }, { name }) ? [`its state in ${labBackend()}`] : []),
      ...(await findLeftovers(name)),
    ];
    if (left.length === 0) return undefined;
    throw new Failure(
      `Of stack ${name} there is still:\n${left.map((item) => `  ${item}`).join('\n')}\n` +
        `but no config: ${error.sourceFile} does not exist. Name the file that it was brought up with: \`npm run down ${name} -- --config-file FILE\`.`,
    );
  }
}

async function removeLabStack(
  stack: Stack,
  rest: readonly string[],
  own: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const { progress, interruption } = terminal;
  const labName = presentLab(stack) ?? stack.labName;
  if (!hasState({ backend: labBackend() }, stack) && (await findLeftovers(labName)).length === 0) {
    removeConfigCopy(stack);
    terminal.print(`There is nothing to remove of stack ${stack.name}.\n${describeKept()}`);
    return;
  }
  if (process.geteuid?.() !== 0)
    throw new Failure(
      'Removing a lab needs root, as making it did. Become root with `sudo -i` and run this again.',
    );
  const engine = await engineFor(stack);
  await interruption.guard(requireKnownArguments(engine, 'destroy', rest, own));
  terminal.stage(`Run \`npm run down ${stack.name}\` again to remove the rest.`);
  if (hasState(engine, stack) && !(await destroy(engine, stack, labName, rest, terminal))) return;
  if (await hasLab(labName)) {
    progress.step(`removing lab ${labName}`);
    await interruption.guard(deleteLab(labName, (message) => progress.detail(message)));
  }
  await removeState(engine, stack);
  removeConfigCopy(stack);
  const left = await findLeftovers(labName);
  if (left.length > 0)
    throw new Failure(
      `Of lab ${labName} there is still:\n${left.map((item) => `  ${item}`).join('\n')}\nRun this again; if it stays, restart the machine.`,
    );
  progress.end();
  terminal.print(
    `\nStack ${stack.name} is down. Looked for and not found of lab ${labName}: processes, mounts, network namespaces (with their ` +
      `links and iptables rules), cgroups, files.\n${describeKept()}`,
  );
}

async function hasLab(name: string): Promise<boolean> {
  return (await readLab(name)) !== undefined || (await findLeftovers(name)).length > 0;
}

/**
 * Lets Pulumi destroy what is in the state. When it cannot, the lab goes without it: everything in the state lives in the lab.
 * Resolves false when the user asked for a part only, and so something is meant to stay.
 */
async function destroy(
  engine: Engine,
  stack: Stack,
  labName: string,
  rest: readonly string[],
  terminal: Terminal,
): Promise<boolean> {
  const { progress, interruption } = terminal;
  if (!existsSync(engine.command)) {
    progress.note('there is no Pulumi CLI in the cache any more; the lab is removed without it');
    return true;
  }
  unlock(engine, stack, progress);
  const flags = ['--stack', stack.name, '--config-file', stack.configFile, '--yes', ...rest];
  // What cannot be reached lives in a lab that is about to be removed.
  const patient = { ...engine, env: { ...engine.env, PULUMI_K8S_DELETE_UNREACHABLE: 'true' } };
  const code = await runEngine(patient, ['destroy', ...flags], interruption);
  const left = await resourcesLeft(engine, stack);
  if (code === 0 && left === 0) return true;
  if (rest.length > 0) {
    if (code !== 0)
      throw new Failure(
        `Pulumi ended with exit code ${code}; the reason stands above. Nothing else was removed.`,
        code,
      );
    terminal.print(
      `\nWhat was asked for is destroyed; ${left ?? 'some'} resources of stack ${stack.name} stay.`,
    );
    return false;
  }
  progress.note(
    `Pulumi could not destroy the stack (exit code ${code}); lab ${labName} is removed without it, with everything in it`,
  );
  return true;
}

async function resourcesLeft(engine: Engine, stack: Stack): Promise<number | undefined> {
  const { code, stdout } = await askEngine(engine, stack, ['stack', 'export', '--stack', stack.name]);
  return code === 0 ? resourceCount(parseState(stdout)) : undefined;
}

async function removeState(engine: Engine, stack: Stack): Promise<void> {
  if (!hasState(engine, stack)) return;
  if (existsSync(engine.command) && existsSync(stack.directory)) {
    // Without `--preserve-config` Pulumi would look for, and remove, a config file of its own choice.
    await tellEngine(engine, stack, [
      'stack',
      'rm',
      stack.name,
      '--yes',
      '--force',
      '--preserve-config',
    ]).catch((error: unknown) => {
      if (process.env['DEBUG'] !== undefined) process.stderr.write(`${describeError(error)}\n`);
    });
  }
  if (engine.backend !== undefined) removeStateFiles(engine.backend, stack.name);
}

if (require.main === module) void runVerb('down', (terminal) => down(process.argv.slice(2), terminal));

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { hostProgram } from '../lab/toolchain/host-programs';
import type { ProgramName } from '../lab/toolchain/programs';
import { ensurePrograms, programPath } from '../lab/toolchain/toolchain';
import type { SignalModel } from '../signals/model';
import { needsIstio } from '../signals/mesh';
import { engineFor, runEngine, type Engine } from './engine/engine';
import { policyFlags } from './engine/policies';
import { requireKnownArguments } from './engine/pulumi-flags';
import { refuseOtherKind } from './engine/same-kind';
import { outputsSoFar } from './engine/stack-outputs';
import { ensureState, hasState, unlockUnlessHeld } from './engine/stack-state';
import { preflight } from './preflight';
import { fetchDefinitions } from './stack/prepare-k3d';
import { effectiveConfig, findStack, presentLab, writeConfigCopy, type Stack } from './stack/stack';
import { stackModel } from './stack/stack-model';
import { meantStack, passThrough } from './terminal/arguments';
import { Failure } from './terminal/failure';
import { collect, configOptions } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';

/** What a preview needs compiled: the operator's definitions, which are part of the program's input, and the CLI unless there is one. */
export async function neededPrograms(model: SignalModel): Promise<ProgramName[]> {
  const cli: ProgramName[] = (await hostProgram('pulumi')) === programPath('pulumi') ? ['pulumi'] : [];
  // Definitions of the Gateway API and of Istio lie beside istiod.
  return [...cli, 'crds', ...(needsIstio(model) ? (['pilot-discovery'] as const) : [])];
}

/** `npm run preview [stack] [-- flags]`: what `up` would change; works before the first `up`, without root and without a lab. */
export async function preview(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = configOptions(new Command('npm run preview'))
    .description('Show what `npm run up` would change, without changing it.')
    .usage('[stack] [-- flags]')
    .option('--set <path=value>', 'set config for this run (lab stacks); repeatable', collect, [])
    .option('--no-policies', 'do not judge the stack by the policy pack')
    .addHelpText(
      'after',
      '\nUnknown flags go to Pulumi: `npm run preview -- --diff`, `npm run preview -- --expect-no-changes`.',
    );
  const { options, rest, own, ...meant } = passThrough(command, argv);
  const { configFile, set, policies } = options as { configFile?: string; set: string[]; policies?: false };
  const name = await meantStack(meant, configFile, terminal);
  const stack = findStack(name, { configFile, set });
  const configText = effectiveConfig(stack, set);
  const model = stackModel(stack, configText);
  const judged = () => [...((policies ?? true) ? policyFlags(stack, model, rest) : []), ...rest];
  const check = (engine: Engine) =>
    terminal.interruption.guard(requireKnownArguments(engine, 'preview', rest, own));
  if (!stack.isLab) {
    const engine = await engineFor(stack);
    await check(engine);
    refuseOtherKind(stack, await outputsSoFar(engine, stack));
    if (stack.makesCluster) await fetchDefinitions(model, terminal);
    finish(await runEngine(engine, flags(stack, stack.configFile, judged()), terminal.interruption));
    return;
  }
  const engine = await prepare(stack, model, configText, check, terminal);
  // The copy tells what the stack has; a preview only asks, so it gets a copy of its own.
  const asked = join(stack.directory, `Pulumi.${stack.name}.preview.yaml`);
  writeFileSync(asked, effectiveConfig(stack, set), { mode: 0o600 });
  try {
    finish(await runEngine(engine, flags(stack, asked, judged()), terminal.interruption));
  } finally {
    rmSync(asked, { force: true });
  }
}

async function prepare(
  stack: Stack,
  model: SignalModel,
  configText: string,
  check: (engine: Engine) => Promise<void>,
  { progress, interruption }: Terminal,
): Promise<Engine> {
  const programs = await neededPrograms(model);
  await interruption.guard(
    preflight({ purpose: 'preview', stack, configText, presentLab: presentLab(stack), programs }),
  );
  await interruption.guard(ensurePrograms(programs, progress, interruption.signal));
  const engine = await interruption.guard(engineFor(stack));
  await check(engine);
  unlockUnlessHeld(engine, stack, progress);
  if (!hasState(engine, stack)) writeConfigCopy(stack, configText);
  await interruption.guard(ensureState(engine, stack));
  progress.end();
  return engine;
}

function flags(stack: Stack, configFile: string, rest: readonly string[]): string[] {
  return ['preview', '--stack', stack.name, '--config-file', configFile, ...rest];
}

function finish(code: number): void {
  if (code !== 0)
    throw new Failure(
      `Pulumi ended with exit code ${code}; the reason stands above. Nothing was changed.`,
      code,
    );
}

if (require.main === module) void runVerb('preview', (terminal) => preview(process.argv.slice(2), terminal));

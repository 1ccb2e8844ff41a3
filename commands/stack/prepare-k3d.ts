import { ensureDefinitions } from '../../lab/toolchain/published-definitions';
import type { SignalModel } from '../../signals/model';
import { throughGateway } from '../../signals/paths';
import { askEngine, runEngine, type Engine } from '../engine/engine';
import { Failure } from '../terminal/failure';
import type { Interruption } from '../terminal/interruption';
import type { Terminal } from '../terminal/verb';
import type { Stack } from './stack';

/** Fetches the definitions of custom resources that the stack brings along; does nothing where they are. */
export async function fetchDefinitions(
  { paths }: Pick<SignalModel, 'paths'>,
  { progress, interruption }: Pick<Terminal, 'progress' | 'interruption'>,
): Promise<void> {
  const names = ['operator' as const, ...(throughGateway(paths) ? ['gateway' as const] : [])];
  await interruption.guard(ensureDefinitions(names, progress, interruption.signal));
}

/**
 * Makes sure that Pulumi knows the stack, so that a first `up` on a machine with Docker is one command. Throws a Failure that says how to
 * log in when it knows no backend: which one is the user's to choose.
 */
export async function ensureUserStack(
  engine: Engine,
  stack: Stack,
  interruption: Interruption,
): Promise<void> {
  const who = await askEngine(engine, stack, ['whoami']);
  if (who.code !== 0)
    throw new Failure(
      `Pulumi has no place for the state of stack ${stack.name}: ${firstLine(who.stderr)}\n` +
        'Log in with `pulumi login` (Pulumi Cloud), or keep it on this machine with `pulumi login --local` and a passphrase in ' +
        'PULUMI_CONFIG_PASSPHRASE. `npm run up lab` needs neither.',
    );
  const list = await askEngine(engine, stack, ['stack', 'ls', '--json']);
  if (list.code !== 0) return;
  const known = (JSON.parse(list.stdout) as { name: string }[]).map(({ name }) => name.split('/').pop());
  if (known.includes(stack.name)) return;
  const code = await runEngine(engine, ['stack', 'init', stack.name, '--no-select'], interruption);
  if (code !== 0)
    throw new Failure(`Pulumi could not make stack ${stack.name}; the reason stands above.`, code);
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

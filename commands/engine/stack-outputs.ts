import { z } from 'zod';
import { stackWord } from '../stack/default-stack';
import type { Stack } from '../stack/stack';
import { Failure } from '../terminal/failure';
import { askEngine, oldestPulumi, type Engine } from './engine';
import { unlockUnlessHeld } from './stack-state';

const outputsSchema = z.looseObject({
  urls: z.record(z.string(), z.string()).optional(),
  cluster: z.looseObject({ kind: z.string(), name: z.string() }).optional(),
  paths: z.array(z.string()).optional(),
  kubeconfig: z.unknown().optional(),
});

/** Outputs of a stack, as far as the verbs use them. */
export type StackOutputs = z.infer<typeof outputsSchema>;

/** Reads what `pulumi stack output --json` printed. Throws a Failure when it is not what this program exports. */
export function parseOutputs(json: string, stack: string): StackOutputs {
  const result = outputsSchema.safeParse(JSON.parse(json));
  if (result.success) return result.data;
  throw new Failure(
    `The outputs of stack ${stack} are not those of this program: ${z.prettifyError(result.error)}`,
  );
}

/**
 * Reads the outputs of a stack, after mending what a killed engine left of its state. Throws a Failure that says so when there is no such stack, or it was never brought up whole.
 * @param secrets whether secrets are decrypted; otherwise they read `[secret]`.
 */
export async function stackOutputs(engine: Engine, stack: Stack, secrets = false): Promise<StackOutputs> {
  const outputs = await outputsSoFar(engine, stack, secrets);
  if (outputs.cluster === undefined && outputs.urls === undefined) throw notUp(stack);
  return outputs;
}

/** As {@link stackOutputs}, and nothing of a stack that is not there, or not whole. */
export async function outputsSoFar(engine: Engine, stack: Stack, secrets = false): Promise<StackOutputs> {
  // an engine that was killed may have left a state that cannot be read
  unlockUnlessHeld(engine, stack, { note: (message) => process.stderr.write(`${message}\n`) });
  const args = ['stack', 'output', '--json', '--stack', stack.name, ...(secrets ? ['--show-secrets'] : [])];
  const { code, stdout, stderr } = await askEngine(engine, stack, args);
  if (code !== 0 && /no stack named/.test(stderr)) return {};
  if (code !== 0 && /^pulumi: fetch failed/m.test(stderr))
    throw new Failure(
      `There is no Pulumi CLI and it cannot be downloaded: install Pulumi ${oldestPulumi} or newer and put it on PATH.`,
    );
  if (code !== 0) throw new Failure(`The outputs of stack ${stack.name} cannot be read: ${stderr.trim()}`);
  return parseOutputs(stdout, stack.name);
}

/** Says that a stack is not there, and how to make it. */
export function notUp({ name }: Stack): Failure {
  return new Failure(`Stack ${name} is not up. Bring it up with \`npm run up${stackWord(name)}\`.`);
}

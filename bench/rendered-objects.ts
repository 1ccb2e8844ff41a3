import { engineFor, tellEngine } from '../commands/engine/engine';
import { findStack } from '../commands/stack/stack';

/** An object of Kubernetes as a manifest has it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Keys by which Pulumi's export marks a secret (`sdk/go/common/resource/sig`). */
const signatureKey = '4dabf18193072939515e22adb298388d';

/** Every object of Kubernetes that a stack asks for, taken from its record: what `kubectl apply` would be given. */
export async function renderedObjects(stackName: string): Promise<Manifest[]> {
  const stack = findStack(stackName, { present: true });
  const engine = await engineFor(stack);
  const text = await tellEngine(engine, stack, ['stack', 'export', '--show-secrets', '--stack', stack.name]);
  const { deployment } = JSON.parse(text) as {
    deployment: { resources: { type: string; inputs?: unknown }[] };
  };
  return deployment.resources
    .filter(({ type }) => type.startsWith('kubernetes:'))
    .map(({ inputs }) => plain(inputs) as Manifest);
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (signatureKey in fields && typeof fields['plaintext'] === 'string')
    return plain(JSON.parse(fields['plaintext']));
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => !key.startsWith('__'))
      .map(([key, inner]) => [key, plain(inner)]),
  );
}

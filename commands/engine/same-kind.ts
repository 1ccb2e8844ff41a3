import type { Stack } from '../stack/stack';
import { Failure } from '../terminal/failure';
import type { StackOutputs } from './stack-outputs';

/**
 * Refuses a stack that was brought up on one kind of cluster and whose config now asks for another: everything would be made anew
 * there, and the cluster it has deleted with all that was measured.
 * @throws Failure that says what to do instead.
 */
export function refuseOtherKind({ name, kind }: Stack, outputs: StackOutputs): void {
  const had = outputs.cluster?.kind;
  if (had === undefined || had === kind) return;
  throw new Failure(
    `Stack ${name} runs on a cluster of kind ${had}, and its config now says cluster.kind: ${kind}. A stack keeps its kind. ` +
      `Set it back to ${had}; to change it, take the stack down first with ${had} in its config (\`npm run down ${name}\`); ` +
      `or keep both: \`pulumi stack init\` another stack for ${kind}.`,
  );
}

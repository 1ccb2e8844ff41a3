import { findStack, type Stack } from '../../../commands/stack/stack';

/** A stack that runs on a lab; throws when it is one of another cluster, since what asks here changes it, breaks it, or takes it down. */
export function labStack(name: string, configFile?: string): Stack {
  const stack = findStack(name, configFile === undefined ? {} : { configFile });
  if (!stack.isLab)
    throw new Error(
      `stack ${name} runs on a cluster of kind ${stack.kind}, and only labs are brought up, broken and taken down here: name a stack whose cluster.kind is lab`,
    );
  return stack;
}

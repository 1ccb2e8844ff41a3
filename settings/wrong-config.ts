import { RunError } from '@pulumi/pulumi';
import { describeProblems, type Problem } from './problem';

/** A stack's config is refused; the message tells every mistake, and Pulumi shows it without a stack trace. */
export class WrongConfig extends RunError {
  constructor(
    stack: string,
    readonly problems: readonly Problem[],
  ) {
    super(describeProblems(stack, problems));
  }
}

import type { StackUnderTest } from '../support/stack-under-test';
import type { Round } from './row';
import { meterRounds } from './rows/meter';
import { partialRounds } from './rows/partial';
import { totalRounds } from './rows/total';

export { ingressRounds } from './rows/ingress';
export { meshRounds } from './rows/mesh';

/** Every fault on a stack as it is by default, in the order in which they are made. */
export function faultRounds(stack: StackUnderTest): Round[] {
  return [...totalRounds(stack), ...partialRounds(stack), ...meterRounds(stack)];
}

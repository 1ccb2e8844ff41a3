import { namespaceNames } from '../../../../components/names';
import { gatewayName } from '../../../../signals/targets';
import { noPods } from '../../support/path-faults';
import type { StackUnderTest } from '../../support/stack-under-test';
import type { FaultRow, Round } from '../row';
import { down, on } from './words';

/** Faults of the ingress paths, which must be on. */
export function ingressRounds(stack: StackUnderTest, upFlags: readonly string[]): Round[] {
  const throughGateway = (reasons: readonly string[]) => on(['ingress', 'ingress-external'], reasons);
  const inTurn = (row: FaultRow): Round => ({ when: 'ci', lanes: [[row]] });
  return [
    inTurn({
      id: 'route-deleted',
      name: 'gateway’s route deleted',
      fault: {
        make: async () => {
          await stack.kubectl('-n', namespaceNames.load, 'delete', 'httproute', gatewayName);
        },
        heal: async () => {
          await stack.up(...upFlags, '--refresh');
        },
      },
      told: [down('ingress')],
      fails: throughGateway(['route']),
    }),
    inTurn({
      id: 'gateway-gone',
      name: 'gateway gone',
      fault: noPods(stack, 'gateway'),
      told: [down('ingress')],
      fails: throughGateway(['connect', 'timeout', 'reset']),
    }),
    inTurn({
      id: 'target-gone',
      name: 'target gone',
      fault: noPods(stack, 'target'),
      // the page of `service` speaks for all that end at target
      told: [down('service')],
      fails: [
        { path: 'service', reasons: ['connect', 'timeout'] },
        ...throughGateway(['upstream', 'timeout', 'connect']),
      ],
      touched: on(['grpc'], ['connect', 'reset', 'grpc-unavailable', 'grpc-deadline']),
    }),
  ];
}

import { meshWorkloads } from '../../../../signals/targets';
import { plaintextTaken, policyDeleted, refusedConfig, some503AtTarget } from '../../support/mesh';
import type { StackUnderTest } from '../../support/stack-under-test';
import type { Round } from '../row';
import { down, on } from './words';

/** Faults of the mesh, which must be on: its guards, and what only its own alerts see. */
export function meshRounds(stack: StackUnderTest, upFlags: readonly string[]): Round[] {
  return [
    {
      when: 'ci',
      lanes: [
        [
          {
            id: 'plaintext-taken',
            name: 'PeerAuthentication set to PERMISSIVE by hand',
            fault: plaintextTaken(stack),
            told: [down('mesh-mtls')],
            fails: [{ path: 'mesh-mtls', reasons: ['admitted'], hop: '1' }],
          },
        ],
        [
          {
            id: 'policy-deleted',
            name: 'AuthorizationPolicy deleted by hand',
            fault: policyDeleted(stack, upFlags),
            told: [down('mesh-authz')],
            fails: [{ path: 'mesh-authz', reasons: ['admitted'], hop: '2' }],
          },
        ],
        [
          {
            id: 'mesh-config-refused',
            name: 'a configuration that proxies refuse',
            fault: refusedConfig(stack, meshWorkloads.stranger),
            told: [{ alert: 'MeshConfigRejected', kind: 'ticket', withinSeconds: 240 }],
            fails: [],
            endsWithinSeconds: 'later',
            note: 'told once: the proxies keep what they had, and no probe fails',
          },
        ],
      ],
    },
    {
      // By itself: a stranger that is let in meets these errors too.
      when: 'ci',
      lanes: [
        [
          {
            id: 'mesh-some-503',
            name: '3 % of mesh-target’s answers are 503',
            fault: some503AtTarget(stack, 3),
            // more than 1 % over 5 min, for 5 min; far too little for a burn of the path’s budget
            told: [{ alert: 'MeshErrors', kind: 'ticket', withinSeconds: 780 }],
            fails: [{ path: 'mesh', reasons: ['upstream'], hop: '2' }],
            touched: on(['mesh-retry'], ['upstream']),
            // of each caller, which come over the bound one after the other
            mayTell: ['MeshErrors'],
            endsWithinSeconds: 'later',
          },
        ],
      ],
    },
  ];
}

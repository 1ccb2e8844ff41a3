import type { Contradiction } from './contradiction';

/** Contradictions of the section `networkPolicies` with others. */
export const networkPolicyContradictions: readonly Contradiction[] = [
  {
    uses: ['networkPolicies.enabled', 'networkPolicies.readers'],
    find: ({ networkPolicies: { enabled, readers } }) =>
      enabled || readers.length === 0
        ? []
        : [
            {
              field: 'networkPolicies.readers',
              value: readers,
              allowed: 'left out where networkPolicies.enabled is false: everybody may ask then',
              mend: 'remove it, or switch the policies on',
            },
          ],
  },
  {
    uses: ['networkPolicies.readers', 'monitoring'],
    find: ({ networkPolicies: { readers }, monitoring }) =>
      readers.length === 0 || monitoring.kind === 'own'
        ? []
        : [
            {
              field: 'networkPolicies.readers',
              value: readers,
              allowed: `left out with monitoring.kind ${monitoring.kind}: its namespace is not guarded by the stack`,
              mend: 'remove it',
            },
          ],
  },
];

import { formatDuration } from '../units';
import type { Contradiction } from './contradiction';

/** Contradictions of the section `podinfo`. */
export const podinfoContradictions: readonly Contradiction[] = [
  {
    uses: ['podinfo.replicas', 'podinfo.disruptionBudget.maxUnavailable'],
    find: ({ podinfo: { replicas, disruptionBudget } }) => {
      const field = 'podinfo.disruptionBudget.maxUnavailable';
      const value = disruptionBudget.maxUnavailable;
      if (value === 0)
        return [
          {
            field,
            value,
            allowed: 'at least 1: a budget that allows no disruption makes every node drain wait for ever',
            mend: 'write 1',
          },
        ];
      if (value >= replicas)
        return [
          {
            field,
            value,
            allowed: `less than podinfo.replicas, ${replicas}: else a drain may take all replicas at once`,
            mend: `write ${replicas - 1} or less, or raise the replicas`,
          },
        ];
      return [];
    },
  },
  {
    uses: ['podinfo.drain'],
    find: ({ podinfo: { drain } }) =>
      drain.preStop + drain.shutdown <= drain.grace
        ? []
        : [
            {
              field: 'podinfo.drain.grace',
              value: formatDuration(drain.grace),
              allowed: `at least preStop + shutdown, ${formatDuration(drain.preStop + drain.shutdown)}: else requests in flight are killed`,
              mend: `raise it, for example to ${formatDuration(drain.preStop + drain.shutdown + 10_000)}`,
            },
          ],
  },
];

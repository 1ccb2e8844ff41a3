import { type MonitoringSettings, runsPrometheus } from '../../settings/monitoring-schema';
import type { Cluster } from '../cluster/cluster';

/** What people open from their machine: in a cluster that the stack makes only what the stack runs there, in one of theirs what they named. */
export function openedUrls(
  { kind, endpoints }: Pick<Cluster, 'kind' | 'endpoints'>,
  monitoring: MonitoringSettings,
): Cluster['endpoints'] {
  if (kind === 'existing' || runsPrometheus(monitoring)) return endpoints;
  return endpoints.apply(({ podinfo }) => ({ podinfo }));
}

import { type MonitoringSettings, runsPrometheus } from '../../settings/monitoring-schema';
import { namespaceNames } from '../names';

/** The namespace, not of the stack's own for monitoring, that rules and monitors go to; undefined where that is the one. */
export function watchedFrom(monitoring: MonitoringSettings): string | undefined {
  if (runsPrometheus(monitoring)) return undefined;
  return monitoring.kind === 'existing' ? monitoring.namespace : namespaceNames.load;
}

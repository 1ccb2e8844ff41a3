import { recorded } from './metrics';
import type { SignalModel } from './model';
import { duration } from './promql';
import type { RecordingRule } from './rule-types';
import { watchedNamespaces } from './scraped';

/** A pod that is still there so long after the end of its grace period has a kubelet that does not hear of it. */
const overdueSeconds = 30;
/** What an injector pushed lingers for five minutes: so long, and some more, it stays given up after its pod is gone. */
const rememberedSeconds = 600;

/**
 * 1 {instance} for each injector that the control plane has given up: its pod is deleted, was to be gone half a minute ago
 * (`metadata.deletionTimestamp` has the grace period in it), and somebody else probes in its place. Its node is cut off, or its kubelet
 * dead. The API server refuses the token of such a pod, from a minute after that time on (`pkg/serviceaccount/claims.go` of Kubernetes).
 * Absent where kube-state-metrics is not scraped: then nobody counts as given up.
 */
export function givenUpRule(): RecordingRule {
  const deleted = `kube_pod_deletion_timestamp{namespace="${watchedNamespaces.load}"}[${duration(rememberedSeconds)}]`;
  const overdue = `max by (pod) (last_over_time(${deleted})) < time() - ${overdueSeconds}`;
  return {
    record: recorded.givenUp,
    expr: `label_replace((${overdue}) * 0 + 1, "instance", "$1", "pod", "(.+)")`,
  };
}

/** Whether the rules of a model know of injectors that were given up: not where Google evaluates, and no kube-state-metrics of ours is scraped. */
export function knowsGivenUp({ managedRules }: Pick<SignalModel, 'managedRules'>): boolean {
  return managedRules !== true;
}

/** What is left of an expression {instance, …} without injectors that were given up. */
export function notGivenUp(expr: string): string {
  return `${expr} unless on (instance) ${recorded.givenUp}`;
}

/** What of an expression {instance, …} is of injectors that were given up. */
export function onlyGivenUp(expr: string): string {
  return `${expr} and on (instance) ${recorded.givenUp}`;
}

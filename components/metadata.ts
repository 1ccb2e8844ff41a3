import { createHash } from 'node:crypto';
import { labelValue } from '../settings/kubernetes-names';

/** Labels by which a workload's pods are selected: they never change in the life of a stack. */
export function selectorLabels(name: string, stack: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': instanceLabel(stack) };
}

/**
 * A stack's name as the value of a label. Pulumi takes names of up to 100 letters, digits, dots, dashes and underscores; one that no label can
 * have is cut, and told from its like by a hash.
 */
export function instanceLabel(stack: string): string {
  if (labelValue.test(stack)) return stack;
  const core = stack.slice(0, 50).replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return contentName(core === '' ? 'stack' : core, stack);
}

/** Labels of everything that belongs to the workload `name`. */
export function labels(name: string, stack: string): Record<string, string> {
  return { ...selectorLabels(name, stack), 'app.kubernetes.io/part-of': 'continuous-load' };
}

/** Metadata of a namespaced object: a fixed name, and the labels of its workload. */
export function metadata(
  name: string,
  namespace: string,
  {
    workload = name,
    stack,
    annotations,
  }: { workload?: string; stack: string; annotations?: Record<string, string> },
): { name: string; namespace: string; labels: Record<string, string>; annotations?: Record<string, string> } {
  return { name, namespace, labels: labels(workload, stack), ...(annotations ? { annotations } : {}) };
}

/**
 * Name of something immutable, by its content: other content is another object, and so a rollout of what uses it. Ten hexadecimal digits of
 * SHA-256, as many as Kubernetes gives a ReplicaSet.
 */
export function contentName(name: string, content: string): string {
  return `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 10)}`;
}

/** Tells Pulumi not to wait for endpoints: the address of a Service is known at once, and its pods are awaited by themselves. */
export const withoutWaiting = { 'pulumi.com/skipAwait': 'true' } as const;

/** Tells Pulumi to wait until the operator reports the custom resource as available. */
export const untilAvailable = { 'pulumi.com/waitFor': 'condition=Available' } as const;

/** Annotations of a Deployment whose replicas somebody else changes for a while: without them a later change of ours would be a conflict. */
export function takenBack(isScaled: boolean): { annotations?: Record<string, string> } {
  return isScaled ? { annotations: { 'pulumi.com/patchForce': 'true' } } : {};
}

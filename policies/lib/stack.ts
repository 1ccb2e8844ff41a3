import { kubernetesObject, type KubernetesObject, type Resource } from './objects';
import { workload, type Workload } from './workloads';

/** All Kubernetes objects of a stack. */
export interface Stack {
  readonly objects: readonly KubernetesObject[];
  readonly workloads: readonly Workload[];
  /** Experiments of AWS FIS, as objects outside namespaces. */
  readonly experiments: readonly KubernetesObject[];
  /** The objects of these kinds. */
  readonly of: (...kinds: readonly string[]) => readonly KubernetesObject[];
}

/** The stack that resources make up. */
export function stackOf(resources: readonly Resource[]): Stack {
  const objects = resources.flatMap((resource) => kubernetesObject(resource) ?? []);
  return {
    objects,
    experiments: resources.flatMap((resource) => experiment(resource) ?? []),
    workloads: objects.flatMap((object) => workload(object) ?? []),
    of: (...kinds) => objects.filter(({ kind }) => kinds.includes(kind)),
  };
}

function experiment({ urn, type, props }: Resource): KubernetesObject | undefined {
  if (type !== 'aws:fis/experimentTemplate:ExperimentTemplate') return undefined;
  const name = urn.split('::').pop() ?? '';
  return { urn, group: 'aws', kind: 'ExperimentTemplate', name, namespace: '', labels: {}, value: props };
}

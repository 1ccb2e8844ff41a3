import { kubernetesObject, type KubernetesObject, type Resource } from './objects';
import { workload, type Workload } from './workloads';

/** All Kubernetes objects of a stack. */
export interface Stack {
  readonly objects: readonly KubernetesObject[];
  readonly workloads: readonly Workload[];
  /** The objects of these kinds. */
  readonly of: (...kinds: readonly string[]) => readonly KubernetesObject[];
}

/** The stack that resources make up. */
export function stackOf(resources: readonly Resource[]): Stack {
  const objects = resources.flatMap((resource) => kubernetesObject(resource) ?? []);
  return {
    objects,
    workloads: objects.flatMap((object) => workload(object) ?? []),
    of: (...kinds) => objects.filter(({ kind }) => kinds.includes(kind)),
  };
}

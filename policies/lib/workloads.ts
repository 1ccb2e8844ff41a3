import { at, list, text, texts } from './data';
import type { KubernetesObject } from './objects';

/** Something that runs pods: a workload of Kubernetes, or a server that an operator runs. */
export interface Workload {
  readonly object: KubernetesObject;
  /** Labels of its pods, as far as they are known. */
  readonly labels: Readonly<Record<string, string>>;
  /** Wanted number of pods; undefined for kinds without one (DaemonSet, Job) and where it is not known. */
  readonly replicas: number | undefined;
  /** The pods' `spec`; undefined where an operator makes it. */
  readonly pod: unknown;
  /** Names of container ports. */
  readonly ports: readonly string[];
  /** Beginning of its pods' names. */
  readonly podPrefix: string;
}

/** Where each kind keeps the template of its pods. */
const templates: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Pod: [],
};

/** Groups of the kinds above. */
const workloadGroups = new Set(['apps', 'batch', '']);

/** Kinds of prometheus-operator that become pods, whose labels and ports the operator gives (v0.93, `pkg/prometheus/server/statefulset.go`). */
const operated = new Set(['Prometheus', 'Alertmanager']);

/** Kinds whose number of pods is wanted by `spec.replicas`, 1 by default. */
const counted = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', ...operated]);

/** The workload that an object is; undefined for other kinds. */
export function workload(object: KubernetesObject): Workload | undefined {
  const { kind, group, name, value } = object;
  if (operated.has(kind) && group === 'monitoring.coreos.com') return operatedWorkload(object);
  const place = templates[kind];
  if (!place || !workloadGroups.has(group)) return undefined;
  const template = at(value, ...place);
  const pod = at(template, 'spec');
  return {
    object,
    labels: texts(at(template, 'metadata', 'labels')),
    replicas: replicas(object),
    pod,
    ports: containers(pod).flatMap((container) =>
      list(at(container, 'ports')).flatMap((port) => text(at(port, 'name')) ?? []),
    ),
    podPrefix: kind === 'Pod' ? name : `${name}-`,
  };
}

/** All containers of a pod, those that run before the others too. */
export function containers(pod: unknown): readonly unknown[] {
  return [...list(at(pod, 'initContainers')), ...list(at(pod, 'containers'))];
}

function operatedWorkload(object: KubernetesObject): Workload {
  const { kind, name, value } = object;
  const server = kind.toLowerCase();
  return {
    object,
    labels: {
      ...texts(at(value, 'spec', 'podMetadata', 'labels')),
      'app.kubernetes.io/name': server,
      'app.kubernetes.io/managed-by': 'prometheus-operator',
      'app.kubernetes.io/instance': name,
      [server]: name,
      ...(kind === 'Prometheus' ? { 'operator.prometheus.io/name': name } : {}),
    },
    replicas: replicas(object),
    pod: undefined,
    ports: ['web', 'reloader-web'],
    podPrefix: `${server}-${name}-`,
  };
}

function replicas({ kind, value }: KubernetesObject): number | undefined {
  if (!counted.has(kind)) return undefined;
  const wanted = at(value, 'spec', 'replicas');
  return wanted === undefined ? 1 : typeof wanted === 'number' ? wanted : undefined;
}

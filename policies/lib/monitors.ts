import { at, list, text } from './data';
import type { KubernetesObject } from './objects';
import { selects, selectsPlainly } from './selectors';
import type { Stack } from './stack';
import { containers, type Workload } from './workloads';

/** One scrape: a monitor makes Prometheus ask a port of a workload's pods. */
export interface Scrape {
  readonly monitor: KubernetesObject;
  readonly workload: Workload;
  /** Name of the container port. */
  readonly port: string;
  /** HTTP path that is asked for. */
  readonly path: string;
}

/** Kinds by which Prometheus finds pods. */
export const monitorKinds = [
  'PodMonitor',
  'ServiceMonitor',
  'PodMonitoring',
  'ClusterPodMonitoring',
] as const;

/** Every scrape that the monitors of a stack make of its own workloads. */
export function scrapes(stack: Stack): readonly Scrape[] {
  return stack
    .of(...monitorKinds)
    .flatMap((monitor) =>
      stack.workloads
        .filter(({ object }) => isWatched(monitor, object.namespace))
        .flatMap((workload) =>
          monitor.kind === 'ServiceMonitor'
            ? ofServices(monitor, workload, stack)
            : ofPods(monitor, workload),
        ),
    );
}

/** Namespaces that a monitor looks into; undefined for all. */
export function watchedNamespaces({
  kind,
  namespace,
  value,
}: KubernetesObject): readonly string[] | undefined {
  if (kind === 'ClusterPodMonitoring') return undefined;
  const selector = at(value, 'spec', 'namespaceSelector');
  if (at(selector, 'any') === true) return undefined;
  const names = list(at(selector, 'matchNames')).filter((name) => typeof name === 'string');
  return names.length > 0 ? names : [namespace];
}

function isWatched(monitor: KubernetesObject, namespace: string): boolean {
  return watchedNamespaces(monitor)?.includes(namespace) ?? true;
}

function ofPods(monitor: KubernetesObject, workload: Workload): Scrape[] {
  if (!selects(at(monitor.value, 'spec', 'selector'), workload.labels)) return [];
  const endpoints = monitor.kind === 'PodMonitor' ? 'podMetricsEndpoints' : 'endpoints';
  return list(at(monitor.value, 'spec', endpoints)).flatMap((endpoint) => {
    const port = containerPort(at(endpoint, 'port'), workload);
    return port === undefined ? [] : [{ monitor, workload, port, path: pathOf(endpoint) }];
  });
}

function ofServices(monitor: KubernetesObject, workload: Workload, stack: Stack): Scrape[] {
  const services = stack
    .of('Service')
    .filter(
      ({ namespace, labels, value }) =>
        namespace === workload.object.namespace &&
        selects(at(monitor.value, 'spec', 'selector'), labels) &&
        selectsPlainly(at(value, 'spec', 'selector'), workload.labels),
    );
  return services.flatMap(({ value }) =>
    list(at(monitor.value, 'spec', 'endpoints')).flatMap((endpoint) => {
      const named = list(at(value, 'spec', 'ports')).find(
        (port) => at(port, 'name') === at(endpoint, 'port'),
      );
      const port =
        named === undefined
          ? undefined
          : containerPort(at(named, 'targetPort') ?? at(named, 'port'), workload);
      return port === undefined ? [] : [{ monitor, workload, port, path: pathOf(endpoint) }];
    }),
  );
}

/** Name of the container port that a Service's `targetPort`, or a monitor's `port`, means. */
function containerPort(target: unknown, { pod, ports }: Workload): string | undefined {
  if (typeof target === 'string') return ports.includes(target) ? target : undefined;
  const found = containers(pod)
    .flatMap((container) => list(at(container, 'ports')))
    .find((port) => at(port, 'containerPort') === target);
  return found === undefined ? undefined : (text(at(found, 'name')) ?? String(target));
}

function pathOf(endpoint: unknown): string {
  return text(at(endpoint, 'path')) ?? '/metrics';
}

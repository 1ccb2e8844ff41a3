import { at } from '../lib/data';
import { injectors } from '../lib/injector';
import { expression, matches, type Selector } from '../lib/promql';
import { stackRule } from '../lib/rule';
import { alertsOf, ruleObjects } from '../lib/rules-of';
import { selectsPlainly } from '../lib/selectors';
import type { Stack } from '../lib/stack';
import type { Workload } from '../lib/workloads';

/** Signals of any workload → the metric that tells of it. */
const ofAll = {
  restarts: 'kube_pod_container_status_restarts_total',
  memory: 'container_memory_working_set_bytes',
};
/** What else what the load runs through or comes from must have: throttled, it is slow without an error. */
const ofLoad = { 'CPU throttling': 'container_cpu_cfs_throttled_periods_total' };
/** Kind → metric that tells how many of its pods are missing. */
const ofReplicas: Readonly<Record<string, string>> = {
  Deployment: 'kube_deployment_status_replicas_available',
  StatefulSet: 'kube_statefulset_status_replicas_available',
  Prometheus: 'kube_statefulset_status_replicas_available',
  Alertmanager: 'kube_statefulset_status_replicas_available',
};
/** Servers that tell of themselves under names of their own. */
const ownPrefix: Readonly<Record<string, string>> = {
  Prometheus: 'prometheus_',
  Alertmanager: 'alertmanager_',
};

/** Settings of {@link goldenSignals}. */
interface Except {
  readonly except: readonly string[];
}

/**
 * Workloads whose errors, latency, traffic and saturation would be noticed. Requests are noticed by alerts on the server's own metrics (its
 * `job`), or by probes that call its Service: a path has alerts for all three.
 */
export const goldenSignals = stackRule<Except>({
  name: 'golden-signals',
  description:
    'Every workload has alerts for its golden signals: requests, where it serves any, and saturation.',
  mend: 'Add an alert on the metric for namespace and name of the workload (signals/workload-alerts.ts, signals/server-alerts.ts), or a path that probes its Service.',
  level: 'mandatory',
  settings: {
    except: {
      type: 'array',
      description: 'Workloads that nobody watches yet, as `namespace/name`.',
      default: [],
    },
  },
  judgeStack: (stack, { except }) => {
    const read = ruleObjects(stack)
      .flatMap(alertsOf)
      .flatMap(({ expr }) => expression(expr).selectors);
    if (read.length === 0) return []; // no monitoring in this program
    const judged = stack.workloads.filter(
      ({ object: { namespace, name } }) => !except.includes(`${namespace}/${name}`),
    );
    return judged.flatMap((workload) =>
      [...saturation(workload, stack, read), ...requests(workload, stack, read)].map((problem) => ({
        object: workload.object,
        problem,
      })),
    );
  },
});

function saturation(workload: Workload, stack: Stack, read: readonly Selector[]): string[] {
  const { object, podPrefix } = workload;
  const carries =
    isProbed(workload, stack) || injectors(stack).some((one) => one.workload?.object === object);
  const metrics = { ...ofAll, ...(carries ? ofLoad : {}) };
  const labels = { namespace: object.namespace, pod: `${podPrefix}0`, container: 'main' };
  const replicas = ofReplicas[object.kind];
  return [
    ...Object.entries(metrics)
      .filter(([, metric]) => !read.some((one) => one.metric === metric && covers(one, labels)))
      .map(([signal, metric]) => `no alert tells of its ${signal} (${metric})`),
    ...(replicas === undefined ||
    read.some((one) => one.metric === replicas && covers(one, { namespace: object.namespace }))
      ? []
      : [`no alert tells of its missing pods (${replicas})`]),
  ];
}

function requests(workload: Workload, stack: Stack, read: readonly Selector[]): string[] {
  const { object, labels } = workload;
  const serves = servicesOf(workload, stack).length > 0;
  const prefix = ownPrefix[object.kind];
  const job = labels['app.kubernetes.io/name'] ?? object.name;
  const tellsOfItself = read.some(({ metric, matchers }) =>
    prefix === undefined
      ? metric !== 'up' &&
        matchers.some((one) => one.label === 'job' && one.op.startsWith('=') && matches(one, job))
      : metric.startsWith(prefix),
  );
  return !serves || tellsOfItself || isProbed(workload, stack)
    ? []
    : ['it serves requests, and neither an alert on its job nor a path tells of their errors and latency'];
}

/** Whether the labels that a selector asks for let these through; those that are not given may have any value. */
function covers({ matchers }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return matchers.every((one) => {
    const actual = labels[one.label];
    return actual === undefined || matches(one, actual);
  });
}

function servicesOf({ object, labels }: Workload, stack: Stack) {
  return stack
    .of('Service')
    .filter(
      ({ namespace, value }) =>
        namespace === object.namespace && selectsPlainly(at(value, 'spec', 'selector'), labels),
    );
}

function isProbed(workload: Workload, stack: Stack): boolean {
  const hosts = injectors(stack).flatMap(({ probes }) => probes.map(({ host }) => host));
  return servicesOf(workload, stack).some(({ name, namespace }) =>
    hosts.some((host) => host === name || host.startsWith(`${name}.${namespace}`)),
  );
}

import { alertRule } from './alert-rule';
import type { SignalModel } from './model';
import { duration } from './promql';
import type { AlertRule } from './rule-types';
import { watchedNamespaces } from './scraped';
import { meshNamespace } from './targets';

const load = `namespace="${watchedNamespaces.load}"`;
/** Matcher of the namespaces of everything that is ours, the mesh's where there is one. */
const oursOf = ({ mesh }: SignalModel) =>
  `namespace=~"${watchedNamespaces.load}|${watchedNamespaces.monitoring}${mesh ? `|${meshNamespace}` : ''}"`;
/** The same without what watches. */
const loadOf = ({ mesh }: SignalModel) =>
  mesh ? `namespace=~"${watchedNamespaces.load}|${meshNamespace}"` : load;
const container = 'namespace, pod, container';
const injectorPods = 'pod=~"injector-.+"';
const otherPods = 'pod!~"injector-.+"';

/** CFS accounts in periods of 100 ms: so many pass in a second, whether a container runs in them or not. */
const periodsPerSecond = 10;
/** Share of all the time in which a pod may be throttled; the measuring instrument may less. */
const throttledShare = 0.1;
const injectorThrottledShare = 0.05;
/** Share of its memory limit that a container may fill. */
const memoryShare = 0.9;
/** Share of the kernel's table of connections that may be taken: once it is full, new connections are dropped without a word. */
const conntrackShare = 0.8;
/** Whether a node is ready, as 1 or 0, from kube-state-metrics. */
const ready = 'kube_node_status_condition{condition="Ready",status="true"}';
const notReadyFor = '2m';
/** So long a node that went explains pods that are missing: they are given up after five minutes, and the alert on what did not come back waits ten. */
const explainsSeconds = 1200;
/** A crash loop restarts about six times in its first quarter of an hour; a machine that was rebooted twice is none. */
const restarts = 3;

/** Saturation and life of our pods, and the nodes that carry them. */
export function workloadAlerts(model: SignalModel): AlertRule[] {
  const ours = model.sharedPrometheus ? loadOf(model) : oursOf(model);
  const notReady = `max by (node) (${ready}) == 0 and on (node) count by (node) (kube_pod_info{${ours}})`;
  return [
    alertRule(model, 'InjectorSaturated', {
      expr:
        `(${throttled(`${load},${injectorPods}`, 300)} > ${injectorThrottledShare}) ` +
        `or (${filled(`${load},${injectorPods}`)} > ${memoryShare})`,
      for: '5m',
      summary:
        'Injector {{ $labels.pod }} is at its limits: {{ $value | humanizePercentage }} of its time throttled or of its memory used',
    }),
    alertRule(model, 'CpuThrottled', {
      expr: `${throttled(`${loadOf(model)},${otherPods}`, 600)} > ${throttledShare}`,
      for: '10m',
      summary:
        'Container {{ $labels.container }} of {{ $labels.pod }} is throttled in {{ $value | humanizePercentage }} of the time',
    }),
    alertRule(model, 'MemoryNearLimit', {
      // What Prometheus has mapped counts as used and is given back when it is needed.
      expr: `${filled(`${ours},${otherPods},container!="prometheus"`)} > ${memoryShare}`,
      for: '10m',
      summary:
        'Container {{ $labels.container }} of {{ $labels.pod }} fills {{ $value | humanizePercentage }} of its memory limit',
    }),
    alertRule(model, 'PodRestarting', {
      expr:
        `(${restarted(ours, '15m')} > ${restarts}) or (${restarted(ours, '10m')} > 0 and on (${container}) ` +
        `max by (${container}) (kube_pod_container_status_last_terminated_reason{${ours},reason="OOMKilled"}) > 0)`,
      summary:
        'Container {{ $labels.container }} of {{ $labels.pod }} restarted {{ $value | printf "%.0f" }} times within a quarter of an hour',
    }),
    alertRule(model, 'ReplicasMissing', {
      expr:
        missing(
          ours,
          'deployment',
          'kube_deployment_spec_replicas',
          'kube_deployment_status_replicas_available',
        ) +
        ' or ' +
        missing(
          ours,
          'statefulset',
          'kube_statefulset_replicas',
          'kube_statefulset_status_replicas_available',
        ) +
        ' or ' +
        missing(
          ours,
          'daemonset',
          'kube_daemonset_status_desired_number_scheduled',
          'kube_daemonset_status_number_available',
          // It wants a pod on a node that is off too, which no other node can take over.
          `on () group_left () (count(max by (node) (${ready}) == 0) or vector(0))`,
        ),
      for: '10m',
      summary:
        '{{ $labels.deployment }}{{ $labels.statefulset }}{{ $labels.daemonset }} in {{ $labels.namespace }} lacks {{ $value | printf "%.0f" }} of its pods',
    }),
    alertRule(model, 'NodeNotReady', {
      expr: notReady,
      for: notReadyFor,
      summary:
        'Node {{ $labels.node }} is not ready (condition Ready is {{ $value | printf "%.0f" }}) and carries pods of ours',
    }),
    alertRule(model, 'NodeRecentlyNotReady', {
      expr: `${notReady} and on (node) max by (node) (max_over_time(${ready}[${duration(explainsSeconds)}])) == 1`,
      for: notReadyFor,
      summary:
        'Node {{ $labels.node }} was ready a short time ago and is no more (condition Ready is {{ $value | printf "%.0f" }})',
    }),
    alertRule(model, 'ConntrackNearFull', {
      // node_exporter alone tells: neither kubelet nor cAdvisor do, and a pod sees only its own network's table.
      expr: `max by (node, instance) (node_nf_conntrack_entries / node_nf_conntrack_entries_limit) > ${conntrackShare}`,
      for: '5m',
      summary:
        'Node {{ $labels.node }} ({{ $labels.instance }}) has filled {{ $value | humanizePercentage }} of its table of connections',
    }),
  ];
}

/** Share of all periods of a window in which a container was throttled: unlike the share of its running periods it forgives short work under a low limit. */
function throttled(matchers: string, seconds: number): string {
  const metric = `container_cpu_cfs_throttled_periods_total{${matchers},container!=""}`;
  return `sum by (${container}) (increase(${metric}[${seconds / 60}m])) / ${seconds * periodsPerSecond}`;
}

function filled(matchers: string): string {
  const used = `max by (${container}) (container_memory_working_set_bytes{${matchers},container!=""})`;
  const limit = `max by (${container}) (kube_pod_container_resource_limits{${matchers},resource="memory"})`;
  return `${used} / on (${container}) ${limit}`;
}

function restarted(matchers: string, window: string): string {
  return `sum by (${container}) (increase(kube_pod_container_status_restarts_total{${matchers}}[${window}]))`;
}

function missing(ours: string, kind: string, wanted: string, available: string, tolerated = '0'): string {
  const of = (metric: string) => `max by (namespace, ${kind}) (${metric}{${ours}})`;
  return `(${of(wanted)} - ${of(available)} > ${tolerated})`;
}

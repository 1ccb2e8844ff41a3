import type { SignalModel } from '../model';
import { readsGateway } from '../gateway';
import { workloadsOfMesh } from '../mesh';
import { meshNamespace, waypointName } from '../targets';
import { nodeWorkloads } from '../node-model';
import { callsEcho, callsSource, type PathRef, pathRow } from '../paths';
import { increase, select, sumBy } from '../promql';
import { watchedNamespaces } from '../scraped';
import { colors, type DashboardSpec, type Panel, type Row } from './panels';
import { containers, rate, type Pods } from './queries';

/** A workload whose pods are shown. */
interface Workload extends Pods {
  readonly title: string;
  /** Whether kube-state-metrics sees it, which it does in our own namespaces: without it there are no limits and no restarts. */
  readonly ours: boolean;
}

const hour = 3600;

/** *Resources*: whether what probes, what answers and what watches has the CPU and the memory it needs. */
export function resourcesDashboard(model: SignalModel): DashboardSpec {
  return {
    name: 'resources',
    title: 'resources',
    description:
      'CPU, throttling, memory and restarts of everything that a figure depends on: a starved injector looks like a slow path.',
    from: 'now-3h',
    rows: [...workloads(model).map(workloadRow), nodesRow()],
  };
}

/** istiod, and ztunnel: in a namespace of Istio's where the stack runs none of its own. */
function controlPlane(model: SignalModel, ownIstiod: Workload): Workload[] {
  const { mesh } = model;
  const namespace = mesh?.istioNamespace;
  if (namespace === undefined) return readsGateway(model) || mesh?.istiodScraped ? [ownIstiod] : [];
  const theirs = (name: string): Workload => ({ title: name, prefix: name, namespace, ours: false });
  return [...(mesh?.istiodScraped ? [theirs('istiod')] : []), ...(mesh?.ambient ? [theirs('ztunnel')] : [])];
}

function workloads(model: SignalModel): Workload[] {
  const { load, monitoring, system } = watchedNamespaces;
  const { paths } = model;
  const ours = (title: string, prefix: string, namespace: string): Workload => ({
    title,
    prefix,
    namespace,
    ours: true,
  });
  const calls = (target: 'target') => (path: PathRef) =>
    pathRow(path).probes.some((probe) => probe.calls.startsWith(target));
  return [
    ours('injector', 'injector', load),
    ...(paths.some((path) => callsSource(path)) ? [ours('source', 'source', load)] : []),
    ...(paths.some((path) => callsSource(path) || calls('target')(path))
      ? [ours('target', 'target', load)]
      : []),
    ...(paths.some((path) => callsEcho(path)) ? [ours('echo', 'echo', load)] : []),
    ...(readsGateway(model) ? [ours('gateway', 'gateway', load)] : []),
    ...controlPlane(model, ours('istiod', 'istiod', load)),
    ...(model.mesh
      ? [...workloadsOfMesh(model.paths), ...(model.mesh.ambient ? [waypointName] : [])].map((name) =>
          ours(name.replace('-', ' '), name, meshNamespace),
        )
      : []),
    ...(model.nodeProber
      ? [ours('node prober', nodeWorkloads.prober, load), ours('node echo', nodeWorkloads.echo, load)]
      : []),
    { title: 'CoreDNS', prefix: 'coredns', namespace: system, ours: false },
    ours('Prometheus', 'prometheus-main', monitoring),
    ...(model.longTerm?.ownStoreDays === undefined
      ? []
      : [ours('Long-term store', 'prometheus-longterm', monitoring)]),
    ours('Alertmanager', 'alertmanager-main', monitoring),
  ];
}

function workloadRow(workload: Workload): Row {
  return { title: workload.title, panels: workload.ours ? ourPanels(workload) : foreignPanels(workload) };
}

const notOurs = 'where the cluster’s owner runs it under another name, or cAdvisor does not report it';

function ourPanels(workload: Workload): Panel[] {
  const limit = (resource: 'cpu' | 'memory') =>
    sumBy(['pod'], containers('kube_pod_container_resource_limits', workload, { resource }));
  const restarts = containers('kube_pod_container_status_restarts_total', workload);
  return [
    {
      kind: 'lines',
      title: `${workload.title}: CPU, of the limit`,
      description: 'Seconds of CPU per second, over the pod’s limit. At 100 % it is throttled.',
      unit: 'percentunit',
      min: 0,
      width: 6,
      queries: [{ expr: `${cpu(workload)} / on (pod) ${limit('cpu')}`, legend: '{{pod}}' }],
      steps: nearLimit,
    },
    throttling(workload, 6),
    {
      kind: 'lines',
      title: `${workload.title}: memory, of the limit`,
      description: 'Working set over the pod’s limit: at 100 % the kernel ends it.',
      unit: 'percentunit',
      min: 0,
      width: 6,
      queries: [{ expr: `${memory(workload)} / on (pod) ${limit('memory')}`, legend: '{{pod}}' }],
      steps: nearLimit,
    },
    {
      kind: 'lines',
      title: `${workload.title}: restarts per hour`,
      description:
        'Containers that ended and were started again, in the hour before. A pod that was replaced is another pod.',
      unit: 'short',
      min: 0,
      width: 6,
      queries: [{ expr: sumBy(['pod'], increase(restarts, hour)), legend: '{{pod}}' }],
    },
  ];
}

/** Of other people's pods neither limits nor restarts are known here. */
function foreignPanels(workload: Workload): Panel[] {
  const own = `Pods \`${workload.prefix}-…\` in ${workload.namespace}. Limits and restarts of pods that are not ours are not read.`;
  return [
    {
      kind: 'lines',
      title: `${workload.title}: CPU`,
      description: `Seconds of CPU per second. ${own}`,
      unit: 'short',
      min: 0,
      width: 8,
      queries: [{ expr: cpu(workload), legend: '{{pod}}', mayBeEmpty: notOurs }],
    },
    throttling(workload, 8),
    {
      kind: 'lines',
      title: `${workload.title}: memory`,
      description: `Working set. ${own}`,
      unit: 'bytes',
      min: 0,
      width: 8,
      queries: [{ expr: memory(workload), legend: '{{pod}}', mayBeEmpty: notOurs }],
    },
  ];
}

const nearLimit = [
  { from: null, color: colors.none },
  { from: 0.9, color: colors.warning },
];

function cpu(workload: Workload): string {
  return sumBy(['pod'], rate(containers('container_cpu_usage_seconds_total', workload)));
}

function memory(workload: Workload): string {
  return sumBy(['pod'], containers('container_memory_working_set_bytes', workload));
}

function throttling(workload: Workload, width: number): Panel {
  const throttled = sumBy(['pod'], rate(containers('container_cpu_cfs_throttled_periods_total', workload)));
  const periods = sumBy(['pod'], rate(containers('container_cpu_cfs_periods_total', workload)));
  return {
    kind: 'lines',
    title: `${workload.title}: throttled`,
    description: 'Share of the CPU scheduler’s periods of 100 ms in which the pod had to wait for its limit.',
    unit: 'percentunit',
    min: 0,
    width,
    queries: [
      {
        expr: `${throttled} / (${periods} > 0)`,
        legend: '{{pod}}',
        mayBeEmpty: workload.ours
          ? 'a pod that does nothing has no period'
          : 'a pod without a CPU limit is never throttled',
      },
    ],
    steps: [
      { from: null, color: colors.none },
      { from: 0.25, color: colors.warning },
    ],
  };
}

function nodesRow(): Row {
  const ready = select('kube_node_status_condition', { condition: 'Ready', status: 'true' });
  return {
    title: 'Nodes',
    panels: [
      {
        kind: 'states',
        title: 'Ready',
        description: 'Whether the API server takes the node for ready.',
        unit: 'none',
        width: 8,
        queries: [{ expr: `min by (node) (${ready})`, legend: '{{node}}' }],
        words: {
          '1': { text: 'ready', color: colors.good },
          '0': { text: 'not ready', color: colors.bad },
        },
      },
      {
        kind: 'lines',
        title: 'Pods',
        description: 'Pods that run on each node, by its kubelet.',
        unit: 'short',
        min: 0,
        width: 8,
        queries: [{ expr: `max by (node) (${select('kubelet_running_pods')})`, legend: '{{node}}' }],
      },
      {
        kind: 'lines',
        title: 'Table of connections (conntrack), of its size',
        description:
          'At 100 % new connections are dropped without a word. Known only where a node_exporter runs in namespace monitoring: no data means that nobody knows.',
        unit: 'percentunit',
        min: 0,
        width: 8,
        queries: [
          {
            expr: `max by (node) (${select('node_nf_conntrack_entries')} / ${select('node_nf_conntrack_entries_limit')})`,
            legend: '{{node}}',
            mayBeEmpty: 'no node_exporter is scraped',
          },
        ],
        steps: [
          { from: null, color: colors.none },
          { from: 0.8, color: colors.warning },
        ],
      },
    ],
  };
}

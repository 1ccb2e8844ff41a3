import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { PodMonitor } from '../../resources/pod-monitor';
import { inside } from '../cluster/cluster';
import { metadata } from '../metadata';
import { namespaceNames } from '../names';
import { keptOfEnvoy, readsGateway } from '../../signals/gateway';
import { keptOfIstiod, keptOfSidecars, sidecarEndpoint, workloadsOfMesh } from '../../signals/mesh';
import type { SignalModel } from '../../signals/model';
import { nodeScrapeSeconds, nodeWorkloads } from '../../signals/node-model';
import { watchedNamespaces } from '../../signals/scraped';
import { gatewayName, meshNamespace, meshWorkloads } from '../../signals/targets';
import { istiodName, proxyMetricsPort } from '../istio/part';
import { controlPlaneMonitors, waypointMonitor } from './mesh-monitors';
import type { MonitoringPartArgs } from './part';

const nameLabel = 'app.kubernetes.io/name';

/** A monitor of one or more workloads. */
export interface Monitored {
  readonly name: string;
  /** Where its pods are. */
  readonly namespace: string;
  /** Values of `app.kubernetes.io/name`. */
  readonly workloads: readonly string[];
  /** Names of the container ports with metrics. */
  readonly ports: readonly string[];
  /** Seconds between two scrapes; default what the stack scrapes everything at. */
  readonly everySeconds?: number;
  /** Label by which its pods are selected and whose value is their `job`; default `app.kubernetes.io/name` of the product's own. */
  readonly label?: string;
  /** Where its metrics are; default `/metrics`. */
  readonly path?: string;
  /** Regular expressions of what is kept, over the values of labels joined by `;`. Default everything. */
  readonly keep?: readonly { readonly labels: readonly string[]; readonly regex: string }[];
  /** Only where the stack runs a gateway itself, where there is a mesh, one of either mode, or where the stack runs an istiod of its own. */
  readonly only?: 'gateway' | 'mesh' | 'sidecars' | 'ambient' | 'istiod';
  /** Another port of the same pods, where none is declared that could be named. */
  readonly portNumber?: number;
}

/** All that a mesh may have; a monitor selects those of them that the stack's paths need. */
const meshPods: readonly string[] = Object.values(meshWorkloads);

/** Everything that is scraped by pod. The injectors push instead. */
const monitored: readonly Monitored[] = [
  {
    name: 'podinfo',
    namespace: namespaceNames.load,
    workloads: ['source', 'target', 'source-ingress'],
    ports: ['metrics'],
  },
  { name: 'echo', namespace: namespaceNames.load, workloads: ['echo'], ports: ['http'] },
  {
    name: gatewayName,
    namespace: namespaceNames.load,
    workloads: [gatewayName],
    ports: ['metrics'],
    path: '/stats/prometheus',
    only: 'gateway',
    keep: [
      { labels: ['__name__'], regex: keptOfEnvoy.names },
      { labels: ['cluster_name', 'http_conn_manager_prefix'], regex: keptOfEnvoy.scopes },
    ],
  },
  { name: 'mesh', namespace: meshNamespace, workloads: meshPods, ports: ['metrics'], only: 'mesh' },
  // Envoy's and the agent's metrics are merged at a port that no injection declares, so it is found by Envoy's own.
  {
    name: 'mesh-sidecars',
    namespace: meshNamespace,
    workloads: meshPods,
    ports: [sidecarEndpoint],
    portNumber: proxyMetricsPort,
    path: '/stats/prometheus',
    only: 'sidecars',
    keep: [
      { labels: ['__name__'], regex: keptOfSidecars.names },
      { labels: ['cluster_name', 'http_conn_manager_prefix'], regex: keptOfSidecars.scopes },
    ],
  },
  waypointMonitor,
  {
    name: istiodName,
    namespace: namespaceNames.load,
    workloads: [istiodName],
    ports: ['metrics'],
    only: 'istiod',
    keep: [{ labels: ['__name__'], regex: keptOfIstiod }],
  },
  // Somebody else's: kube-prometheus-stack runs it under this label. Where there is none, nothing is known of conntrack.
  {
    name: 'node-exporter',
    namespace: namespaceNames.monitoring,
    workloads: ['prometheus-node-exporter'],
    ports: ['http-metrics'],
    label: nameLabel,
    keep: [{ labels: ['__name__'], regex: 'node_nf_conntrack_entries(_limit)?' }],
  },
  // What answers is seen by who asks, so only the probers are scraped: every series here is there once for each node.
  {
    name: nodeWorkloads.prober,
    namespace: namespaceNames.load,
    workloads: [nodeWorkloads.prober],
    ports: ['metrics'],
    everySeconds: nodeScrapeSeconds,
  },
  // CoreDNS as kubeadm, EKS and k3s run it; a cluster with another name service has no such pods.
  {
    name: 'cluster-dns',
    namespace: watchedNamespaces.system,
    workloads: ['kube-dns'],
    ports: ['metrics'],
    label: 'k8s-app',
  },
  {
    name: 'prometheus',
    namespace: namespaceNames.monitoring,
    workloads: ['prometheus'],
    ports: ['web', 'reloader-web'],
  },
  {
    name: 'alertmanager',
    namespace: namespaceNames.monitoring,
    workloads: ['alertmanager'],
    ports: ['web', 'reloader-web'],
  },
  {
    name: 'prometheus-operator',
    namespace: namespaceNames.monitoring,
    workloads: ['prometheus-operator'],
    ports: ['http'],
  },
  {
    name: 'kube-state-metrics',
    namespace: namespaceNames.monitoring,
    workloads: ['kube-state-metrics'],
    ports: ['http', 'telemetry'],
  },
];

/** Lets Prometheus find the pods of the cluster's name service, and of a control plane of Istio that is scraped: nothing else there can be read by it. */
export function discoveryElsewhere(
  parent: pulumi.Resource,
  {
    model,
    ...part
  }: MonitoringPartArgs & { readonly model: SignalModel; readonly prometheusAccount: string },
): pulumi.Resource[] {
  const istio = new Set(controlPlaneMonitors(model.mesh).map(({ namespace }) => namespace));
  // Somebody's Istio may be beside the name service.
  istio.delete(watchedNamespaces.system);
  return [
    ...discoveryIn(parent, part, watchedNamespaces.system, discoveryName),
    ...[...istio].flatMap((namespace) =>
      discoveryIn(parent, part, namespace, `${discoveryName}-${namespace}`),
    ),
  ];
}

const discoveryName = 'continuous-load-discovery';

function discoveryIn(
  parent: pulumi.Resource,
  {
    cluster,
    stack,
    namespaces,
    prometheusAccount,
  }: MonitoringPartArgs & { readonly prometheusAccount: string },
  namespace: string,
  resource: string,
): pulumi.Resource[] {
  const name = discoveryName;
  const named = { metadata: metadata(name, namespace, { workload: 'prometheus', stack }) };
  const child = inside(parent, cluster, namespaces.controlPlane ? [namespaces.controlPlane] : []);
  return [
    new k8s.rbac.v1.Role(
      resource,
      { ...named, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }] },
      child,
    ),
    new k8s.rbac.v1.RoleBinding(
      resource,
      {
        ...named,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name: prometheusAccount, namespace: namespaceNames.monitoring }],
      },
      child,
    ),
  ];
}

const ownNamespaces: readonly string[] = [namespaceNames.load, meshNamespace];

/** Names of the monitors of what carries and answers load. */
export const loadMonitors = [
  ...monitored.filter(({ namespace }) => ownNamespaces.includes(namespace)).map(({ name }) => name),
  'ztunnel',
];

/** What {@link podMonitors} are made from. */
export interface PodMonitorsArgs extends MonitoringPartArgs {
  /** Says what there is to scrape. */
  readonly model: SignalModel;
  /** The operator's kinds, where the stack makes them. */
  readonly crds?: readonly pulumi.Resource[];
  /** Names of the monitors that are wanted, where somebody else scrapes the rest; default all. */
  readonly only?: readonly string[];
  /** Seconds between two scrapes where a monitor says nothing; default what Prometheus scrapes everything at. */
  readonly everySeconds?: number;
  /** What the `podMonitorSelector` of a Prometheus of somebody else's asks for. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** The monitors of what a stack has; `wanted` ones, default all. */
export function monitoredIn(model: SignalModel, wanted: readonly string[] | undefined): Monitored[] {
  const there = {
    gateway: readsGateway(model),
    mesh: model.mesh !== undefined,
    sidecars: model.mesh !== undefined && !model.mesh.ambient,
    ambient: model.mesh?.ambient === true,
    istiod: model.mesh?.istiodScraped === true && model.mesh.istioNamespace === undefined,
  };
  const inMesh: readonly string[] = workloadsOfMesh(model.paths);
  const isThere = (workload: string) => !meshPods.includes(workload) || inMesh.includes(workload);
  return [...monitored, ...controlPlaneMonitors(model.mesh)]
    .filter(({ name, only }) => (only === undefined || there[only]) && (wanted?.includes(name) ?? true))
    .map((monitor) => ({ ...monitor, workloads: monitor.workloads.filter(isThere) }));
}

/** Which ports of which workloads are scraped, by the names of both; `wanted` monitors, default all. */
export function scrapedPorts(
  model: SignalModel,
  wanted?: readonly string[],
): Pick<Monitored, 'workloads' | 'ports'>[] {
  return monitoredIn(model, wanted).map(({ workloads, ports }) => ({ workloads, ports }));
}

/** A PodMonitor for each scraped workload; the label `job` is the workload's name. */
export function podMonitors(
  parent: pulumi.Resource,
  {
    cluster,
    stack,
    namespaces,
    crds = [],
    model,
    only: wanted,
    everySeconds,
    labels: asked = {},
  }: PodMonitorsArgs,
): PodMonitor[] {
  return monitoredIn(model, wanted).map((each) => {
    const { name, namespace, workloads, label } = each;
    const { labels: own, ...rest } = metadata(name, namespaces.monitoringName, { stack });
    return new PodMonitor(
      name,
      {
        metadata: { ...rest, labels: { ...own, ...asked } },
        spec: {
          jobLabel: label ?? nameLabel,
          namespaceSelector: { matchNames: [namespace] },
          selector: {
            ...(label === undefined
              ? { matchLabels: { 'app.kubernetes.io/part-of': 'continuous-load' } }
              : {}),
            matchExpressions: [{ key: label ?? nameLabel, operator: 'In', values: [...workloads] }],
          },
          podMetricsEndpoints: endpoints({ ...(everySeconds ? { everySeconds } : {}), ...each }),
        },
      },
      inside(parent, cluster, [namespaces.monitoring, ...crds]),
    );
  });
}

function endpoints({ name, ports, path, everySeconds, portNumber, keep = [] }: Monitored) {
  const metricRelabelings = keep.map(({ labels, regex }) => ({
    action: 'keep' as const,
    sourceLabels: [...labels],
    regex,
  }));
  return ports.map((port) => ({
    port,
    ...(path === undefined ? {} : { path }),
    ...(everySeconds === undefined ? {} : { interval: `${everySeconds}s` }),
    // kube-state-metrics' own labels name what it is about, not itself.
    honorLabels: name === 'kube-state-metrics' && port === 'http',
    // A target that is down with its node must be known by it.
    relabelings: [
      { sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' },
      ...(portNumber === undefined ? [] : [otherPort(portNumber)]),
    ],
    ...(keep.length === 0 ? {} : { metricRelabelings }),
  }));
}

/** Scrapes the pod at another port than the one it was found by. */
function otherPort(port: number) {
  return {
    sourceLabels: ['__address__'],
    regex: '(.+):\\d+',
    replacement: `$1:${port}`,
    targetLabel: '__address__',
  };
}

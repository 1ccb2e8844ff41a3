import { workloadsOfMesh } from '../../signals/mesh';
import { callsEcho, type PathRef } from '../../signals/paths';
import { gatewayName, meshWorkloads, podinfoPorts, waypointName } from '../../signals/targets';
import { nodeEchoPorts, nodeWorkloads } from '../../signals/node-model';
import { istiodName } from '../istio/part';
import { longTermWorkload } from '../names';
import { calledBy, type GatewayFacts, insideGateway } from './called';
import { anyTcp, at, dns, dnsPorts, type Edge, type Place, tcp } from './edge';
import { wayTo } from './elsewhere';
import { alertmanagerMeshPort, workloadPorts, type WorkloadName } from './ports';

const { http } = podinfoPorts;

/** A place that the config names: a namespace, or an address elsewhere. */
export type There = { readonly namespace: string } | { readonly address: string };

/** A mesh as policies must know it. */
export interface MeshFacts {
  /** Whether its control plane is the stack's own, of plain objects. */
  readonly own: boolean;
  readonly ambient: boolean;
  /** Where another control plane is scraped. */
  readonly scraped?: { readonly namespace: string; readonly ports: readonly number[] };
}

/** What of a stack decides which edges there are; plain values. */
export interface NetworkFacts {
  readonly paths: readonly PathRef[];
  readonly nodeProber: boolean;
  /** Whether the stack runs the gateway; absent where there is none. */
  readonly gateway?: GatewayFacts | undefined;
  readonly mesh?: MeshFacts | undefined;
  readonly chaos: boolean;
  /** Whether Prometheus and Alertmanager are of the stack's own, by its operator. */
  readonly ownMonitoring: boolean;
  /** Number of Alertmanager's replicas. */
  readonly alertmanagers: number;
  /** Addresses of the receivers of notifications that the config names: URLs, or `HOST:PORT`. */
  readonly receivers: readonly string[];
  /** Port of the one that the cluster brings along. */
  readonly ownReceiverPort?: number | undefined;
  /** The store of long-term counts: of the stack's own, or one elsewhere. */
  readonly longTerm?: 'own' | { readonly address: string } | undefined;
  /** Where counts are pushed to, if not to the stack's own Prometheus: a namespace, or an address elsewhere. */
  readonly otlp?: There | undefined;
  /** Where chaos asks before it kills, if not the stack's own Prometheus. */
  readonly asked?: There | undefined;
  /** Namespace whose pods scrape, where Prometheus is not of the stack's own. */
  readonly scrapedFrom?: string | undefined;
  /** Workloads and the names of their ports that are scraped. */
  readonly scraped: readonly { readonly workload: WorkloadName; readonly port: string }[];
  /** Whether NodePorts lead to source, Prometheus and Alertmanager. */
  readonly nodePorts: boolean;
  /** Namespaces whose pods may ask Prometheus and Alertmanager. */
  readonly readers: readonly string[];
}

/** Everything that parts of the product need of each other and of others; nothing that no part uses. Several may join the same two places. */
export function networkEdges(facts: NetworkFacts): Edge[] {
  return [
    ...loadEdges(facts),
    ...gatewayEdges(facts),
    ...meshEdges(facts),
    ...proberEdges(facts),
    ...chaosEdges(facts),
    ...(facts.ownMonitoring ? monitoringEdges(facts) : []),
    ...scrapeEdges(facts),
    ...doorEdges(facts),
  ];
}

function loadEdges(facts: NetworkFacts): Edge[] {
  const { paths } = facts;
  const ofProbes = paths.flatMap((path) =>
    calledBy(path, facts.gateway).map((way): Edge => ({
      from: at('injector'),
      ...way,
      why: `path ${path.name}`,
    })),
  );
  return [
    { from: at('injector'), to: dns, ports: dnsPorts, why: 'names of what is probed' },
    ...ofProbes,
    ...pushEdges('injector', facts),
    { from: at('source'), to: dns, ports: dnsPorts, why: 'name of target' },
    { from: at('source'), to: at('target'), ports: tcp(http), why: 'the second hop' },
  ];
}

function pushEdges(from: WorkloadName, { otlp, ownMonitoring }: NetworkFacts): Edge[] {
  return somewhere(from, ownMonitoring ? undefined : otlp, 'counts by OTLP');
}

/** To a place that the config names, or to the stack's own Prometheus where it names none. */
function somewhere(from: WorkloadName, place: There | undefined, why: string): Edge[] {
  if (place === undefined)
    return [{ from: at(from), to: at('prometheus'), ports: tcp(workloadPorts.prometheus.web), why }];
  if ('namespace' in place) return [{ from: at(from), to: place, ports: anyTcp, why }];
  return [{ from: at(from), ...wayTo(place.address), why }];
}

function gatewayEdges({ gateway, mesh, paths }: NetworkFacts): Edge[] {
  if (!gateway) return [];
  const sourceEdges: Edge[] = paths.some(({ name }) => name === 'ingress')
    ? [
        { from: at('source-ingress'), to: dns, ports: dnsPorts, why: 'name of the gateway' },
        { from: at('source-ingress'), ...insideGateway(gateway), why: 'the second hop' },
      ]
    : [];
  if (!gateway.own)
    return [
      ...sourceEdges,
      { from: { cluster: 'anywhere' }, to: at('target'), ports: tcp(http), why: 'somebody else’s gateway' },
    ];
  const listens = tcp(workloadPorts[gatewayName].http);
  return [
    ...sourceEdges,
    {
      from: { cluster: 'outside' },
      to: at(gatewayName),
      ports: listens,
      why: 'clients outside, by its NodePort',
    },
    { from: at(gatewayName), to: at('target'), ports: tcp(http), why: 'what it has a route to' },
    ...proxyEdges(gatewayName, mesh?.own ?? true),
  ];
}

/** What every proxy needs, of the stack's own istiod or of another. */
function proxyEdges(proxy: WorkloadName, own: boolean): Edge[] {
  return [
    { from: at(proxy), to: dns, ports: dnsPorts, why: 'name of istiod' },
    {
      from: at(proxy),
      to: own ? at(istiodName) : { cluster: 'istiod' },
      ports: tcp(workloadPorts[istiodName]['grpc-xds']),
      why: 'configuration and certificate',
    },
  ];
}

function meshEdges({ mesh, gateway, paths, ownMonitoring }: NetworkFacts): Edge[] {
  const ownIstiod = mesh?.own ?? gateway?.own ?? false;
  const control: Edge[] = ownIstiod
    ? [
        {
          from: at(istiodName),
          to: { cluster: 'api-server' },
          ports: [],
          why: 'what it serves, and its root certificate',
        },
      ]
    : [];
  if (!mesh) return control;
  const scrapes: Edge[] =
    mesh.scraped && ownMonitoring
      ? [
          {
            from: at('prometheus'),
            to: { namespace: mesh.scraped.namespace },
            ports: tcp(...mesh.scraped.ports),
            why: 'metrics of istiod and ztunnel',
          },
        ]
      : [];
  if (mesh.ambient) return [...control, ...scrapes, ...ambientEdges(paths)];
  const { target } = meshWorkloads;
  const proxies = workloadsOfMesh(paths);
  return [
    ...control,
    ...scrapes,
    ...proxies
      .filter((from) => from !== target)
      .map((from): Edge => ({ from: at(from), to: at(target), ports: tcp(http), why: 'the second hop' })),
    ...proxies.flatMap((proxy) => proxyEdges(proxy, mesh.own)),
  ];
}

/** Policies are kept outside of pods, where all that the mesh carries goes to one port. */
function ambientEdges(paths: NetworkFacts['paths']): Edge[] {
  const { sourceRetry, target } = meshWorkloads;
  const pods = workloadsOfMesh(paths);
  const callers = pods.filter((workload) => workload !== target);
  const tunnel = (from: WorkloadName, to: WorkloadName): Edge => ({
    from: at(from),
    to: at(to),
    ports: tcp(workloadPorts[waypointName].hbone),
    why: 'the second hop, by HBONE',
  });
  return [
    ...callers.map((from): Edge => ({
      from: at(from),
      to: dns,
      ports: dnsPorts,
      why: 'name of target',
    })),
    ...callers.map((from) => tunnel(from, from === sourceRetry ? waypointName : target)),
    tunnel(waypointName, target),
    ...proxyEdges(waypointName, false),
    ...pods.map((to): Edge => ({
      from: { cluster: 'kubelet-in-ambient' },
      to: at(to),
      ports: tcp(http),
      why: 'readiness and liveness',
    })),
  ];
}

function proberEdges({ nodeProber }: NetworkFacts): Edge[] {
  if (!nodeProber) return [];
  const { prober, echo } = nodeWorkloads;
  return [
    {
      from: at(prober),
      to: at(echo),
      ports: [...tcp(nodeEchoPorts.tcp), { protocol: 'UDP', port: nodeEchoPorts.udp }],
      why: 'probes from node to node',
    },
    { from: at(prober), to: { cluster: 'api-server' }, ports: [], why: 'where the echoes are' },
  ];
}

function chaosEdges(facts: NetworkFacts): Edge[] {
  if (!facts.chaos) return [];
  const reaper = 'chaos-reaper';
  return [
    // All that is in the cluster it asks by address.
    ...(facts.otlp !== undefined || facts.asked !== undefined
      ? [{ from: at(reaper), to: dns, ports: dnsPorts, why: 'names of what is elsewhere' }]
      : []),
    { from: at(reaper), to: { cluster: 'api-server' }, ports: [], why: 'pods, evictions, its Lease' },
    ...somewhere(reaper, facts.ownMonitoring ? undefined : facts.asked, 'its guards'),
    ...pushEdges(reaper, facts),
  ];
}

function monitoringEdges(facts: NetworkFacts): Edge[] {
  const prometheus = at('prometheus');
  const alertmanager = at('alertmanager');
  const { longTerm, receivers, ownReceiverPort, alertmanagers } = facts;
  const api = (from: WorkloadName, why: string): Edge => ({
    from: at(from),
    to: { cluster: 'api-server' },
    ports: [],
    why,
  });
  return [
    api('prometheus', 'what is to be scraped'),
    api('prometheus-operator', 'what it runs'),
    api('kube-state-metrics', 'what it counts'),
    {
      from: prometheus,
      to: { cluster: 'nodes' },
      ports: tcp(10250),
      why: 'metrics of kubelets and containers',
    },
    { from: prometheus, to: { cluster: 'dns-metrics' }, ports: tcp(9153), why: 'metrics of CoreDNS' },
    { from: prometheus, to: alertmanager, ports: tcp(workloadPorts.alertmanager.web), why: 'alerts' },
    ...(longTerm === 'own'
      ? [
          {
            from: prometheus,
            to: at(longTermWorkload),
            ports: tcp(workloadPorts[longTermWorkload].web),
            why: 'counts for over a year, and what is made of them',
          },
        ]
      : []),
    ...(typeof longTerm === 'object'
      ? [
          { from: prometheus, to: dns, ports: dnsPorts, why: 'name of the store' },
          { from: prometheus, ...wayTo(longTerm.address), why: 'counts for over a year' },
        ]
      : []),
    ...(receivers.length > 0
      ? [{ from: alertmanager, to: dns, ports: dnsPorts, why: 'names of receivers' }]
      : []),
    ...receivers.map((address) => ({ from: alertmanager, ...wayTo(address), why: 'notifications' })),
    ...(ownReceiverPort === undefined
      ? []
      : [
          {
            from: alertmanager,
            to: { cluster: 'anywhere' } as const,
            ports: tcp(ownReceiverPort),
            why: 'notifications',
          },
        ]),
    ...(alertmanagers > 1
      ? [
          { from: alertmanager, to: dns, ports: dnsPorts, why: 'names of its replicas' },
          {
            from: alertmanager,
            to: alertmanager,
            ports: [...tcp(alertmanagerMeshPort), { protocol: 'UDP' as const, port: alertmanagerMeshPort }],
            why: 'what a replica has sent',
          },
        ]
      : []),
  ];
}

function scrapeEdges({ scraped, scrapedFrom, ownMonitoring }: NetworkFacts): Edge[] {
  const from: Place | undefined = ownMonitoring
    ? at('prometheus')
    : scrapedFrom === undefined
      ? undefined
      : { namespace: scrapedFrom };
  if (!from) return [];
  return scraped.flatMap(({ workload, port }): Edge[] => {
    const number = (workloadPorts[workload] as Readonly<Record<string, number>>)[port];
    // Itself it scrapes without leaving its pod.
    if (number === undefined || (ownMonitoring && workload === 'prometheus')) return [];
    return [{ from, to: at(workload), ports: tcp(number), why: 'metrics' }];
  });
}

/** What people open: by NodePorts from outside, and from the namespaces that the config names. */
function doorEdges({ nodePorts, ownMonitoring, readers }: NetworkFacts): Edge[] {
  const outside: Place = { cluster: 'outside' };
  const servers = ownMonitoring ? (['prometheus', 'alertmanager'] as const) : [];
  return [
    ...(nodePorts ? [{ from: outside, to: at('source'), ports: tcp(http), why: 'its NodePort' }] : []),
    ...(nodePorts
      ? servers.map((server) => ({
          from: outside,
          to: at(server),
          ports: tcp(workloadPorts[server].web),
          why: 'its NodePort',
        }))
      : []),
    ...readers.flatMap((namespace) =>
      servers.map((server) => ({
        from: { namespace },
        to: at(server),
        ports: tcp(workloadPorts[server].web),
        why: 'networkPolicies.readers',
      })),
    ),
  ];
}

/** The workloads of a stack, whether anything calls them or not. */
export function networkWorkloads(facts: NetworkFacts): WorkloadName[] {
  const { paths, gateway, mesh, nodeProber, chaos, ownMonitoring, longTerm } = facts;
  return [
    'injector',
    'source',
    'target',
    ...(paths.some(({ name }) => name === 'ingress') ? (['source-ingress'] as const) : []),
    ...(paths.some(callsEcho) ? (['echo'] as const) : []),
    ...(nodeProber ? Object.values(nodeWorkloads) : []),
    ...(gateway?.own ? ([gatewayName] as const) : []),
    ...((mesh?.own ?? gateway?.own) ? ([istiodName] as const) : []),
    ...(mesh ? workloadsOfMesh(paths) : []),
    ...(mesh?.ambient ? [waypointName as typeof waypointName] : []),
    ...(chaos ? (['chaos-reaper'] as const) : []),
    ...(ownMonitoring
      ? (['prometheus', 'alertmanager', 'prometheus-operator', 'kube-state-metrics'] as const)
      : []),
    ...(ownMonitoring && longTerm === 'own' ? [longTermWorkload as typeof longTermWorkload] : []),
  ];
}

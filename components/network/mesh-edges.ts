import { workloadsOfMesh } from '../../signals/mesh';
import { gatewayName, meshWorkloads, podinfoPorts, waypointName } from '../../signals/targets';
import { istiodName } from '../istio/part';
import { insideGateway } from './called';
import { at, dns, dnsPorts, type Edge, tcp } from './edge';
import type { NetworkFacts } from './facts';
import { workloadPorts, type WorkloadName } from './ports';

const { http } = podinfoPorts;

/** What leads to the gateway and on, and what its proxy needs; nothing where there is none. */
export function gatewayEdges({ gateway, mesh, paths }: NetworkFacts): Edge[] {
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

/** What the mesh's pods, its waypoint and its control plane need of each other; nothing without a mesh and without an istiod of the stack's own. */
export function meshEdges({ mesh, gateway, paths, ownMonitoring }: NetworkFacts): Edge[] {
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

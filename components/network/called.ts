import { pathRow, type PathRef, type PathRow, type TargetName } from '../../signals/paths';
import { echoPorts, gatewayName, meshWorkloads, podinfoPorts } from '../../signals/targets';
import { anyTcp, at, type Port, tcp, type Way } from './edge';
import { wayTo } from './elsewhere';
import { workloadPorts, type WorkloadName } from './ports';

/** A gateway as policies must know it. */
export interface GatewayFacts {
  /** Whether the stack runs it. */
  readonly own: boolean;
  /** Where clients outside call it. */
  readonly outsidePort: number;
}

const { http } = podinfoPorts;

/** What the probes of a path call; nothing where that is a name that is looked up. */
export function calledBy(path: PathRef, gateway: GatewayFacts | undefined): Way[] {
  const row = pathRow(path);
  return row.probes.flatMap(({ calls }) =>
    calls === 'own' ? ownTarget(row) : calledOfTable(calls, gateway),
  );
}

function calledOfTable(target: TargetName, gateway: GatewayFacts | undefined): Way[] {
  const pods = (workload: WorkloadName, ...ports: readonly Port[]): Way[] => [{ to: at(workload), ports }];
  switch (target) {
    case 'source':
      return pods('source', ...tcp(http));
    case 'target':
      return pods('target', ...tcp(http));
    case 'targetGrpc':
      return pods('target', ...tcp(podinfoPorts.grpc));
    case 'sourceIngress':
      return pods('source-ingress', ...tcp(http));
    case 'sourceMesh':
      return pods(meshWorkloads.source, ...tcp(http));
    case 'sourceMeshRetry':
      return pods(meshWorkloads.sourceRetry, ...tcp(http));
    case 'targetMesh':
      return pods(meshWorkloads.target, ...tcp(http));
    case 'strangerMesh':
      return pods(meshWorkloads.stranger, ...tcp(http));
    case 'gatewayInside':
      return [insideGateway(gateway)];
    case 'gatewayOutside':
      // A node may take the shortest way from its own NodePort, or a load balancer's address, to a pod.
      return [
        { to: { cluster: 'anywhere' }, ports: tcp(gateway?.outsidePort ?? 80) },
        insideGateway(gateway),
      ];
    case 'echoGrpc':
      return pods('echo', ...tcp(echoPorts.grpc));
    case 'echoWebSocket':
      return pods('echo', ...tcp(echoPorts.http));
    case 'echoTcp':
      return pods('echo', ...tcp(echoPorts.tcp));
    case 'echoUdp':
      return pods('echo', { protocol: 'UDP', port: echoPorts.udp });
    case 'apiReadyz':
    case 'apiList':
      return [{ to: { cluster: 'api-server' }, ports: [] }];
    case 'dnsName':
    case 'dnsHeadless':
    case 'dnsAbsent':
    case 'dnsSearch':
      return [];
  }
}

/** A query of the pod's own resolver needs nothing more than every injector has. */
function ownTarget({ own }: PathRow): Way[] {
  if (!own) return [];
  const { address, probe } = own;
  switch (probe.kind) {
    case 'http':
      return [wayTo(address, { moves: probe.redirects > 0 })];
    case 'tcp':
      return [wayTo(address)];
    case 'dns':
      if (probe.server === '') return [];
      return [wayTo(probe.server, { protocol: probe.transport === 'udp' ? 'UDP' : 'TCP', usualPort: 53 })];
  }
}

/** Somebody else's gateway has pods whose labels and ports nobody knows here. */
export function insideGateway(gateway: GatewayFacts | undefined): Way {
  return gateway?.own === false
    ? { to: { cluster: 'anywhere' }, ports: anyTcp }
    : { to: at(gatewayName), ports: tcp(workloadPorts[gatewayName].http) };
}

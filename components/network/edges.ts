import { workloadsOfMesh } from '../../signals/mesh';
import { callsEcho } from '../../signals/paths';
import { gatewayName, podinfoPorts, waypointName } from '../../signals/targets';
import { nodeEchoPorts, nodeWorkloads } from '../../signals/node-model';
import { istiodName } from '../istio/part';
import { longTermWorkload } from '../names';
import { calledBy } from './called';
import { anyTcp, at, dns, dnsPorts, type Edge, type Place, tcp } from './edge';
import { wayTo } from './elsewhere';
import { gatewayEdges, meshEdges } from './mesh-edges';
import { monitoringEdges, scrapeEdges } from './monitoring-edges';
import type { NetworkFacts, There } from './facts';
import { workloadPorts, type WorkloadName } from './ports';

const { http } = podinfoPorts;

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

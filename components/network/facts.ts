import { pagerPort } from '../../lab/cluster/spec';
import type { Settings } from '../../settings';
import { runsPrometheus, type RunMonitoringSettings } from '../../settings/monitoring-schema';
import type { PathRef } from '../../signals/paths';
import type { Receiver } from '../../signals/receivers';
import { portOf } from '../../signals/own-targets';
import { gatewayPort } from '../../signals/targets';
import { gatewayNodePort, longTermWorkload, namespaceNames } from '../names';
import { controlPlaneMonitors } from '../monitoring/mesh-monitors';
import { loadMonitors, scrapedPorts } from '../monitoring/monitors';
import type { GatewayFacts } from './called';
import { workloadPorts, type WorkloadName } from './ports';

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

type Asked = Pick<NetworkFacts, 'otlp' | 'asked' | 'scrapedFrom'>;

/** What of a stack's settings decides who needs whom. */
export function networkFacts({
  cluster,
  model,
  gateway,
  mesh,
  chaos,
  monitoring,
  networkPolicies,
}: Pick<
  Settings,
  'cluster' | 'model' | 'gateway' | 'mesh' | 'chaos' | 'monitoring' | 'networkPolicies'
>): NetworkFacts {
  const ownMonitoring = monitoring.kind === 'own';
  const brings = cluster.kind !== 'existing';
  return {
    paths: model.paths,
    nodeProber: model.nodeProber !== undefined && model.enabled !== false,
    gateway: gateway && {
      own: gateway.addresses === undefined,
      outsidePort: outsidePort(cluster.kind, gateway.addresses?.outside),
    },
    mesh: mesh && meshFacts(mesh, model),
    chaos: chaos !== undefined,
    ownMonitoring,
    ...(runsPrometheus(monitoring)
      ? {
          alertmanagers: monitoring.alertmanagerReplicas,
          ...receivers(monitoring, cluster.kind === 'lab'),
          longTerm: longTerm(monitoring),
        }
      : { alertmanagers: 0, receivers: [] }),
    ...elsewhere(monitoring),
    scraped: scraped(model, ownMonitoring),
    nodePorts: brings && cluster.kind !== 'eks',
    readers: networkPolicies.readers,
  };
}

function meshFacts(
  { mode, controlPlane }: NonNullable<Settings['mesh']>,
  model: Settings['model'],
): NonNullable<NetworkFacts['mesh']> {
  const ports = controlPlaneMonitors(model.mesh).map(({ scrapedPort }) => scrapedPort);
  return {
    own: controlPlane.kind === 'own',
    ambient: mode === 'ambient',
    ...(ports.length > 0 ? { scraped: { namespace: controlPlane.namespace, ports } } : {}),
  };
}

/** The gateway's port for clients outside: of its NodePort where there is one, else what the config says. */
function outsidePort(kind: Settings['cluster']['kind'], address: string | undefined): number {
  if (address !== undefined) return portOf(address);
  return kind === 'eks' ? gatewayPort : gatewayNodePort;
}

function elsewhere(monitoring: Settings['monitoring']): Asked {
  switch (monitoring.kind) {
    case 'own':
      return {};
    case 'kube-prometheus-stack': {
      const there = { namespace: namespaceNames.monitoring };
      return { otlp: there, asked: there, scrapedFrom: namespaceNames.monitoring };
    }
    case 'existing': {
      const there = { namespace: monitoring.prometheus.namespace };
      return {
        otlp: monitoring.otlp ? { address: monitoring.otlp.url.endpoint } : there,
        asked: there,
        scrapedFrom: there.namespace,
      };
    }
    case 'gmp':
      return { otlp: { address: monitoring.otlp.url.endpoint }, scrapedFrom: monitoring.collectors };
    case 'none': {
      const { otlp, prometheusUrl } = monitoring;
      return {
        otlp: { address: otlp.url.endpoint },
        ...(prometheusUrl === undefined ? {} : { asked: { address: prometheusUrl } }),
      };
    }
  }
}

function longTerm({ longTerm: { enabled, remoteWrite } }: RunMonitoringSettings): NetworkFacts['longTerm'] {
  if (!enabled) return undefined;
  return remoteWrite === undefined ? 'own' : { address: remoteWrite.url };
}

function receivers(
  { receivers: named }: RunMonitoringSettings,
  lab: boolean,
): Pick<NetworkFacts, 'receivers' | 'ownReceiverPort'> {
  if (named === undefined) return { receivers: [], ...(lab ? { ownReceiverPort: pagerPort } : {}) };
  return { receivers: [...new Set(named.map(addressOf))].sort() };
}

function addressOf({ url, slack, email, deadManSwitch }: Receiver): string {
  return email?.smarthost ?? url ?? slack?.url ?? deadManSwitch ?? 'https://events.pagerduty.com';
}

/** Of the product's own what is scraped; the monitor of Prometheus finds the store for longer too. */
function scraped(model: Settings['model'], ownMonitoring: boolean): NetworkFacts['scraped'] {
  // Of another istiod the name is the same, and nothing else.
  const others = controlPlaneMonitors(model.mesh).map(({ name }) => name);
  const isOurs = (name: string): name is WorkloadName => name in workloadPorts && !others.includes(name);
  return scrapedPorts(model, ownMonitoring ? undefined : loadMonitors).flatMap(({ workloads, ports }) =>
    workloads
      .flatMap((name) =>
        name === 'prometheus' && model.longTerm?.ownStoreDays !== undefined
          ? [name, longTermWorkload]
          : [name],
      )
      .filter(isOurs)
      .flatMap((workload) => ports.map((port) => ({ workload, port }))),
  );
}

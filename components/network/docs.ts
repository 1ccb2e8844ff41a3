import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pagerPort } from '../../lab/cluster/spec';
import { pathNames } from '../../signals/paths';
import { waypointName } from '../../signals/targets';
import { gatewayNodePort } from '../names';
import type { Edge, Place, Port } from './edge';
import { networkEdges } from './edges';
import type { NetworkFacts } from './facts';
import { workloadPorts, type WorkloadName } from './ports';

/** A lab with all there is. */
const everything: NetworkFacts = {
  paths: pathNames.map((name) => ({ name })),
  nodeProber: true,
  gateway: { own: true, outsidePort: gatewayNodePort },
  mesh: { own: true, ambient: false },
  chaos: true,
  ownMonitoring: true,
  alertmanagers: 2,
  receivers: [],
  ownReceiverPort: pagerPort,
  longTerm: 'own',
  scraped: (Object.keys(workloadPorts) as WorkloadName[]).filter(isOfLab).flatMap((workload) =>
    Object.keys(workloadPorts[workload])
      .filter((port) => /metrics|web|telemetry|envoy/.test(port) || isScrapedHttp(workload, port))
      .map((port) => ({ workload, port })),
  ),
  nodePorts: true,
  readers: [],
};

/** The lab has no mesh of mode ambient. */
function isOfLab(workload: WorkloadName): boolean {
  return workload !== waypointName;
}

function isScrapedHttp(workload: WorkloadName, port: string): boolean {
  return port === 'http' && ['echo', 'prometheus-operator', 'kube-state-metrics'].includes(workload);
}

/** Markdown table of who calls whom, of a lab with all there is. */
export function edgesTable(): string {
  const edges = networkEdges(everything);
  const pairs = [...new Set(edges.map(pairOf))];
  const rows = pairs.map((pair) => {
    const these = edges.filter((edge) => pairOf(edge) === pair);
    const [first] = these as [Edge, ...Edge[]];
    const ports = [...new Set(these.flatMap((edge) => edge.ports).map(portInWords))].join(', ');
    const why = [...new Set(these.map((edge) => edge.why))].join('; ');
    return `| ${inWords(first.from)} | ${inWords(first.to)} | ${ports || 'its own'} | ${why} |`;
  });
  return ['| who | calls | ports | what for |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const pairOf = ({ from, to }: Edge): string => JSON.stringify([from, to]);

const portInWords = ({ protocol, port }: Port): string =>
  `${port ?? 'any'}${protocol === 'UDP' ? '/udp' : ''}`;

function inWords(place: Place): string {
  if ('workload' in place) return `\`${place.workload}\``;
  if ('namespace' in place) return `namespace \`${place.namespace}\``;
  return {
    dns: 'CoreDNS',
    'dns-metrics': 'CoreDNS',
    'api-server': 'API server',
    nodes: 'nodes',
    istiod: 'istiod of Istio’s charts, or somebody else’s',
    'kubelet-in-ambient': 'kubelet',
    outside: 'clients outside',
    anywhere: 'any address',
  }[place.cluster];
}

const begin = '<!-- begin: made by `npx tsx components/network/docs.ts` -->';
const end = '<!-- end -->';

/** A page with the table between its marks replaced, as prettier writes it. */
export async function withEdgesTable(page: string, file: string): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  const [before = '', rest = ''] = page.split(begin);
  const after = rest.split(end)[1] ?? '';
  const text = `${before}${begin}\n\n${edgesTable()}\n\n${end}${after}`;
  return format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
}

/** The page that has the table. */
export const networkPoliciesPage = join(__dirname, '../../docs/network-policies.md');

if (require.main === module)
  void withEdgesTable(readFileSync(networkPoliciesPage, 'utf8'), networkPoliciesPage).then((page) =>
    writeFileSync(networkPoliciesPage, page),
  );

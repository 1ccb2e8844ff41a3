import { longTermWorkload } from '../names';
import { at, dns, dnsPorts, type Edge, type Place, tcp } from './edge';
import { wayTo } from './elsewhere';
import type { NetworkFacts } from './facts';
import { alertmanagerMeshPort, workloadPorts, type WorkloadName } from './ports';

/** What the stack's own Prometheus, Alertmanager and their operator need. */
export function monitoringEdges(facts: NetworkFacts): Edge[] {
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

/** From whoever scrapes to each port that is scraped; nothing where nobody known does. */
export function scrapeEdges({ scraped, scrapedFrom, ownMonitoring }: NetworkFacts): Edge[] {
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

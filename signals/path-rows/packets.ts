/** Paths that the k6 extension probes: queries, bytes, datagrams. */
import type { PathRow } from '../path-types';
import { callDefaults, reasonWords } from './words';

/** Rows of DNS, TCP and UDP. */
export const packetRows = [
  {
    name: 'dns',
    title: 'Cluster DNS',
    protocol: 'dns',
    extension: true,
    answer:
      'the resolver of the injector’s pod answers a Service, a headless Service and a name by its search path with addresses, and an absent name with NXDOMAIN; over UDP and over TCP.',
    hops: [{ from: 'injector', to: 'CoreDNS' }],
    reasons: {
      connect: 'no connection: refused or unreachable',
      timeout: 'no answer within the timeout',
      servfail: 'SERVFAIL or REFUSED',
      answer:
        'an answer that is wrong: NXDOMAIN for a name that exists, an address for one that does not, none of the type asked for',
      truncated: 'a UDP answer cut off where a whole one was due',
    },
    probes: [
      { name: 'name', conn: 'udp', share: 0.4, calls: 'dnsName', hops: ['1'] },
      { name: 'headless', conn: 'udp', share: 0.2, calls: 'dnsHeadless', hops: ['1'] },
      { name: 'absent', conn: 'udp', share: 0.1, calls: 'dnsAbsent', hops: ['1'] },
      { name: 'search', conn: 'udp', share: 0.1, calls: 'dnsSearch', hops: ['1'] },
      { name: 'tcp', conn: 'tcp', share: 0.2, calls: 'dnsName', hops: ['1'] },
    ],
    defaults: { ...callDefaults, latencyBoundMs: 10 },
    look: [
      'deployment/coredns in kube-system',
      'service/kube-dns',
      'kube-proxy',
      '/etc/resolv.conf of an injector',
    ],
  },
  {
    name: 'tcp',
    title: 'TCP echo',
    protocol: 'tcp',
    extension: true,
    answer: 'echo sends back the 4 KiB of this probe.',
    hops: [{ from: 'injector', to: 'echo' }],
    reasons: {
      dns: reasonWords.unresolved,
      connect: reasonWords.unconnected,
      timeout: 'no connection within the timeout',
      silence: 'connected, and no whole answer within the timeout',
      reset: reasonWords.broken,
      body: 'other bytes than those sent',
    },
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'echoTcp', hops: ['1'] },
      { name: 'fresh', conn: 'fresh', share: 0.5, calls: 'echoTcp', hops: ['1'] },
    ],
    defaults: callDefaults,
    look: ['deployment/echo', 'endpointslices of echo', 'kube-proxy', 'conntrack of the nodes'],
  },
  {
    name: 'udp',
    title: 'UDP echo',
    protocol: 'udp',
    extension: true,
    answer: 'echo sends back the numbered datagram of this probe.',
    hops: [{ from: 'injector', to: 'echo' }],
    reasons: {
      dns: reasonWords.unresolved,
      connect: 'refused or unreachable (ICMP), as where no endpoint is behind the Service',
      loss: 'no answer within the timeout: the datagram or its answer was lost',
      body: 'other bytes than those sent',
    },
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'echoUdp', hops: ['1'] },
      { name: 'fresh', conn: 'fresh', share: 0.5, calls: 'echoUdp', hops: ['1'] },
    ],
    defaults: { ...callDefaults, timeoutMs: 1000, availabilityPercent: 99.5 },
    look: ['deployment/echo', 'endpointslices of echo', 'kube-proxy', 'conntrack of the nodes'],
  },
] as const satisfies readonly PathRow[];

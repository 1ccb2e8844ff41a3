import type { Place } from '../../components/network/edge';
import { networkEdges } from '../../components/network/edges';
import type { NetworkFacts } from '../../components/network/facts';
import type { OwnProbe } from '../../signals/own-targets';
import { ownPath, plainHttp } from '../signals/own-target';

const facts: NetworkFacts = {
  paths: [],
  nodeProber: false,
  chaos: false,
  ownMonitoring: true,
  alertmanagers: 1,
  receivers: [],
  scraped: [],
  nodePorts: false,
  readers: [],
};
const dns: OwnProbe = { kind: 'dns', type: 'A', values: [], absent: false, transport: 'udp', server: '' };
const tcp: OwnProbe = { kind: 'tcp', send: '', contains: '' };
const anywhere: Place = { cluster: 'anywhere' };

/** What the injectors may call for one target. */
function waysTo(address: string, probe: OwnProbe) {
  const edges = networkEdges({ ...facts, paths: [ownPath('mine', address, probe)] });
  return edges.filter(({ why }) => why === 'path mine').map(({ to, ports }) => ({ to, ports }));
}

test.each<[string, OwnProbe, ReturnType<typeof waysTo>]>([
  // the port of a Service is not that of its pods, which is what a policy is about
  ['http://cart.shop.svc/', plainHttp, [{ to: { namespace: 'shop' }, ports: [{ protocol: 'TCP' }] }]],
  [
    'https://cart.shop.svc.cluster.local:8443/x',
    plainHttp,
    [{ to: { namespace: 'shop' }, ports: [{ protocol: 'TCP' }] }],
  ],
  ['postgres.data.svc:5432', tcp, [{ to: { namespace: 'data' }, ports: [{ protocol: 'TCP' }] }]],
  ['https://www.example.org/', plainHttp, [{ to: anywhere, ports: [{ protocol: 'TCP', port: 443 }] }]],
  ['http://www.example.org:8080/', plainHttp, [{ to: anywhere, ports: [{ protocol: 'TCP', port: 8080 }] }]],
  // these may be Services: by the search path, or by a cluster address
  ['http://cart.shop/', plainHttp, [{ to: anywhere, ports: [{ protocol: 'TCP' }] }]],
  ['10.96.0.9:22', tcp, [{ to: anywhere, ports: [{ protocol: 'TCP' }] }]],
  ['http://[fd00::1]:8080/', plainHttp, [{ to: anywhere, ports: [{ protocol: 'TCP' }] }]],
  [
    'https://www.example.org/',
    { ...plainHttp, redirects: 2 },
    [{ to: anywhere, ports: [{ protocol: 'TCP' }] }],
  ],
  // the pod's own resolver is open to every injector
  ['www.example.org', dns, []],
  [
    'www.example.org',
    { ...dns, server: 'ns1.corp.example.org:5353' },
    [{ to: anywhere, ports: [{ protocol: 'UDP', port: 5353 }] }],
  ],
  [
    'www.example.org',
    { ...dns, transport: 'tcp', server: '10.0.0.53:53' },
    [{ to: anywhere, ports: [{ protocol: 'TCP' }] }],
  ],
])('%s is open to the injectors, as far as can be known', (address, probe, ways) => {
  expect(waysTo(address, probe)).toEqual(ways);
});

test('receivers, a store and a pusher’s address in the cluster are open by their namespaces, those outside by their ports', () => {
  const edges = networkEdges({
    ...facts,
    receivers: [
      'http://bridge.ops.svc/alerts',
      'https://hooks.example.org.:8443/x:1/y',
      'smtp.mail.example.org:587',
    ],
    longTerm: { address: 'https://store.data.svc.cluster.local/api/v1/push' },
  });
  const elsewhere = edges.filter(({ why }) => ['notifications', 'counts for over a year'].includes(why));
  expect(elsewhere.map(({ to, ports }) => ({ to, ports }))).toEqual([
    { to: { namespace: 'data' }, ports: [{ protocol: 'TCP' }] },
    { to: { namespace: 'ops' }, ports: [{ protocol: 'TCP' }] },
    { to: anywhere, ports: [{ protocol: 'TCP', port: 8443 }] },
    { to: anywhere, ports: [{ protocol: 'TCP', port: 587 }] },
  ]);
  const pushes = networkEdges({ ...facts, ownMonitoring: false, otlp: { address: 'agent.vendor.svc:4318' } });
  expect(pushes.filter(({ why }) => why === 'counts by OTLP')).toMatchObject([
    { from: { workload: 'injector' }, to: { namespace: 'vendor' }, ports: [{ protocol: 'TCP' }] },
  ]);
});

test('the gateway’s address outside leads to its pods too, as a node may take the short way', () => {
  const edges = networkEdges({
    ...facts,
    paths: [{ name: 'ingress-external' }],
    gateway: { own: true, outsidePort: 30_080 },
  });
  expect(edges.filter(({ why }) => why === 'path ingress-external').map(({ to }) => to)).toEqual(
    expect.arrayContaining([anywhere, { workload: 'gateway' }]),
  );
});

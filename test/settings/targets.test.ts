import { pathRow } from '../../signals/paths';
import { authority } from './authority';
import { existing, images, lab, read, refusal, stockPaths } from './reading';

const http = { url: 'https://checkout.shop.svc.cluster.local./healthz' };
const dns = { name: 'intranet.corp.example.org', server: '10.0.0.53' };
const tcp = { address: 'postgres.data.svc:5432' };
const checkout = { name: 'checkout', http };
const nobody = { monitoring: { receivers: [] } };
const certificate = `-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUe7Z5FQmzC7qj2Yd0Q3f0oZc0b1wwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----`;

test('each target is a path behind those of the table, with defaults of its own', () => {
  const { model, targetRequests } = read({
    targets: [
      { ...checkout, owner: 'shop', rate: 2, latency: { bound: '300ms' } },
      { name: 'corp-dns', dns },
      { name: 'db', tcp },
    ],
  });
  const own = model.paths.slice(-3);
  expect(
    own.map(({ name, owner, ratePerSecond, latencyBoundMs }) => [name, owner, ratePerSecond, latencyBoundMs]),
  ).toEqual([
    ['checkout', 'shop', 2, 300],
    ['corp-dns', undefined, 1, 250],
    ['db', undefined, 1, 250],
  ]);
  expect(own.map((path) => pathRow(path).own)).toEqual([
    { address: http.url, probe: { kind: 'http', method: 'GET', status: [], bodyContains: '', redirects: 0 } },
    {
      address: dns.name,
      probe: { kind: 'dns', type: 'A', values: [], absent: false, transport: 'udp', server: '10.0.0.53:53' },
    },
    { address: tcp.address, probe: { kind: 'tcp', send: '', contains: '' } },
  ]);
  expect(targetRequests).toEqual({});
});

test('what is secret of a request is apart from everything that is shown', () => {
  const headers = { Authorization: 'Bearer t0ken' };
  const { model, targetRequests } = read({
    targets: [{ name: 'checkout', http: { ...http, headers, method: 'POST', body: 'b0dy' } }],
  });
  expect(targetRequests).toEqual({ checkout: { headers, body: 'b0dy' } });
  expect(JSON.stringify(model)).not.toMatch(/t0ken|b0dy/);
});

test.each(['http://[fd00::1]:8080/', 'http://10.0.0.1', 'https://a.example/x?y=z'])('%s is a URL', (url) => {
  expect(pathRow(read({ targets: [{ name: 'aa', http: { url } }] }).model.paths.at(-1)!).own?.address).toBe(
    url,
  );
});

test.each([
  ['10.0.0.53', '10.0.0.53:53'],
  ['10.0.0.53:5353', '10.0.0.53:5353'],
  ['fd00::53', '[fd00::53]:53'],
  ['[fd00::53]:5353', '[fd00::53]:5353'],
])('the name server %s is asked at %s', (server, address) => {
  const { model } = read({ targets: [{ name: 'aa', dns: { ...dns, server } }] });
  expect(pathRow(model.paths.at(-1)!).own?.probe).toMatchObject({ server: address });
});

test('targets alone are enough, and those over HTTP need no image of one’s own', () => {
  const paths = { ...stockPaths, service: { enabled: false }, grpc: { enabled: false } };
  const { model } = read({ cluster: existing, ...nobody, paths, targets: [checkout] });
  expect(model.paths.map(({ name }) => name)).toEqual(['checkout']);
});

const one = (target: object) => ({ targets: [{ ...checkout, ...target }] });
const refused: [what: string, sections: Record<string, unknown>, field: string, mend: RegExp][] = [
  [
    'no kind',
    { targets: [{ name: 'aa' }] },
    'targets[0].http is missing',
    /unless dns or tcp[^]*what is probed/,
  ],
  ['two kinds', one({ tcp }), 'targets[0].tcp', /as the target has http already[^]*two targets/],
  ['no name', { targets: [{ http }] }, 'targets[0].name is missing', /2 to 40 lower-case/],
  ['a name in capitals', one({ name: 'Checkout' }), 'targets[0].name is "Checkout"', /lower-case/],
  ['a name of ours', one({ name: 'dns' }), 'targets[0].name is "dns"', /does not use itself[^]*rename/],
  ['a name of a hop', one({ name: 'source' }), 'targets[0].name is "source"', /does not use itself/],
  [
    'one name twice',
    { targets: [checkout, { name: 'checkout', tcp }] },
    'targets[1].name is "checkout"',
    /no other target has/,
  ],
  [
    'another protocol',
    one({ http: { url: 'ftp://a/' } }),
    'targets[0].http.url is "ftp://a/"',
    /http:\/\/ or https/,
  ],
  [
    'a password in the URL',
    one({ http: { url: 'https://me:pass@a.example/' } }),
    'targets[0].http.url is not shown',
    /without user and password[^]*the header Authorization/,
  ],
  [
    'no verification',
    one({ http: { ...http, insecureSkipVerify: true } }),
    'targets[0].http.insecureSkipVerify is an unknown key',
    /known keys here: url, method/,
  ],
  [
    'a method that changes',
    one({ http: { ...http, method: 'DELETE' } }),
    'targets[0].http.method is "DELETE"',
    /GET, HEAD/,
  ],
  ['a body of a GET', one({ http: { ...http, body: 'x' } }), 'targets[0].http.body', /absent with GET/],
  [
    'text in the answer to a HEAD',
    one({ http: { ...http, method: 'HEAD', bodyContains: 'ok' } }),
    'targets[0].http.bodyContains',
    /no body/,
  ],
  ['no status', one({ http: { ...http, status: [] } }), 'targets[0].http.status is []', /a list of statuses/],
  [
    'a status that is none',
    one({ http: { ...http, status: [99] } }),
    'targets[0].http.status[0] is 99',
    /100 to 599/,
  ],
  [
    'headers that are text',
    one({ http: { ...http, headers: 'Authorization: t0ken' } }),
    'targets[0].http.headers is not shown',
    /--secret --path 'continuous-load:targets\[0\]\.http\.headers'/,
  ],
  [
    'no domain name',
    { targets: [{ name: 'aa', dns: { name: 'a b' } }] },
    'targets[0].dns.name is "a b"',
    /domain/,
  ],
  [
    'a name server by name',
    { targets: [{ name: 'aa', dns: { ...dns, server: 'ns.example' } }] },
    'targets[0].dns.server is "ns.example"',
    /an IP address/,
  ],
  [
    'records of what is absent',
    { targets: [{ name: 'aa', dns: { ...dns, absent: true, values: ['10.0.0.1'] } }] },
    'targets[0].dns.values',
    /must not exist/,
  ],
  [
    'no port',
    { targets: [{ name: 'db', tcp: { address: 'postgres' } }] },
    'targets[0].tcp.address is "postgres"',
    /HOST:PORT/,
  ],
  [
    'a port over all',
    { targets: [{ name: 'db', tcp: { address: 'a:65536' } }] },
    'targets[0].tcp.address is "a:65536"',
    /HOST:PORT/,
  ],
  [
    'IPv6 without brackets',
    { targets: [{ name: 'db', tcp: { address: 'fd00::1:5432' } }] },
    'targets[0].tcp.address is',
    /in brackets/,
  ],
  [
    'words to nobody',
    { targets: [{ name: 'db', tcp: { ...tcp, send: 'x' } }] },
    'targets[0].tcp.contains',
    /is sent/,
  ],
  ['too much on one', one({ rate: 51 }), 'targets[0].rate is 51', /0\.1 to 50/],
  [
    'too little for its objective',
    one({ rate: 0.1 }),
    'targets[0].rate does not fit',
    /too low for these objectives/,
  ],
  [
    'too much on all',
    { targets: ['aa', 'bb', 'cc'].map((name) => ({ name, http, rate: 10 })) },
    'load.maxTargetRate is 20',
    /the sum of the rates of all targets, 30/,
  ],
  [
    'too much with everything else',
    { load: { maxTargetRate: 100 }, targets: ['aa', 'bb'].map((name) => ({ name, http, rate: 45 })) },
    'load.maxRate does not fit',
    /more than the cap/,
  ],
  [
    'a timeout within the bound',
    one({ timeout: '200ms' }),
    'targets[0].timeout is "200ms"',
    /latency\.bound/,
  ],
  [
    'too many',
    { targets: Array.from({ length: 51 }, (_, index) => ({ name: `t${index}`, http, rate: 0.3 })) },
    'targets is',
    /50 targets at most/,
  ],
  [
    'a stock k6 for a port',
    {
      cluster: existing,
      ...nobody,
      images: { echo: images.echo },
      paths: stockPaths,
      targets: [{ name: 'db', tcp }],
    },
    'images.k6 is missing',
    /the targets db are asked[^]*over http need no extension/,
  ],
  ['an authority that is none', { injector: { authorities: ['x'] } }, 'injector.authorities[0]', /in PEM/],
  ['a broken authority', { injector: { authorities: [certificate] } }, 'injector.authorities[0]', /in PEM/],
  [
    'owners that nobody hears',
    {
      cluster: lab,
      monitoring: { receivers: [{ name: 'a', url: 'http://a/', owners: ['shop'] }] },
      targets: [{ ...checkout, owner: 'shop' }],
    },
    'monitoring.receivers is ["a"]',
    /pages of owner platform/,
  ],
  [
    'a target that nobody hears',
    {
      cluster: lab,
      monitoring: { receivers: [{ name: 'a', url: 'http://a/', owners: ['platform'] }] },
      targets: [{ ...checkout, owner: 'shop' }],
    },
    'monitoring.receivers is ["a"]',
    /pages of owner shop/,
  ],
];

test.each(refused)('%s is refused', (_what, sections, field, mend) => {
  const message = refusal(sections);
  expect(message).toMatch(/^1 mistake /);
  expect(message).toContain(`continuous-load:${field}`);
  expect(message).toMatch(mend);
  expect(message).not.toMatch(/t0ken|:pass@/);
});

test('certificates of authorities are taken as they are', () => {
  expect(read({ injector: { authorities: [`# ours\n${authority}`] } }).injector.authorities).toEqual([
    authority,
  ]);
});

test('a receiver for one owner is right beside one for all', () => {
  const receivers = [
    { name: 'all', url: 'http://a/' },
    { name: 'shop', url: 'http://b/', owners: ['shop'] },
  ];
  expect(() => read({ monitoring: { receivers }, targets: [{ ...checkout, owner: 'shop' }] })).not.toThrow();
});

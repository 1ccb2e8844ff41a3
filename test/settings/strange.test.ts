import { instanceLabel, metadata } from '../../components/metadata';
import { labelValue } from '../../settings/kubernetes-names';
import { existing, images, lab, read, refusal } from './reading';

/** Configs as strangers write them: what would have been taken, and broken a cluster later. */

const target = (fields: object) => ({ targets: [{ name: 'shop', ...fields }] });
const http = (url: string) => target({ http: { url } });
const tcp = (address: string) => target({ tcp: { address } });
const dns = (fields: object) => target({ dns: { name: 'shop.example.org', ...fields } });
const receiver = (kind: object) => ({ monitoring: { receivers: [{ name: 'a', ...kind }] } });
const mail = (fields: object) =>
  receiver({
    email: { to: 'b@example.org', from: 'a@example.org', smarthost: 'smtp.example.org:25', ...fields },
  });
const theirs = (sections: object) => ({
  cluster: existing,
  images,
  monitoring: { receivers: [] },
  ...sections,
});
const k6 = (image: string) => theirs({ images: { ...images, k6: image } });
const ingress = (gateway: object) =>
  theirs({
    paths: { ingress: { enabled: true } },
    gateway: { class: 'eg', address: 'gw.infra.svc', ...gateway },
  });
const eks = (fields: object) => ({
  cluster: {
    kind: 'eks',
    account: '123456789012',
    region: 'eu-west-1',
    publicCidrs: ['198.51.100.7/32'],
    ...fields,
  },
  monitoring: { receivers: [] },
});
const chaos = (hours: string[]) => ({ chaos: { enabled: true, quiet: { hours } } });
const config = (contexts: string) => `apiVersion: v1\nkind: Config\ncontexts: ${contexts}\n`;
const kubeconfig = (text: string, context?: string) =>
  theirs({ cluster: { kind: 'existing', kubeconfig: text, ...(context === undefined ? {} : { context }) } });
const vendor = (prometheusUrl: string) =>
  theirs({ monitoring: { kind: 'none', otlp: { url: 'https://o.example.org/v1/metrics' }, prometheusUrl } });

const digest = `sha256:${'a'.repeat(64)}`;

const wrong: [what: string, sections: Record<string, unknown>, field: string, words: RegExp][] = [
  [
    'a section called like what all objects have',
    { constructor: {} },
    'constructor is an unknown key',
    /remove it/,
  ],
  ['a section called toString', { toString: 'x' }, 'toString is an unknown key', /remove it/],
  [
    'a path of that name',
    { paths: JSON.parse('{"__proto__":{"rate":1}}') },
    'paths.__proto__ is an',
    /remove it/,
  ],
  ['port 0', http('http://shop.example.org:0/'), 'targets[0].http.url is', /whole http/],
  ['an address of four numbers over 255', tcp('999.1.1.1:80'), 'targets[0].tcp.address is', /HOST:PORT/],
  ['a host of dots', tcp('...:80'), 'targets[0].tcp.address is', /HOST:PORT/],
  ['a host of a dash', tcp('-:80'), 'targets[0].tcp.address is', /HOST:PORT/],
  ['an IPv6 address without brackets', tcp('::1:80'), 'targets[0].tcp.address is', /brackets/],
  ['a scheme before a host', tcp('tcp://db:80'), 'targets[0].tcp.address is', /HOST:PORT/],
  ['a label of 64', tcp(`${'a'.repeat(64)}.org:80`), 'targets[0].tcp.address is', /HOST:PORT/],
  ['an address to look up', dns({ name: '10.0.0.1' }), 'targets[0].dns.name is', /in-addr\.arpa/],
  ['a name among A', dns({ values: ['10.0.0.1', 'shop'] }), 'targets[0].dns.values[1] is "shop"', /IPv4/],
  ['IPv4 among AAAA', dns({ type: 'AAAA', values: ['10.0.0.1'] }), 'targets[0].dns.values[0] is', /IPv6/],
  ['runbooks without a scheme', { alerts: { runbooks: 'wiki/x' } }, 'alerts.runbooks is', /http or https/],
  [
    'runbooks that run',
    { alerts: { runbooks: 'javascript:alert(1)' } },
    'alerts.runbooks is',
    /http or https/,
  ],
  ['runbooks with a template', { alerts: { runbooks: 'https://x/{{y}}' } }, 'alerts.runbooks is', /braces/],
  ['a digest that is cut', k6('k6@sha256:abc'), 'images.k6 is', /tag or a digest/],
  ['a word for a digest', k6('k6@latest'), 'images.k6 is', /tag or a digest/],
  ['two colons', k6('k6::1'), 'images.k6 is', /tag or a digest/],
  ['two slashes', k6('example.org//k6:1'), 'images.k6 is', /tag or a digest/],
  ['an upper-case path', k6('example.org/Team/k6:1'), 'images.k6 is', /lower case/],
  ['a scheme', k6('https://example.org/k6:1'), 'images.k6 is', /without https/],
  ['a tag of 129', k6(`k6:${'1'.repeat(129)}`), 'images.k6 is', /tag or a digest/],
  [
    'an image of k3s in upper case',
    { cluster: { kind: 'k3d', image: 'rancher/K3s:v1' }, monitoring: { receivers: [] } },
    'cluster.image is',
    /tag or digest/,
  ],
  [
    'two dots in a label’s prefix',
    { dashboards: { sidecarLabels: { 'a..b/c': 'x' } } },
    'dashboards.sidecarLabels is',
    /of Kubernetes/,
  ],
  [
    'two dots in a class of volumes',
    theirs({ monitoring: { receivers: [], storage: { class: 'a..b' } } }),
    'monitoring.storage.class is',
    /StorageClass/,
  ],
  ['two dots in a class of gateways', ingress({ class: 'a..b' }), 'gateway.class is', /GatewayClass/],
  ['a port over 65535', ingress({ address: 'gw:99999' }), 'gateway.address is', /brackets/],
  ['dots for a gateway', ingress({ address: '..' }), 'gateway.address is', /a name or an address/],
  ['a mail server’s port', mail({ smarthost: 'smtp:99999' }), 'receivers[0].email.smarthost is', /HOST:PORT/],
  ['port 0 of a mail server', mail({ smarthost: 'smtp:0' }), 'receivers[0].email.smarthost is', /HOST:PORT/],
  [
    'a template for a mail',
    mail({ to: '{{x}}@example.org' }),
    'receivers[0].email.to is',
    /one mail address/,
  ],
  ['two mail addresses', mail({ to: 'a@b.org,c@d.org' }), 'receivers[0].email.to is', /one mail address/],
  ['a name in a mail', mail({ to: 'Me <a@b.org>' }), 'receivers[0].email.to is', /without a name/],
  [
    'a template in a URL',
    receiver({ url: 'https://x.org/{{y}}' }),
    'receivers[0].url is not shown',
    /braces/,
  ],
  ['a port to ask', vendor('http://mimir.svc:99999'), 'monitoring.prometheusUrl is', /HOST:PORT/],
  ['a tag without a name', eks({ tags: { '': 'x' } }), 'cluster.tags. is', /rename/],
  ['a tag’s name of 129', eks({ tags: { ['k'.repeat(129)]: 'x' } }), 'cluster.tags.kkk', /1 to 128/],
  ['a brace in a tag’s name', eks({ tags: { 'a{b}': 'x' } }), 'cluster.tags.a{b} is', /rename/],
  ['AWS’s own tags in upper case', eks({ tags: { 'AWS:x': 'x' } }), 'cluster.tags.AWS:x is', /left to AWS/],
  ['a list for a map', eks({ tags: ['x'] }), 'cluster.tags is', /names of your own/],
  ['a region of two zones', eks({ region: 'us-west-1' }), 'cluster.region is', /cluster\.vpc\.id/],
  ['zones of elsewhere', eks({ region: 'ap-northeast-1' }), 'cluster.zones is', /write \[a, c, d\]/],
  [
    'a share for percent',
    { paths: { dns: { availability: 0.999 } } },
    'paths.dns.availability is',
    /written 99\.9/,
  ],
  ['chaos that may never', chaos(['daily']), 'chaos.quiet.hours does', /shorten them/],
  [
    'chaos that may never, in parts',
    chaos(['mon-sun 08:00-20:00', 'daily 20:00-08:00']),
    'chaos.quiet',
    /shorten/,
  ],
  ['no kubeconfig', kubeconfig('hello:\n- world'), 'cluster.kubeconfig is not shown', /config view/],
  ['a kubeconfig that is cut', kubeconfig('{"contexts": [', 'x'), 'cluster.kubeconfig is not', /config view/],
  ['a kubeconfig without contexts', kubeconfig(config('[]')), 'cluster.kubeconfig is not', /with contexts/],
  ['a context that it has not', kubeconfig(config('[{ name: x }]'), 'y'), 'cluster.context is "y"', /: x/],
];

test.each(wrong)('%s is refused, alone and with a way out', (_what, sections, field, words) => {
  const message = refusal(sections, 'strange');
  expect(message).toMatch(/^1 mistake /);
  expect(message).toContain(field);
  expect(message).toMatch(words);
});

test.each<[what: string, sections: Record<string, unknown>]>([
  ['a URL with a template', http('http://shop.example.org/q?x={{$labels.y}}')],
  ['a URL of an IPv6 address', http('http://[2001:db8::1]:8080/')],
  ['a host with an underscore', tcp('my_db.data.svc:5432')],
  ['a host with a dot at its end', tcp('db.data.svc.cluster.local.:5432')],
  ['an IPv6 address', tcp('[2001:db8::1]:22')],
  ['a name with underscores', dns({ name: '_dmarc.example.org', type: 'TXT', values: ['"v=DMARC1"'] })],
  ['a tag and a digest', k6(`registry.example.org:5000/a/b/k6:2.2.0@${digest}`)],
  ['a digest alone', k6(`k6@${digest}`)],
  ['a registry in upper case', k6('Registry.Example.org/k6:1')],
  ['a registry of an IPv6 address', k6('[2001:db8::1]:5000/k6:1')],
  ['a gateway of an IPv6 address', ingress({ address: '[2001:db8::1]:8080' })],
  ['a gateway with a dot at its end', ingress({ address: 'gw.infra.svc.cluster.local.' })],
  ['a mail server of an IPv6 address', mail({ smarthost: '[2001:db8::1]:587' })],
  ['zones that a region has', eks({ region: 'ap-northeast-1', zones: ['a', 'c', 'd'] })],
  [
    'a region of two zones with a VPC',
    eks({
      region: 'us-west-1',
      vpc: { id: 'vpc-01234567', privateSubnets: ['subnet-01234567', 'subnet-76543210'] },
    }),
  ],
  ['chaos with a minute a week', chaos(['mon-sat', 'sun 00:00-23:59'])],
  ['a kubeconfig with its context', kubeconfig(config('[{ name: x }]'), 'x')],
  ['the path of a kubeconfig', kubeconfig('/home/me/.kube/config', 'x')],
  [
    'a target called like what all objects have',
    { targets: [{ name: 'constructor', http: { url: 'http://x/' } }] },
  ],
])('%s is taken', (_what, sections) => {
  expect(() => read(sections, 'strange')).not.toThrow();
});

describe('a stack’s name', () => {
  test('is refused as the name of a cluster where it cannot be one, with the way out', () => {
    expect(refusal({ cluster: lab }, 'Feature_X')).toMatch(/left out, it is the name of the stack/);
    expect(() => read({ cluster: { ...lab, name: 'lab' } }, 'Feature_X')).not.toThrow();
  });

  test.each(['Feature_X.2', 'prod', 'a'.repeat(63)])('%s is a label as it is', (stack) => {
    expect(instanceLabel(stack)).toBe(stack);
  });

  test.each(['a'.repeat(64), 'b'.repeat(100), '-x', 'x_', '...', '_'])('%s becomes a label', (stack) => {
    const { labels } = metadata('source', 'continuous-load', { stack });
    expect(labels['app.kubernetes.io/instance']).toMatch(labelValue);
    expect(labels['app.kubernetes.io/instance']).not.toBe('');
  });

  test('is told from one that begins alike', () => {
    expect(instanceLabel(`${'a'.repeat(70)}1`)).not.toBe(instanceLabel(`${'a'.repeat(70)}2`));
  });
});

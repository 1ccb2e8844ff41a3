import * as pulumi from '@pulumi/pulumi';
import { program } from '../program';
import { pathNames, isMeshPath, throughGateway } from '../signals/paths';
import { readSettings } from '../settings';
import { deploy, encodeConfig, stackConfig } from './deploy';
import { existing, images, lab, read, refusal } from './settings/reading';

/** A k3d cluster whose alerts nobody gets. */
const onK3d = (cluster: object) => ({
  cluster: { kind: 'k3d', ...cluster },
  monitoring: { receivers: [] },
});
const nobody = { receivers: [] };
const receiver = (kind: object) => ({ monitoring: { receivers: [{ name: 'a', ...kind }] } });
const allOff = (but: string[] = []) =>
  Object.fromEntries(pathNames.map((name) => [name, { enabled: but.includes(name) }]));

const service = (fields: object) => ({ paths: { service: fields } });

/** What is written, the field that the message must name with its value, and words of how to mend it. */
const wrong: [what: string, sections: Record<string, unknown>, field: string, mend: RegExp][] = [
  // keys
  [
    'unknown section',
    { injectors: { replicas: 2 } },
    'injectors is an unknown key',
    /did you mean injector\?/,
  ],
  [
    'unknown section far from any',
    { grafana: {} },
    'grafana is an unknown key',
    /known keys here: cluster, paths, targets, period/,
  ],
  [
    'unknown path',
    { paths: { mash: { rate: 4 } } },
    'paths.mash is an unknown key',
    /known keys here: service/,
  ],
  [
    'unknown key of a path',
    service({ rat: 4 }),
    'paths.service.rat is an unknown key',
    /did you mean rate\?/,
  ],
  [
    'key in the wrong case',
    { monitoring: { RetentionSize: '8GB' } },
    'monitoring.RetentionSize is an unknown key',
    /did you mean retentionSize\?/,
  ],
  [
    'unknown key of a lab',
    { cluster: { ...lab, context: 'x' } },
    'cluster.context is an unknown key',
    /known keys here: kind, name, nodes, ports/,
  ],
  [
    'unknown key of a receiver',
    { monitoring: { receivers: [{ name: 'a', url: 'http://a', severity: 'page' }] } },
    'monitoring.receivers[0].severity is an unknown key',
    /known keys here: name, url, severities/,
  ],
  // cluster
  ['no cluster', { cluster: undefined }, 'cluster.kind is missing', /write lab/],
  ['unknown kind', { cluster: { kind: 'minikube' } }, 'cluster.kind is "minikube"', /write lab/],
  // k3d: what was not written is right, so that one row holds one mistake
  ['two servers', { ...onK3d({ servers: 2 }) }, 'cluster.servers is 2', /1, 3 or 5[^]*no safer/],
  ['no server', { ...onK3d({ servers: 0 }) }, 'cluster.servers is 0', /1, 3 or 5/],
  ['eleven agents', { ...onK3d({ agents: 11 }) }, 'cluster.agents is 11', /from 0 to 10/],
  ['agents below none', { ...onK3d({ agents: -1 }) }, 'cluster.agents is -1', /from 0 to 10/],
  [
    'an unknown k3s',
    { ...onK3d({ version: '1.29' }) },
    'cluster.version is "1.29"',
    /one of 1\.34, 1\.35, 1\.36/,
  ],
  [
    'a channel for an image',
    { ...onK3d({ image: 'latest' }) },
    'cluster.image is "latest"',
    /with its tag or digest/,
  ],
  [
    'an image that is expanded',
    { ...onK3d({ image: 'rancher/k3s:$TAG' }) },
    'cluster.image is',
    /with its tag/,
  ],
  [
    'version and image',
    { ...onK3d({ version: '1.34', image: 'rancher/k3s:v1.34.9-k3s1' }) },
    'cluster.version is "1.34"',
    /left out where cluster\.image[^]*remove one/,
  ],
  [
    'a part that k3s needs',
    { ...onK3d({ disable: ['coredns'] }) },
    'cluster.disable[0] is "coredns"',
    /one of traefik/,
  ],
  [
    'a part named twice',
    { ...onK3d({ disable: ['traefik', 'traefik'] }) },
    'cluster.disable[1] is "traefik"',
    /once/,
  ],
  ['parts that are text', { ...onK3d({ disable: 'traefik' }) }, 'cluster.disable is not shown', /a list/],
  [
    'a lab’s nodes on k3d',
    { ...onK3d({ nodes: 2 }) },
    'cluster.nodes is an unknown key',
    /servers, agents, version/,
  ],
  [
    'a misspelt key of k3d',
    { ...onK3d({ agent: 2 }) },
    'cluster.agent is an unknown key',
    /did you mean agents/,
  ],
  [
    'an unknown port of k3d',
    { ...onK3d({ ports: { ingress: 8080 } }) },
    'cluster.ports.ingress is an unknown key',
    /registry, gateway/,
  ],
  [
    'a privileged port of k3d',
    { ...onK3d({ ports: { registry: 500 } }) },
    'cluster.ports.registry is 500',
    /from 1024/,
  ],
  [
    'one port of k3d twice',
    { ...onK3d({ ports: { gateway: 15000 } }) },
    'cluster.ports.gateway is 15000',
    /another port than cluster\.ports\.registry/,
  ],
  [
    'a class of gateways on k3d',
    { ...onK3d({}), gateway: { class: 'traefik' }, paths: { ingress: { enabled: true } } },
    'gateway.class is "traefik"',
    /left out on k3d/,
  ],
  ['shortened windows on k3d', { ...onK3d({}), testTimeScale: 2 }, 'testTimeScale is 2', /outside the lab/],
  [
    'nobody who is told on k3d',
    { cluster: { kind: 'k3d' } },
    'monitoring.receivers is missing',
    /write \[\]/,
  ],
  ['cluster that is text', { cluster: 'lab' }, 'cluster is not shown', /write its keys under it/],
  [
    'name with capitals',
    { cluster: { ...lab, name: 'My_Lab' } },
    'cluster.name is "My_Lab"',
    /for example lab/,
  ],
  [
    'name too long',
    { cluster: { ...lab, name: 'a'.repeat(21) } },
    'cluster.name is "aaaaaaaaaaaaaaaaaaaaa"',
    /for example lab/,
  ],
  ['no node', { cluster: { ...lab, nodes: 0 } }, 'cluster.nodes is 0', /from 1 to 5[^]*write 2/],
  ['six nodes', { cluster: { ...lab, nodes: 6 } }, 'cluster.nodes is 6', /from 1 to 5/],
  ['half a node', { cluster: { ...lab, nodes: 1.5 } }, 'cluster.nodes is 1.5', /whole number/],
  [
    'privileged port',
    { cluster: { ...lab, ports: { api: 443 } } },
    'cluster.ports.api is 443',
    /from 1024 to 65535/,
  ],
  [
    'port beyond all',
    { cluster: { ...lab, ports: { podinfo: 70000 } } },
    'cluster.ports.podinfo is 70000',
    /from 1024 to 65535/,
  ],
  [
    'one port twice',
    { cluster: { ...lab, ports: { prometheus: 19093 } } },
    'cluster.ports.alertmanager is 19093',
    /another port than cluster\.ports\.prometheus[^]*change one/,
  ],
  [
    'address without a scheme',
    { cluster: { ...existing, name: 'x1', urls: { prometheus: 'prometheus:9090' } }, monitoring: nobody },
    'cluster.urls.prometheus',
    /http or https/,
  ],
  [
    'unknown address',
    { cluster: { ...existing, name: 'x1', urls: { grafana: 'http://x' } }, monitoring: nobody, images },
    'cluster.urls',
    /grafana/,
  ],
  [
    'existing cluster by guess',
    { cluster: { kind: 'existing', name: 'x1' }, monitoring: nobody, images },
    'cluster.context is missing',
    /get-contexts/,
  ],
  [
    'context with blanks',
    { cluster: { kind: 'existing', context: 'a b' }, monitoring: nobody, images },
    'cluster.context is "a b"',
    /get-contexts/,
  ],
  // paths
  ['rate 0', service({ rate: 0 }), 'paths.service.rate is 0', /enabled: false/],
  ['negative rate', service({ rate: -1 }), 'paths.service.rate is -1', /from 0\.1 to 1000/],
  ['rate as words', service({ rate: 'four' }), 'paths.service.rate is "four"', /a number/],
  ['rate that is null', service({ rate: null }), 'paths.service.rate is null', /a number/],
  ['timeout without unit', service({ timeout: 2 }), 'paths.service.timeout is 2', /with its unit/],
  [
    'timeout with a strange unit',
    service({ timeout: '2 sec' }),
    'paths.service.timeout is "2 sec"',
    /for example 2s/,
  ],
  ['timeout of minutes', service({ timeout: '10m' }), 'paths.service.timeout is "10m"', /from 50ms to 1m/],
  [
    'timeout below the bound',
    service({ timeout: '60ms', latency: { bound: '80ms' } }),
    'paths.service.timeout is "60ms"',
    /longer than paths\.service\.latency\.bound, 80ms[^]*raise/,
  ],
  [
    'timeout equal to the bound',
    service({ timeout: '80ms', latency: { bound: '80ms' } }),
    'paths.service.timeout is "80ms"',
    /can never be slow/,
  ],
  [
    'objective of 100 %',
    service({ availability: 100 }),
    'paths.service.availability is 100',
    /leaves no budget/,
  ],
  [
    'objective over 100 %',
    service({ availability: 101 }),
    'paths.service.availability is 101',
    /less than 100/,
  ],
  [
    'objective as a ratio',
    service({ availability: 0.999 }),
    'paths.service.availability is 0.999',
    /percent/,
  ],
  [
    'objective that no burn can exceed',
    service({ availability: 90 }),
    'paths.service.availability does not fit',
    /no alert could fire[^]*tighten/,
  ],
  [
    'latency objective of 100 %',
    service({ latency: { percent: 100 } }),
    'paths.service.latency.percent is 100',
    /leaves no budget/,
  ],
  [
    'bound of nothing',
    service({ latency: { bound: '0ms' } }),
    'paths.service.latency.bound is "0ms"',
    /for example 25ms/,
  ],
  [
    'latency that is a number',
    service({ latency: 25 }),
    'paths.service.latency is 25',
    /keys among percent, bound/,
  ],
  ['every path off', { paths: allOff() }, 'paths is {"service":{"enabled":false},', /load\.enabled: false/],
  ['enabled as a word', service({ enabled: 'yes' }), 'paths.service.enabled is "yes"', /true or false/],
  [
    'rate too low for the objective',
    service({ rate: 0.1, availability: 99.99 }),
    'paths.service.rate does not fit',
    /too low[^]*raise the rate/,
  ],
  [
    'more load than the cap',
    { ...service({ rate: 40 }), load: { maxRate: 20 } },
    'load.maxRate does not fit',
    /cap of 20[^]*raise the cap/,
  ],
  // period
  ['period of 31 days', { period: '31d' }, 'period is "31d"', /7d, 28d, 30d, 90d/],
  ['period without unit', { period: '30' }, 'period is "30"', /for example 30d/],
  // injector
  ['one injector', { injector: { replicas: 1 } }, 'injector.replicas is 1', /2 or more/],
  ['no injector', { injector: { replicas: 0 } }, 'injector.replicas is 0', /from 2 to 20/],
  [
    'export every minute',
    { injector: { exportInterval: '1m' } },
    'injector.exportInterval is "1m"',
    /from 1s to 10s/,
  ],
  [
    'too few VUs for rate × timeout',
    { ...service({ rate: 50 }), injector: { maxVUs: 10 } },
    'injector.maxVUs is 10',
    /rate × timeout \+ 20 %[^]*raise it or leave it out/,
  ],
  [
    'too little memory for the VUs',
    {
      ...service({ rate: 60, timeout: '5s' }),
      injector: { resources: { limits: { memory: '256MB' } } },
    },
    'injector.resources.limits.memory is "256MB"',
    /at least \d{3}MB[^]*virtual users[^]*more injectors/,
  ],
  [
    'request over limit',
    { injector: { resources: { requests: { cpu: '2' }, limits: { cpu: '500m' } } } },
    'injector.resources.requests.cpu is "2"',
    /at most the limit, 500m/,
  ],
  [
    'memory without unit',
    { injector: { resources: { limits: { memory: 256 } } } },
    'injector.resources.limits.memory is 256',
    /with its unit/,
  ],
  // podinfo
  ['no replica', { podinfo: { replicas: 0 } }, 'podinfo.replicas is 0', /2 or more/],
  ['one replica', { podinfo: { replicas: 1 } }, 'podinfo.replicas is 1', /cannot be drained/],
  [
    'budget that allows no disruption',
    { podinfo: { disruptionBudget: { maxUnavailable: 0 } } },
    'podinfo.disruptionBudget.maxUnavailable is 0',
    /wait for ever[^]*write 1/,
  ],
  [
    'budget that allows an outage',
    { podinfo: { disruptionBudget: { maxUnavailable: 2 } } },
    'podinfo.disruptionBudget.maxUnavailable is 2',
    /less than podinfo\.replicas, 2/,
  ],
  [
    'source waits as long as the probe',
    { podinfo: { clientTimeout: '2s' } },
    'podinfo.clientTimeout is "2s"',
    /shorter than paths\.service\.timeout, 2s/,
  ],
  [
    'grace shorter than the drain',
    { podinfo: { drain: { grace: '20s' } } },
    'podinfo.drain.grace is "20s"',
    /at least preStop \+ shutdown, 30s/,
  ],
  // monitoring
  [
    'retention below the period',
    { monitoring: { retention: '20d' } },
    'monitoring.retention is "20d"',
    /at least the period, 30d[^]*35d/,
  ],
  [
    'retention below a long period',
    { period: '90d' },
    'monitoring.retention is "35d"',
    /at least the period, 90d/,
  ],
  [
    'retention of hours',
    { monitoring: { retention: '12h' } },
    'monitoring.retention is "12h"',
    /for example 35d/,
  ],
  [
    'retention over the disk',
    { monitoring: { retentionSize: '10GB' } },
    'monitoring.retentionSize is "10GB"',
    /nine tenths of monitoring\.storage\.size, 10GB/,
  ],
  [
    'size without unit',
    { monitoring: { retentionSize: '8' } },
    'monitoring.retentionSize is "8"',
    /for example 8GB/,
  ],
  [
    'two Prometheus replicas',
    { monitoring: { prometheusReplicas: 2 } },
    'monitoring.prometheusReplicas is 2',
    /split over/,
  ],
  [
    'scrapes every second',
    { monitoring: { scrapeInterval: '1s' } },
    'monitoring.scrapeInterval is "1s"',
    /from 5s to 2m/,
  ],
  [
    'volume larger than the lab’s',
    { monitoring: { storage: { size: '20GB' } } },
    'monitoring.storage.size is "20GB"',
    /at most 10GB on the lab/,
  ],
  [
    'class on the lab',
    { monitoring: { storage: { class: 'gp3' } } },
    'monitoring.storage.class is "gp3"',
    /remove it/,
  ],
  [
    'long-term retention of weeks',
    { monitoring: { longTerm: { retention: '8w' } } },
    'monitoring.longTerm.retention is "8w"',
    /from 90d to 4000d[^]*400d/,
  ],
  [
    'long-term store that keeps less than Prometheus itself',
    { monitoring: { retention: '400d' } },
    'monitoring.longTerm.retention is "400d"',
    /more than monitoring\.retention, 400d[^]*enabled: false/,
  ],
  [
    'long-term size over its volume',
    { monitoring: { longTerm: { retentionSize: '2GB' } } },
    'monitoring.longTerm.retentionSize is "2GB"',
    /nine tenths of monitoring\.longTerm\.storage\.size, 2GB/,
  ],
  [
    'long-term volume larger than the lab’s',
    { monitoring: { longTerm: { storage: { size: '20GB' } } } },
    'monitoring.longTerm.storage.size is "20GB"',
    /at most 10GB on the lab/,
  ],
  [
    'long-term class of its own',
    { monitoring: { longTerm: { storage: { class: 'gp3' } } } },
    'monitoring.longTerm.storage.class is an unknown key',
    /known keys here: size/,
  ],
  [
    'two long-term stores',
    {
      monitoring: {
        longTerm: { storage: { size: '5GB' }, remoteWrite: { url: 'https://store.example.org/w' } },
      },
    },
    'monitoring.longTerm.storage.size is "5GB"',
    /left out beside remoteWrite[^]*remove it, or remove remoteWrite/,
  ],
  [
    'counts that are sent and not sent',
    { monitoring: { longTerm: { enabled: false, remoteWrite: { url: 'https://store.example.org/w' } } } },
    'monitoring.longTerm.remoteWrite is not shown',
    /enabled is false[^]*remove one/,
  ],
  [
    'store without an address',
    { monitoring: { longTerm: { remoteWrite: { bearerToken: 'x' } } } },
    'monitoring.longTerm.remoteWrite.url is missing',
    /credentials have keys of their own/,
  ],
  [
    'store with credentials in its address',
    { monitoring: { longTerm: { remoteWrite: { url: 'https://me:s3cret@store.example.org/w' } } } },
    'monitoring.longTerm.remoteWrite.url is not shown',
    /without a user, query or fragment/,
  ],
  [
    'store with a token in its address',
    { monitoring: { longTerm: { remoteWrite: { url: 'https://store.example.org/w?token=s3cret' } } } },
    'monitoring.longTerm.remoteWrite.url is not shown',
    /credentials have keys of their own/,
  ],
  [
    'store with half of its credentials',
    { monitoring: { longTerm: { remoteWrite: { url: 'https://store.example.org/w', username: 'me' } } } },
    'monitoring.longTerm.remoteWrite.password is missing',
    /pulumi config set --secret/,
  ],
  [
    'store with credentials of two kinds',
    {
      monitoring: {
        longTerm: {
          remoteWrite: {
            url: 'https://store.example.org/w',
            username: 'me',
            password: 'x',
            bearerToken: 'y',
          },
        },
      },
    },
    'monitoring.longTerm.remoteWrite.bearerToken is not shown',
    /keep the one/,
  ],
  [
    'receivers that are no list',
    { monitoring: { receivers: { name: 'a' } } },
    'monitoring.receivers is {"name":"a"}',
    /each begun with a dash/,
  ],
  [
    'receiver without address',
    { monitoring: { receivers: [{ name: 'a' }] } },
    'monitoring.receivers[0].url is missing',
    /pulumi config set --secret --path 'continuous-load:monitoring\.receivers\[0\]\.url'/,
  ],
  [
    'receiver by mail',
    { monitoring: { receivers: [{ name: 'a', url: 'mailto:a@example.org' }] } },
    'monitoring.receivers[0].url is not shown',
    /http:\/\/ or https:\/\//,
  ],
  [
    'receiver called nobody',
    { monitoring: { receivers: [{ name: 'nobody', url: 'http://a' }] } },
    'monitoring.receivers[0].name is "nobody"',
    /on-call/,
  ],
  [
    'two receivers of one name',
    {
      monitoring: {
        receivers: [
          { name: 'a', url: 'http://a' },
          { name: 'a', url: 'http://b' },
        ],
      },
    },
    'monitoring.receivers[1].name is "a"',
    /no other receiver/,
  ],
  [
    'severity unknown',
    { monitoring: { receivers: [{ name: 'a', url: 'http://a', severities: ['critical'] }] } },
    'monitoring.receivers[0].severities[0] is "critical"',
    /page, ticket/,
  ],
  [
    'no severity',
    { monitoring: { receivers: [{ name: 'a', url: 'http://a', severities: [] }] } },
    'monitoring.receivers[0].severities is []',
    /page, ticket or both/,
  ],
  [
    'nobody is paged',
    { monitoring: { receivers: [{ name: 'a', url: 'http://a', severities: ['ticket'] }] } },
    'monitoring.receivers is ["a"]',
    /nobody hears[^]*add page/,
  ],
  [
    'nobody said who is notified',
    { cluster: existing, images },
    'monitoring.receivers is missing',
    /\[\] to say that nobody/,
  ],
  [
    'receiver of two kinds',
    receiver({ url: 'https://x', slack: { url: 'https://y' } }),
    'monitoring.receivers[0].slack is not shown',
    /make two receivers of it/,
  ],
  [
    'Slack without a scheme',
    receiver({ slack: { url: 'hooks.slack.example/s3cret' } }),
    'monitoring.receivers[0].slack.url is not shown',
    /--secret --path/,
  ],
  [
    'routing key that is too short',
    receiver({ pagerDuty: { routingKey: 'abc' } }),
    'monitoring.receivers[0].pagerDuty.routingKey is not shown',
    /Events API v2/,
  ],
  [
    'mail to nobody',
    receiver({ email: { to: 'me', from: 'a@example.org', smarthost: 'smtp.example.org:587' } }),
    'monitoring.receivers[0].email.to is "me"',
    /on-call@example\.org/,
  ],
  [
    'mail server without a port',
    receiver({ email: { to: 'b@example.org', from: 'a@example.org', smarthost: 'smtp.example.org' } }),
    'monitoring.receivers[0].email.smarthost is "smtp.example.org"',
    /HOST:PORT/,
  ],
  [
    'mail password without a name',
    receiver({
      email: { to: 'b@example.org', from: 'a@example.org', smarthost: 'smtp.example.org:25', password: 'p' },
    }),
    'monitoring.receivers[0].email.username is',
    /leave the password out/,
  ],
  [
    'nobody but a dead man’s switch',
    receiver({ deadManSwitch: 'https://x' }),
    'monitoring.receivers is',
    /add page/,
  ],
  // images
  [
    'paths that a stock k6 cannot probe',
    {
      cluster: existing,
      monitoring: nobody,
      paths: allOff(['service', 'tcp', 'dns']),
      images: { echo: images.echo },
    },
    'images.k6 is missing; it must be an image of k6 with the extension k6/x/netprobe: the paths dns, tcp cannot',
    /paths\.dns\.enabled: false, paths\.tcp\.enabled: false/,
  ],
  [
    'paths without the echo server they end at',
    { cluster: existing, monitoring: nobody, paths: allOff(['service', 'websocket']) },
    'images.echo is missing',
    /build it from extension/,
  ],
  ['image without a tag', { images: { k6: 'registry/k6' } }, 'images.k6 is "registry/k6"', /example\.org/],
  ['echo alone', { echo: { replicas: 1 } }, 'echo.replicas is 1', /drained without an outage/],
  // rest
  ['owner with line break', { alerts: { owner: 'a\nb' } }, 'alerts.owner is "a\\nb"', /platform/],
  [
    'runbooks with anchor',
    { alerts: { runbooks: 'https://x/y#z' } },
    'alerts.runbooks is "https://x/y#z"',
    /without #/,
  ],
  ['cap of nothing', { load: { maxRate: 0 } }, 'load.maxRate is 0', /most load/],
  [
    'time scale outside the lab',
    { cluster: existing, monitoring: nobody, images, testTimeScale: 2 },
    'testTimeScale is 2',
    /outside the lab/,
  ],
  ['time scale below 1', { testTimeScale: '0.5' }, 'testTimeScale is "0.5"', /leave it out/],
];

describe('a wrong config', () => {
  it.each(wrong)('is refused: %s', (_what, sections, field, mend) => {
    const message = refusal(sections);
    expect(message).toContain(`✖ continuous-load:${field}`);
    expect(message).toMatch(mend);
    expect(message).toMatch(
      /^1 mistake in the config of stack lab \(Pulumi\.lab\.yaml\); nothing was changed:/,
    );
  });

  it('is refused in at least 120 ways', () => expect(wrong.length).toBeGreaterThanOrEqual(120));

  it('is told with all its mistakes at once: unknown keys, wrong values, contradictions of what is right', () => {
    const message = refusal({
      injectors: {},
      paths: { service: { rate: 0, timeot: '2s' } },
      injector: { replicas: 'two', maxVUs: 1 },
      podinfo: { disruptionBudget: { maxUnavailable: 0 } },
      monitoring: { retention: '10d', scrapeInterval: 15 },
    });
    expect(message.match(/✖ continuous-load:\S+/g)?.map((line) => line.slice(18))).toEqual([
      'paths.service.rate',
      'paths.service.timeot',
      'injector.replicas',
      'monitoring.scrapeInterval',
      'injectors',
      'podinfo.disruptionBudget.maxUnavailable',
      'monitoring.retention',
    ]);
    expect(message).toMatch(/^7 mistakes/);
  });

  it('does not hold a contradiction against a field that is wrong by itself', () => {
    const message = refusal({ monitoring: { retention: 'long' }, period: '90d' });
    expect(message.match(/✖/g)).toHaveLength(1);
  });

  it('never repeats what may be a secret', () => {
    const message = refusal({
      cluster: { kind: 'existing', name: 'x1', kubeconfig: '' },
      monitoring: { receivers: [{ name: 'a', url: 'token-s3cret' }, 'https://x/s3cret'] },
    });
    expect(message).not.toContain('s3cret');
    expect(message.match(/is not shown, it may hold a secret/g)).toHaveLength(3);
  });

  it('registers nothing', async () => {
    pulumi.runtime.setAllConfig({ ...stackConfig('lab'), 'continuous-load:period': '31d' });
    let thrown: unknown;
    const { resources } = await deploy(() => {
      try {
        return program();
      } catch (error) {
        thrown = error;
        return undefined;
      }
    });
    expect(thrown).toBeInstanceOf(pulumi.RunError);
    expect(resources).toEqual([]);
  });
});

describe('a right config', () => {
  it('of two words gives every default of the decisions', () => {
    const { cluster, model, podinfo, injector, monitoring } = read({}, 'mine');
    expect(cluster).toEqual({
      kind: 'lab',
      name: 'mine',
      nodes: 2,
      ports: { api: 16443, prometheus: 19090, alertmanager: 19093, podinfo: 19898 },
    });
    expect(model).toMatchObject({
      stack: 'mine',
      periodDays: 30,
      injectors: 2,
      exportIntervalMs: 2000,
      enabled: true,
      maxRatePerSecond: 100,
      timeScale: 1,
      longTerm: { ownStoreDays: 400 },
    });
    expect(model.paths.map(({ name }) => name)).toEqual(
      pathNames.filter((name) => !throughGateway([{ name }]) && !isMeshPath(name)),
    );
    expect(model.paths.slice(0, 1)).toEqual([
      {
        name: 'service',
        ratePerSecond: 4,
        timeoutMs: 2000,
        availabilityPercent: 99.9,
        latencyPercent: 99,
        latencyBoundMs: 25,
        severity: { page: 'page', ticket: 'ticket' },
      },
    ]);
    expect(podinfo).toMatchObject({
      replicas: 2,
      clientTimeout: 1000,
      drain: { preStop: 5000, shutdown: 25_000, grace: 40_000 },
      disruptionBudget: { maxUnavailable: 1 },
    });
    expect(injector).toMatchObject({ replicas: 2, exportInterval: 2000 });
    expect(monitoring).toMatchObject({
      retention: 35 * 86_400_000,
      retentionSize: 8 * 2 ** 30,
      scrapeInterval: 15_000,
      prometheusReplicas: 1,
    });
  });

  it('becomes the signal model in plain units', () => {
    const { model, podinfo } = read({
      ...service({
        rate: '8',
        timeout: '1.5s',
        availability: '99.95',
        latency: { percent: 98, bound: '40ms' },
      }),
      period: '28d',
      injector: { replicas: 4, exportInterval: '1s' },
      alerts: { owner: 'team 7', runbooks: 'https://wiki.example.org/load' },
      load: { maxRate: 50 },
    });
    expect(model).toMatchObject({
      periodDays: 28,
      injectors: 4,
      exportIntervalMs: 1000,
      owner: 'team 7',
      runbookBase: 'https://wiki.example.org/load',
      maxRatePerSecond: 50,
    });
    expect(model.paths[0]).toMatchObject({
      ratePerSecond: 8,
      timeoutMs: 1500,
      availabilityPercent: 99.95,
      latencyPercent: 98,
      latencyBoundMs: 40,
    });
    expect(podinfo.clientTimeout).toBe(750);
  });

  it('may have just enough VUs, and not one less', () => {
    const paths = allOff(['service']);
    expect(() => read({ paths, injector: { maxVUs: 6 } })).toThrow(/at least 7/);
    expect(read({ paths, injector: { maxVUs: 7 } }).injector.maxVUs).toBe(7);
  });

  it('may have just enough memory for its VUs, and not a megabyte less', () => {
    const paths = allOff(['service']);
    const limited = (memory: string) =>
      read({ paths, injector: { resources: { requests: { memory: '32MB' }, limits: { memory } } } });
    // (46 + 1.3 × 7) / 0.68
    expect(() => limited('80MB')).toThrow(/at least 82MB/);
    expect(() => limited('81MB')).toThrow(/at least 82MB/);
    expect(limited('82MB').injector.resources.limits.memory).toBe(82 * 2 ** 20);
  });

  it('ignores keys of other namespaces', () => {
    const config = encodeConfig({
      'continuous-load:cluster': lab,
      'kubernetes:context': 'x',
      'pulumi:tags': { a: 'b' },
    });
    expect(readSettings('lab', config).stack).toBe('lab');
  });
});

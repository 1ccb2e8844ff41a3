import { alertCatalogue, type AlertName } from '../../signals/alert-catalogue';
import { alertmanagerConfig, type Receiver, severityValues } from '../../signals/alertmanager';
import { watchdogLabels } from '../../signals/alert-rule';
import { inhibitedBy, inhibitions } from '../../signals/inhibitions';
import { defaultModel, pathSettings } from '../../signals/model';
import { type PathName, pathNames } from '../../signals/paths';
import { Alertmanager, alertmanager, refusalOf, type SentAlert } from './alertmanager';
import { promtoolPatienceMs } from './promtool';

const model = defaultModel();
const pager: Receiver = { name: 'pager', url: 'http://pager/hook', severities: ['page'] };
const desk: Receiver = { name: 'desk', url: 'http://desk/hook', severities: ['page', 'ticket'] };

beforeAll(alertmanager, promtoolPatienceMs);

test('pages go to who wants pages, the shadow of an outage to nobody', () => {
  const config = alertmanagerConfig(model, [pager, desk]);
  expect(config.route).toMatchObject({ receiver: 'nobody', group_wait: '0s', group_interval: '30s' });
  expect(config.route.routes.map((route) => [route.receiver, route.matchers])).toEqual([
    ['pager', ['severity=~"page"']],
    ['desk', ['severity=~"page|ticket"']],
  ]);
  expect(config.receivers.find((receiver) => receiver.name === 'nobody')).toEqual({ name: 'nobody' });
  expect(JSON.stringify(config.route.routes)).not.toContain('none');
});

test("a path's own words for severities are routed as what they stand for", () => {
  const loud = defaultModel({
    paths: [pathSettings('service', { severity: { page: 'critical', ticket: 'warning' } })],
  });
  expect(severityValues(loud, 'page')).toEqual(['page', 'critical']);
  expect(severityValues(loud, 'ticket')).toEqual(['ticket', 'warning']);
  const soft = defaultModel({
    paths: [pathSettings('service', { severity: { page: 'ticket', ticket: 'ticket' } })],
  });
  expect(severityValues(soft, 'page')).toEqual(['page']);
});

test('a total outage mutes all that follows from it, and a page only where another page speaks for it', () => {
  const muted = alertCatalogue
    .map((entry) => entry.name)
    .filter((name) => inhibitedBy(model, name).includes('PathRecentlyDown'));
  expect(muted).toEqual(
    expect.arrayContaining(['SloFastBurn', 'SloSlowBurn', 'LatencyBurn', 'PathDownFromOneSource']),
  );
  const pages = new Set<string>(alertCatalogue.filter(({ kind }) => kind === 'page').map(({ name }) => name));
  for (const { sources, targets } of inhibitions(model))
    for (const source of sources)
      if (targets.some((target) => pages.has(target)))
        expect([...pages, 'PathRecentlyDown', 'SharedCauseDown', 'ExplainedBurn']).toContain(source);
  expect(inhibitedBy(model, 'PathDown')).toEqual(['SharedCauseDown']);
  expect(inhibitedBy(model, 'ProbesMissing')).toEqual([]);
  expect(inhibitedBy(model, 'Watchdog')).toEqual([]);
});

test('a page waits longer for one that explains it and is noticed later, up to a minute', () => {
  /** Waits of the pages of paths that others lead, where the leader of most is probed at such a rate. */
  const waits = (ratePerSecond: number, targetLingerSeconds?: number) => {
    const paths = (['service', 'grpc', 'ingress', 'tcp', 'udp', 'dns'] as const).map((name) =>
      pathSettings(name, name === 'service' ? { ratePerSecond } : {}),
    );
    const few = defaultModel({
      paths,
      ...(targetLingerSeconds === undefined ? {} : { targetLingerSeconds }),
    });
    const [branch] = alertmanagerConfig(few, [pager]).route.routes;
    return branch?.routes
      ?.filter(({ matchers }) => matchers[0] === 'alertname="PathDown"')
      .map((route) => [route.group_wait, route.matchers[1]]);
  };
  // as ever: the second by which udp is noticed before tcp is in the ten
  expect(waits(4)).toEqual([
    ['10s', 'path=~"grpc|udp"'],
    ['18s', 'path=~"ingress"'],
  ]);
  // a down window of 50 s where the others have 15
  expect(waits(0.2)).toEqual([
    ['10s', 'path=~"udp"'],
    ['45s', 'path=~"grpc"'],
    ['53s', 'path=~"ingress"'],
  ]);
  expect(waits(0.05)).toEqual([
    ['10s', 'path=~"udp"'],
    ['1m', 'path=~"grpc|ingress"'],
  ]);
  expect(waits(0.05, 80)?.at(-1)).toEqual(['1m30s', 'path=~"ingress"']);
});

test('two receivers with one name are refused', () => {
  expect(() => alertmanagerConfig(model, [pager, pager])).toThrow(/two receivers/);
  expect(() => alertmanagerConfig(model, [{ ...pager, name: 'nobody' }])).toThrow(/two receivers/);
});

const severities = ['page'] as const;
const everyKind: Receiver[] = [
  desk,
  { name: 'chat', severities, slack: { url: 'https://hooks.slack.com/services/T/B/x', channel: '#on-call' } },
  { name: 'duty', severities, pagerDuty: { routingKey: 'a'.repeat(32) } },
  {
    name: 'mail',
    severities,
    email: {
      to: 'on-call@example.org',
      from: 'alerts@example.org',
      smarthost: 'smtp.example.org:587',
      username: 'alerts',
      password: 'x',
      requireTls: true,
    },
  },
  { name: 'switch', severities, deadManSwitch: 'https://dead.example.org/ping' },
];

test("Alertmanager's own parser takes every kind of receiver, and no receiver at all", async () => {
  expect(await refusalOf(alertmanagerConfig(model, everyKind))).toBeUndefined();
  expect(await refusalOf(alertmanagerConfig(model, []))).toBeUndefined();
  const wrong = alertmanagerConfig(model, [{ ...desk, url: 'nowhere' }]);
  expect(await refusalOf(wrong)).toMatch(/unsupported scheme/);
});

describe('notifications of a real Alertmanager', () => {
  const down = (path: PathName): SentAlert => ({ alertname: 'PathDown', path, severity: 'page' });
  const shared = (path: PathName): SentAlert => ({ alertname: 'SharedCauseDown', path, severity: 'none' });
  const recently = (path: PathName): SentAlert => ({ alertname: 'PathRecentlyDown', path, severity: 'none' });
  const of = (alertname: AlertName, labels: Record<string, string> = {}): SentAlert => ({
    alertname,
    severity: alertCatalogue.find(({ name }) => name === alertname)!.kind,
    ...labels,
  });
  const pairDown = (source_node: string, target_node: string) =>
    of('NodePairDown', { source_node, target_node, protocol: 'udp' });
  /** First those, and four seconds (or `afterMs`) later these too; after fifteen more, what came, a notification a line. */
  const scenes: Record<string, { first: SentAlert[]; then?: SentAlert[]; afterMs?: number; told: string[] }> =
    {
      'one path': { first: [down('tcp'), recently('tcp'), shared('tcp')], told: ['PathDown tcp'] },
      'echo gone, udp first': {
        first: [down('udp'), recently('udp')],
        then: (['tcp', 'udp', 'websocket', 'grpc-stream'] as const).flatMap((path) => [
          down(path),
          recently(path),
          ...(path === 'tcp' ? [shared('tcp')] : []),
        ]),
        told: ['PathDown tcp'],
      },
      'udp alone': { first: [down('udp'), recently('udp')], told: ['PathDown udp'] },
      'target gone': {
        first: [down('grpc'), recently('grpc')],
        then: [down('service'), recently('service'), shared('service')],
        told: ['PathDown service'],
      },
      'target drained: the gateway loses it at once, open connections later': {
        first: [down('ingress'), recently('ingress'), shared('ingress'), down('ingress-external')],
        then: [down('service'), recently('service'), shared('service')],
        afterMs: 13_000,
        told: ['PathDown service'],
      },
      'gateway gone': {
        first: [down('ingress'), recently('ingress'), shared('ingress'), down('ingress-external')],
        afterMs: 13_000,
        told: ['PathDown ingress'],
      },
      'source gone': {
        first: [down('service'), recently('service'), shared('service')],
        then: [of('ServerTraffic'), of('ServerErrors'), of('SloFastBurn', { path: 'service' })],
        told: ['PathDown service'],
      },
      'DNS gone': {
        first: [down('dns'), recently('dns'), shared('dns')],
        then: [
          ...(['service', 'tcp'] as const).flatMap((path) => [down(path), shared(path), recently(path)]),
          ...pathNames.filter((name) => name !== 'dns').map((path) => of('SloFastBurn', { path })),
          of('DnsServerErrors'),
        ],
        told: ['PathDown dns'],
      },
      'DNS gone, known of the mesh first, which looks names up for every probe': {
        first: [down('mesh'), recently('mesh'), shared('mesh')],
        then: [down('dns'), recently('dns'), shared('dns'), down('mesh-retry')],
        told: ['PathDown dns'],
      },
      'names fail now and then, and a release breaks a third of the answers': {
        first: [of('SloFastBurn', { path: 'dns' }), of('ExplainedBurn', { path: 'tcp' })],
        then: [of('SloFastBurn', { path: 'tcp' }), of('SloFastBurn', { path: 'service' })],
        told: ['SloFastBurn dns', 'SloFastBurn service'],
      },
      'no injector': {
        first: pathNames.slice(0, 3).map((path) => of('ProbesMissing', { path })),
        then: [...pathNames.map((path) => of('ProbesMissing', { path })), of('InjectorSilent')],
        told: [
          pathNames
            .map((path) => `ProbesMissing ${path}`)
            .sort()
            .join(' + '),
        ],
      },
      'node off for days': {
        first: [of('NodeNotReady', { node: 'n2' })],
        then: [
          of('InjectorSilent'),
          of('ReplicasMissing', { namespace: 'continuous-load', deployment: 'target' }),
          of('NodePairsMissing', { node: 'n2' }),
        ],
        told: ['InjectorSilent -', 'NodeNotReady -', 'ReplicasMissing -'],
      },
      'node down': {
        first: [of('NodeNotReady', { node: 'n2' }), of('NodeRecentlyNotReady', { node: 'n2' })],
        then: [
          of('ScrapeTargetDown', { node: 'n2', job: 'target' }),
          of('ScrapeTargetDown', { node: 'n1', job: 'echo' }),
          of('NodeUnreachable', { node: 'n2' }),
          of('NodePairsMissing', { node: 'n2' }),
          of('InjectorSilent'),
          of('ReplicasMissing', { namespace: 'continuous-load', deployment: 'echo' }),
          ...pathNames.map((path) => of('ProbesShort', { path })),
        ],
        told: ['NodeNotReady -', 'ScrapeTargetDown -'],
      },
      'ways from two nodes to a third, known one after the other': {
        first: [pairDown('n1', 'n2')],
        then: [pairDown('n1', 'n2'), pairDown('n3', 'n2')],
        told: ['NodePairDown - + NodePairDown -'],
      },
      'a page is not muted by a ticket': {
        first: [of('NodeNotReady', { node: 'n2' })],
        then: [down('tcp'), of('SloFastBurn', { path: 'service' })],
        told: ['NodeNotReady -', 'PathDown tcp', 'SloFastBurn service'],
      },
    };

  test('one broken thing is one page', async () => {
    const seen = await Promise.all(
      Object.entries(scenes).map(async ([name, { first, then = [], afterMs = 4_000 }]) => {
        const running = await Alertmanager.start((url) => alertmanagerConfig(model, [{ ...desk, url }]));
        try {
          await running.send(first);
          await running.wait(afterMs);
          await running.send([...first, ...then]);
          await running.wait(15_000);
          return [name, running.received()];
        } finally {
          await running.stop();
        }
      }),
    );
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(Object.entries(scenes).map(([name, { told }]) => [name, told])),
    );
  });

  test("the dead man's switch is not told the Watchdog of somebody else's rules", async () => {
    const running = await Alertmanager.start((url) =>
      alertmanagerConfig(model, [{ name: 'switch', severities, deadManSwitch: url }]),
    );
    try {
      // as kube-prometheus-stack ships it
      await running.send([of('Watchdog', { prometheus: 'monitoring/kube-prometheus-stack-prometheus' })]);
      await running.wait(5_000);
      expect(running.received()).toEqual([]);
    } finally {
      await running.stop();
    }
  });

  test("the dead man's switch is told the Watchdog every minute, and nothing else; nobody else is told of it", async () => {
    const running = await Alertmanager.start((url) =>
      alertmanagerConfig(model, [
        { ...pager, url: `${url}pager` },
        { name: 'switch', severities, deadManSwitch: `${url}switch` },
      ]),
    );
    try {
      const always = of('Watchdog', watchdogLabels);
      await running.send([always, down('tcp')]);
      await running.wait(45_000);
      expect(running.received('/pager')).toEqual(['PathDown tcp']);
      const signs = running.received('/switch');
      expect(new Set(signs)).toEqual(new Set(['Watchdog -']));
      expect(signs.length).toBeGreaterThanOrEqual(2);
    } finally {
      await running.stop();
    }
  });
});

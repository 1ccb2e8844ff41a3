import { pathNames } from '../../signals/paths';
import { existing, images, read as readSections, refusal as refusalOf, type Sections } from './reading';

const on = { enabled: true };
const withChaos = (chaos: object, sections: Sections = {}) => ({
  monitoring: { receivers: [] },
  chaos,
  ...sections,
});
const read = (chaos: object, stack = 'lab', sections?: Sections) =>
  readSections(withChaos(chaos, sections), stack);
const refusal = (chaos: object, sections?: Sections) => refusalOf(withChaos(chaos, sections));

test('chaos is off unless it is asked for', () => {
  const { chaos, model } = read({});
  expect([chaos, model.chaos]).toEqual([undefined, undefined]);
});

test('its defaults are those that the docs describe', () => {
  const { chaos, model } = read(on);
  expect(chaos).toMatchObject({ victims: ['source', 'target', 'echo'] });
  expect(model.chaos).toEqual({
    dryRun: false,
    namespaces: ['continuous-load'],
    statefulSets: [],
    intervalMs: 600_000,
    jitterPercent: 50,
    killPercent: 0,
    minAgeMs: 300_000,
    minReady: 1,
    maxPerHour: 10,
    maxPerWorkloadPerHour: 4,
    leastBudgetPercent: 25,
    quiet: { times: [], holidays: [], zone: [], zoneUntilMs: 0 },
    haltedSeconds: 21_600,
    lostPerKill: 5,
  });
});

test('churn is none unless it has a share, and is of the victims unless others are named', () => {
  expect(read({ ...on, churn: { modes: ['scale'] } }).model.chaos).not.toHaveProperty('churn');
  expect(read({ ...on, victims: ['target'], churn: { share: 20 } }).model.chaos?.churn).toEqual({
    percent: 20,
    modes: ['restart', 'scale'],
    deployments: ['continuous-load/target'],
  });
  const churn = { share: 100, modes: ['restart'], deployments: ['shop/cart'] };
  expect(read({ ...on, namespaces: ['continuous-load', 'shop'], churn }).model.chaos?.churn).toEqual({
    percent: 100,
    modes: ['restart'],
    deployments: ['shop/cart'],
  });
});

test('objects of its own need no Deployment, and routes a gateway only', () => {
  const churn = (modes: string[]) => ({ ...on, victims: [], churn: { share: 10, modes } });
  expect(read(churn(['services'])).model.chaos?.churn?.modes).toEqual(['services']);
  const gateway = { paths: { 'ingress-external': { enabled: true } } };
  expect(read(churn(['routes']), 'lab', gateway).model.chaos?.churn?.modes).toEqual(['routes']);
});

test('nodes are drained only where they have a share', () => {
  expect(read(on).model.chaos).not.toHaveProperty('drainPercent');
  expect(read({ ...on, nodes: { share: 10 }, churn: { share: 90 } }).model.chaos?.drainPercent).toBe(10);
});

test('pods are removed for real only in a lab or on stack dev, unless the config says so', () => {
  const elsewhere = { cluster: existing, images };
  expect(read(on).model.chaos?.dryRun).toBe(false);
  expect(read(on, 'dev', elsewhere).model.chaos?.dryRun).toBe(false);
  expect(read(on, 'prod', elsewhere).model.chaos?.dryRun).toBe(true);
  expect(read({ ...on, dryRun: false }, 'prod', elsewhere).model.chaos?.dryRun).toBe(false);
  expect(read({ ...on, dryRun: true }).model.chaos?.dryRun).toBe(true);
});

test('quiet hours become minutes of weekdays and a table of the zone', () => {
  const quiet = { zone: 'Europe/Berlin', hours: ['fri 18:00-06:00', 'sun'], holidays: ['2026-12-25'] };
  const made = read({ ...on, quiet }).model.chaos!.quiet;
  expect(made).toMatchObject({
    times: [
      { day: 5, fromMinute: 1080, toMinute: 1800 },
      { day: 0, fromMinute: 0, toMinute: 1440 },
    ],
    holidays: ['2026-12-25'],
    zoneUntilMs: Date.UTC(2051, 0, 1),
  });
  expect(made.zone.slice(0, 3)).toEqual([
    { fromMs: Date.UTC(2026, 0, 1), minutes: 60 },
    { fromMs: Date.UTC(2026, 2, 29, 1), minutes: 120 },
    { fromMs: Date.UTC(2026, 9, 25, 1), minutes: 60 },
  ]);
});

test.each<[string, object, string, RegExp]>([
  [
    'an unknown zone',
    { quiet: { zone: 'Europe/Berln' } },
    'chaos.quiet.zone is "Europe/Berln"',
    /IANA[^]*Europe\/Berlin/,
  ],
  [
    'hours without days',
    { quiet: { hours: ['22:00-06:00'] } },
    'chaos.quiet.hours[0] is "22:00-06:00"',
    /mon-fri 18:00-08:00/,
  ],
  [
    'a day that does not exist',
    { quiet: { holidays: ['2026-02-30'] } },
    'chaos.quiet.holidays[0] is "2026-02-30"',
    /YYYY-MM-DD/,
  ],
  [
    'the cluster’s own namespace',
    { namespaces: ['kube-system'] },
    'chaos.namespaces[0] is "kube-system"',
    /never one of the cluster’s own/,
  ],
  [
    'what measures',
    { namespaces: ['continuous-load', 'monitoring'] },
    'chaos.namespaces[1] is "monitoring"',
    /which measures/,
  ],
  ['no namespace', { namespaces: [] }, 'chaos.namespaces is []', /at least one namespace/],
  [
    'an unknown victim',
    { victims: ['prometheus'] },
    'chaos.victims[0] is "prometheus"',
    /source, target, source-ingress, echo/,
  ],
  ['kills every second', { interval: '1s' }, 'chaos.interval is "1s"', /from 10s to 7d/],
  [
    'a cap under what the interval makes',
    { interval: '2m' },
    'chaos.maxPerHour is 10',
    /at least 30[^]*lengthen chaos\.interval to 6m/,
  ],
  [
    'a workload’s cap over the whole one',
    { maxPerHour: 6, maxPerWorkloadPerHour: 7 },
    'chaos.maxPerWorkloadPerHour is 7',
    /at most chaos\.maxPerHour, 6/,
  ],
  [
    'as many ready ones as there are',
    { minReady: 2, victims: ['target'] },
    'chaos.minReady is 2',
    /less than podinfo\.replicas, 2[^]*lower it to 1/,
  ],
  [
    'the same of echo',
    { minReady: 2, victims: ['echo'] },
    'chaos.minReady is 2',
    /less than echo\.replicas, 2/,
  ],
  [
    'victims outside the namespaces',
    { namespaces: ['shop'] },
    'chaos.victims is ["source","target","echo"]',
    /add continuous-load/,
  ],
  [
    'a StatefulSet elsewhere',
    { statefulSets: ['shop/queue'] },
    'chaos.statefulSets[0] is "shop/queue"',
    /add shop there/,
  ],
  [
    'a StatefulSet without a namespace',
    { statefulSets: ['queue'] },
    'chaos.statefulSets[0] is "queue"',
    /shop\/queue/,
  ],
  [
    'churn of nothing',
    { victims: [], churn: { share: 20 } },
    'chaos.churn.share is 20',
    /nothing to churn[^]*chaos\.churn\.deployments/,
  ],
  [
    'churn without a mode',
    { churn: { modes: [] } },
    'chaos.churn.modes is []',
    /at least one of restart, scale/,
  ],
  [
    'an unknown mode of churn',
    { churn: { modes: ['reboot'] } },
    'chaos.churn.modes[0] is "reboot"',
    /restart, scale/,
  ],
  [
    'churn elsewhere',
    { churn: { share: 10, deployments: ['shop/cart'] } },
    'chaos.churn.deployments[0] is "shop/cart"',
    /add shop there/,
  ],
  [
    'routes where there is no gateway',
    { churn: { share: 10, modes: ['services', 'routes'] } },
    'chaos.churn.modes[1] is "routes"',
    /path through a gateway[^]*paths\.ingress/,
  ],
  [
    'more than all that is done',
    { churn: { share: 60 }, nodes: { share: 50 } },
    'chaos.nodes.share is 50',
    /at most 40[^]*chaos\.churn\.share[^]*lower one/,
  ],
  ['a share over 100', { killShare: 101 }, 'chaos.killShare is 101', /from 0 to 100/],
  ['an unknown key', { quietHours: {} }, 'chaos.quietHours is an unknown key', /known keys here/],
  [
    'requests over limits',
    { resources: { requests: { cpu: '2' } } },
    'chaos.resources.requests.cpu is "2"',
    /at most the limit/,
  ],
])('%s is refused', (_, chaos, field, mend) => {
  const message = refusal({ ...on, ...chaos });
  expect(message).toContain(`continuous-load:${field}`);
  expect(message).toMatch(mend);
  expect(message).toMatch(/^1 mistake /);
});

test('elsewhere it needs a k6 that reads the token', () => {
  const paths = Object.fromEntries(
    pathNames.filter((name) => name !== 'service').map((name) => [name, { enabled: false }]),
  );
  const message = refusal(on, { cluster: existing, paths });
  expect(message).toMatch(/images\.k6 is missing[^]*because chaos is enabled/);
});

test('what is off may contradict itself', () => {
  expect(() => read({ interval: '1m', minReady: 5 })).not.toThrow();
});

import { alertCatalogue, type AlertName } from '../../signals/alert-catalogue';
import { defaultModel, pathSettings } from '../../signals/model';
import { type AlertRule, ruleGroups } from '../../signals/rules';
import { isAlert } from '../../signals/rule-types';
import type { RuleTest } from './promtool';
import { checkRules, promtool, promtoolPatienceMs, testRules } from './promtool';
import { both, type Firing, injector, scene as makeScene, type Stretch } from './scenes';

/** Most scenes are about one path; those about each path are in paths.test.ts. */
const model = defaultModel({ paths: [pathSettings('service')] });
/** What is about the path itself; the surroundings have scenes of their own, in surroundings.test.ts. */
const groups = ruleGroups(model).filter((group) => /service\.(counts|objectives)$/.test(group.name));
const alerts = groups.flatMap((group) => group.rules).filter(isAlert);
const names = [...new Set(alerts.map((rule) => rule.alert as AlertName))];
const step = 2;
const minute = 60;

function scene(
  name: string,
  input_series: RuleTest['input_series'],
  firing: Firing,
  interval = `${step}s`,
): RuleTest {
  return makeScene(names, name, input_series, firing, interval);
}

const well = (seconds: number): Stretch => ({ seconds, ok: 2 });
const gone = (seconds: number): Stretch => ({ seconds, failed: 2 });

beforeAll(promtool, promtoolPatienceMs);

test('promtool finds nothing to say about the rules', async () => {
  expect(await checkRules(ruleGroups(defaultModel()))).toMatch(/SUCCESS/);
});

test('promtool is asked for real: a broken rule is refused', async () => {
  await expect(
    checkRules([{ name: 'g', interval: '5s', rules: [{ record: 'x', expr: 'sum(' }] }]),
  ).rejects.toThrow(/parse error/);
  const wrong = scene('wrong', both(step, [well(60)]), { 50: ['PathDown'] });
  await expect(testRules(groups, [wrong])).rejects.toThrow(/PathDown/);
});

test('every alert of the catalogue has a rule and the labels and annotations that people need', () => {
  const all = ruleGroups(defaultModel())
    .flatMap((group) => group.rules)
    .filter(isAlert);
  expect(new Set(all.map((rule) => rule.alert))).toEqual(new Set(alertCatalogue.map((entry) => entry.name)));
  for (const rule of all) {
    const path = rule.labels['path'];
    expect(rule.labels['owner']).toBe('platform');
    expect(['page', 'ticket', 'none']).toContain(rule.labels['severity']);
    if (path !== undefined) expect(rule.annotations['summary']).toContain(path);
    expect(rule.annotations['summary']).toMatch(/\$value|query/);
    expect(rule.annotations['description']).toMatch(/Likely causes: \S/);
    expect(rule.annotations['runbook_url']).toBe(`${model.runbookBase}#${rule.alert.toLowerCase()}`);
    expect(rule.expr).not.toMatch(/undefined|NaN|null/);
  }
});

test('absent() is nowhere: pushed series linger for five minutes', () => {
  const expressions = groups.flatMap((group) => group.rules).map((rule) => rule.expr);
  expect(expressions.filter((expr) => /\babsent(_over_time)?\s*\(/.test(expr))).toEqual([]);
});

test('with the load switched off nothing is missed and nothing alerts', () => {
  const rules = ruleGroups({ ...defaultModel(), enabled: false }).flatMap((group) => group.rules);
  expect(rules.filter(isAlert).filter((rule) => rule.labels['path'] !== undefined)).toEqual([]);
  expect(JSON.stringify(rules.map((rule) => (isAlert(rule) ? '' : rule.record)))).not.toContain('path_info');
});

test('one injector cannot be down alone', () => {
  const single = ruleGroups({ ...model, injectors: 1 })
    .flatMap((group) => group.rules)
    .filter(isAlert);
  expect(single.map((rule: AlertRule) => rule.alert)).not.toContain('PathDownFromOneSource');
});

test('severity and owner follow the model', () => {
  const loud = ruleGroups({
    ...model,
    owner: 'network',
    paths: model.paths.map((path) => ({ ...path, severity: { page: 'critical', ticket: 'warning' } })),
  })
    .flatMap((group) => group.rules)
    .filter(isAlert);
  expect(new Set(loud.map((rule) => rule.labels['severity']))).toEqual(
    new Set(['critical', 'warning', 'ticket', 'none']),
  );
  expect(new Set(loud.map((rule) => rule.labels['owner']))).toEqual(new Set(['network']));
});

const quick: RuleTest[] = [
  scene('well: nothing', both(step, [well(20 * minute)]), { 30: [], 120: [], 600: [], 1190: [] }),
  scene('no data at all: it is missed, and nothing else is claimed', [], {
    55: [],
    90: ['ProbesMissing'],
    600: ['ProbesMissing'],
  }),
  scene('target gone: down within 25 s, once', both(step, [well(120), gone(80), well(600)]), {
    124: [],
    145: ['PathDown', 'PathRecentlyDown'],
    200: ['PathDown', 'PathRecentlyDown'],
    225: ['PathDown', 'PathRecentlyDown'],
    // Resolved 30 s after recovery; the shadow stays for the fast burn's short window.
    240: ['PathRecentlyDown'],
    500: ['PathRecentlyDown'],
    570: [],
  }),
  scene(
    'source gone: down, though probes that go past it are good',
    both(step, [
      { ...well(120), past: 0.5 },
      { seconds: 60, failed: 1.5, past: 0.5 },
    ]),
    { 124: [], 150: ['PathDown', 'PathRecentlyDown'], 178: ['PathDown', 'PathRecentlyDown'] },
  ),
  scene(
    'only those that go past it fail: not down',
    both(step, [
      { ...well(120), past: 0.5 },
      { seconds: 58, ok: 1.5, failed: 0.5 },
    ]),
    { 124: [], 145: [], 176: [] },
  ),
  scene(
    'one good answer in ten seconds is not down',
    both(step, [well(60), { seconds: 30, failed: 1.9, ok: 0.1 }]),
    { 88: [] },
  ),
  scene('the first failures of a life are not down yet', both(step, [{ seconds: 6, failed: 2 }, well(60)]), {
    5: [],
    10: [],
    30: [],
  }),
  scene('a target that is never there is down', both(step, [gone(60)]), {
    10: [],
    55: ['PathDown', 'PathRecentlyDown'],
  }),
  scene('no probes are not down, but missing', both(step, [well(60), { seconds: 120 }]), {
    90: [],
    130: [],
    160: ['ProbesMissing'],
    178: ['ProbesMissing'],
  }),
  scene('only errors: nobody knows, so it is missed', both(step, [well(60), { seconds: 180, error: 2 }]), {
    140: ['ProberErrors'],
    178: ['ProbesMissing', 'ProberErrors'],
  }),
  scene('a rollout gap of 40 s is not missing', both(step, [well(60), { seconds: 40 }, well(120)]), {
    98: [],
    120: [],
    180: [],
  }),
  scene(
    'down from one of two',
    [
      ...injector('injector-a', step, [well(60), gone(120), well(60)]),
      ...injector('injector-b', step, [well(240)]),
    ],
    {
      80: [],
      140: ['PathDownFromOneSource'],
      175: ['PathDownFromOneSource', 'SloFastBurn'],
      235: ['SloFastBurn'],
    },
  ),
  scene(
    '30 % fail: paged by 14.4 after about three minutes',
    both(step, [well(600), { seconds: 600, ok: 1.4, failed: 0.6 }]),
    {
      600: [],
      750: [],
      800: ['SloFastBurn'],
      // After a quarter of an hour it is also a matter for a ticket, which the page mutes.
      1190: ['SloFastBurn'],
    },
  ),
  scene('1 % fails: no page', both(step, [well(600), { seconds: 600, ok: 1.98, failed: 0.02 }]), {
    900: [],
    1190: [],
  }),
  scene(
    'an outage of two minutes is one page: what it cost is not told again',
    both(step, [well(600), gone(120), well(45 * minute)]),
    Object.fromEntries([
      [640, ['PathDown', 'PathRecentlyDown']],
      [700, ['PathDown', 'PathRecentlyDown']],
      ...[780, 840, 900, 1000].map((at) => [at, ['PathRecentlyDown']]),
      ...[1100, 1500, 2000, 2700, 3400].map((at) => [at, []]),
    ]) as Firing,
  ),
  scene(
    'nor is an outage at four times the rate that is asked now',
    both(step, [
      { seconds: 600, ok: 8 },
      { seconds: 120, failed: 8 },
      { seconds: 120, ok: 8 },
      well(45 * minute),
    ]),
    Object.fromEntries([
      [640, ['PathDown', 'PathRecentlyDown']],
      ...[780, 1000].map((at) => [at, ['PathRecentlyDown', 'ProbesOver']]),
      ...[1100, 1500, 2000, 2700, 3400].map((at) => [at, []]),
    ]) as Firing,
  ),
  scene(
    'failures that no page told of burn, though an outage before them was paged at a higher rate',
    both(step, [
      { seconds: 600, ok: 8 },
      { seconds: 120, failed: 8 },
      well(600),
      { seconds: 300, ok: 1.4, failed: 0.6 },
    ]),
    { 1300: [], 1500: ['SloFastBurn'], 1600: ['SloFastBurn'] },
  ),
  scene(
    'ten outages of a minute are ten pages and no burn',
    both(
      step,
      Array.from({ length: 10 }, () => [well(120), gone(60)])
        .flat()
        .concat(well(600)),
    ),
    {
      178: ['PathDown', 'PathRecentlyDown'],
      1795: ['PathDown', 'PathRecentlyDown'],
      1900: ['PathRecentlyDown'],
      2300: [],
    },
  ),
  scene(
    'a new burn after a paged outage pages',
    both(step, [well(600), gone(120), well(400), { seconds: 400, ok: 1.4, failed: 0.6 }]),
    { 1100: [], 1200: [], 1340: ['SloFastBurn'], 1500: ['SloFastBurn'] },
  ),
  scene(
    'flapping every 10 s never resolves in between',
    both(step, [
      well(60),
      gone(60),
      ...Array.from({ length: 6 }, () => [{ seconds: 2, ok: 2 }, gone(20)]).flat(),
    ]),
    {
      118: ['PathDown', 'PathRecentlyDown'],
      140: ['PathDown', 'PathRecentlyDown'],
      160: ['PathDown', 'PathRecentlyDown'],
      180: ['PathDown', 'PathRecentlyDown'],
      220: ['PathDown', 'PathRecentlyDown'],
    },
  ),
  scene(
    'one failure in the life of a process is counted and tells nobody',
    both(step, [well(300), { seconds: 2, failed: 0.5, ok: 1.5 }, well(300)]),
    { 310: [], 590: [] },
  ),
  scene('late answers: a ticket', both(step, [well(60), { seconds: 25 * minute, slow: 1.4, ok: 0.6 }]), {
    300: [],
    1500: ['LatencyBurn'],
  }),
  scene('one in twenty late: none', both(step, [well(60), { seconds: 25 * minute, slow: 0.1, ok: 1.9 }]), {
    1500: [],
  }),
  scene('dropped probes: a ticket', both(step, [well(300), { seconds: 300, ok: 1.9, dropped: 0.1 }]), {
    290: [],
    590: ['ProbesDropped'],
  }),
  scene(
    'drops of a path that times out are its own fault',
    both(step, [well(600), { seconds: 300, ok: 1.8, timeout: 0.1, dropped: 0.1 }]),
    { 290: [], 890: [] },
  ),
  scene(
    'drops that a timeout now and then does not explain: a ticket',
    both(step, [
      well(300),
      // one timeout in four minutes of each injector, beside eight drops in a hundred probes
      { seconds: 600, ok: 1.84, timeout: 1 / 240, dropped: 0.16 },
    ]),
    { 290: [], 450: ['ProbesDropped'], 890: ['ProbesDropped'] },
  ),
  scene(
    'half of the probes: a ticket after some minutes, none for a lost pod',
    [
      ...injector('injector-a', step, [well(1200)]),
      ...injector('injector-b', step, [well(300), { seconds: 30, gone: true }, { seconds: 870 }]),
    ],
    { 500: [], 800: ['ProbesShort'], 1190: ['ProbesShort'] },
  ),
  scene(
    'an injector too many: a ticket after some minutes, none for a roll-out',
    [
      ...both(step, [well(1200)]),
      ...injector('injector-c', step, [{ seconds: 300 }, well(30), { seconds: 870 }]),
    ],
    { 500: [], 1190: [] },
  ),
  scene(
    'twice the probes that were asked for: a ticket after some minutes',
    both(step, [well(300), { seconds: 900, ok: 4 }]),
    { 500: [], 1190: ['ProbesOver'] },
  ),
  scene(
    'twice the probes now and then: none',
    both(step, Array.from({ length: 10 }, () => [well(80), { seconds: 40, ok: 4 }]).flat()),
    { 590: [], 1190: [] },
  ),
  scene('95 % of the probes is enough', both(step, [{ seconds: 1200, ok: 1.9 }]), { 1190: [] }),
  scene(
    'the prober fails: a ticket, no burn',
    both(step, [well(300), { seconds: 300, ok: 1.9, error: 0.1 }]),
    { 290: [], 590: ['ProberErrors'] },
  ),
  scene('few errors of the prober: none', both(step, [well(300), { seconds: 300, ok: 1.99, error: 0.01 }]), {
    590: [],
  }),
];

test.each(quick.map((each) => [each.name, each] as const))(
  '%s',
  async (_, each) => {
    expect(await testRules(groups, [each])).toMatch(/SUCCESS/);
  },
  120_000,
);

test('a ticket on the prober says what its own faults were, and not what failed', async () => {
  const errors = [well(300), { seconds: 300, ok: 1.8, failed: 0.1, error: 0.1 }];
  const { meaning, causes } = alertCatalogue.find(({ name }) => name === 'ProberErrors')!;
  const told: RuleTest = {
    ...scene(
      'words',
      [...injector('injector-a', step, errors), ...injector('injector-b', step, [well(600)])],
      {},
    ),
    alert_rule_test: [
      {
        eval_time: '590s',
        alertname: 'ProberErrors',
        exp_alerts: [
          {
            exp_labels: { path: 'service', severity: 'ticket', owner: 'platform' },
            exp_annotations: {
              summary: "29 probes of path service failed by the prober's own fault in 5m",
              description: `${meaning} In the last 5m: 29 × lag from injector-a, of path service. Likely causes: ${causes.join('; ')}.`,
              runbook_url: `${model.runbookBase}#probererrors`,
            },
          },
        ],
      },
    ],
  };
  expect(await testRules(groups, [told])).toMatch(/SUCCESS/);
}, 120_000);

test('slow burns: a ticket after hours, none below the objective', async () => {
  const hour = 3600;
  const coarse = 120;
  const slow = (name: string, share: number, firing: Firing) =>
    scene(
      name,
      both(coarse, [well(hour), { seconds: 17 * hour, ok: 2 * (1 - share), failed: 2 * share }]),
      firing,
      `${coarse}s`,
    );
  const tests = [
    // 3 × 0.1 % of a day are 259 s of failures: 0.5 % make them in 14.4 h.
    slow('0.5 % fail', 0.005, { [14 * hour]: [], [17 * hour]: ['SloSlowBurn'] }),
    slow('0.08 % fail', 0.0008, { [2 * hour]: [], [17 * hour]: [] }),
  ];
  // What looks back over seconds needs samples every few seconds: only the objectives' groups are tried here.
  const long = groups.filter((group) => !group.name.endsWith('.counts'));
  const counts = groups
    .filter((group) => group.name.endsWith('.counts'))
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => !isAlert(rule)) }));
  expect(await testRules([...counts, ...long], tests, `${coarse}s`)).toMatch(/SUCCESS/);
});

test('the page says why, at which hop and from where', async () => {
  // promtool prints what it got when nothing was expected: annotations with their templates filled in.
  const unexpected = testRules(groups, [
    {
      name: 'page',
      interval: `${step}s`,
      input_series: both(step, [well(120), gone(120)]),
      alert_rule_test: [{ eval_time: '200s', alertname: 'PathDown', exp_alerts: [] }],
    },
  ]);
  await expect(unexpected).rejects.toThrow('Path service is down: 60 probes in 15s, none good');
  const output = await unexpected.catch((failure: unknown) => String(failure));
  // equal counts come in no particular order
  for (const injector of ['injector-a', 'injector-b'])
    expect(output).toMatch(new RegExp(`\\d+ × connect at hop 2 from ${injector}`));
  expect(output).not.toContain('error expanding');
  expect(output).toContain(`${model.runbookBase}#pathdown`);
});

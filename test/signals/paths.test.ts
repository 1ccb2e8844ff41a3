import type { AlertName } from '../../signals/alert-catalogue';
import { followers, leaders, serverLeader } from '../../signals/dependencies';
import { defaultModel, type PathSettings, pathSettings } from '../../signals/model';
import { type PathName, pathNames, pathRow } from '../../signals/paths';
import { isAlert } from '../../signals/rule-types';
import { ruleGroups } from '../../signals/rules';
import type { InputSeries, RuleTest } from './promtool';
import { promtool, promtoolPatienceMs, testRules } from './promtool';
import { checkout } from './own-target';
import { both, scene, type Stretch } from './scenes';

const step = 2;
const all = defaultModel();

beforeAll(promtool, promtoolPatienceMs);

/** What one of two injectors sends. */
const half = (name: PathName) => pathSettings(name).ratePerSecond / 2;

function pathGroups(path: PathSettings) {
  const { name } = path;
  const model = defaultModel({ paths: [path] });
  return ruleGroups(model).filter((group) =>
    new RegExp(`\\.${name}\\.(counts|objectives)$`).test(group.name),
  );
}

const everyPath = [...pathNames.map((name) => pathSettings(name)), checkout];

test.each(everyPath.map((path) => [path.name, path] as const))(
  '%s: well, down, missing, burning',
  async (_name, path) => {
    const groups = pathGroups(path);
    const names = groups
      .flatMap((group) => group.rules)
      .filter(isAlert)
      .map((rule) => rule.alert as AlertName);
    const rate = path.ratePerSecond / 2;
    const well = (seconds: number): Stretch => ({ seconds, ok: rate });
    // 14.4 times the budget of an hour, lost at nine tenths, and some evaluations
    const burnt = Math.ceil((14.4 * (1 - path.availabilityPercent / 100) * 3600) / 0.9 + 45);
    const scenes = [
      scene(
        names,
        'down, then nothing at all',
        both(step, [well(60), { seconds: 60, failed: rate }, { seconds: 110 }], path),
        {
          58: [],
          64: [],
          100: ['PathDown', 'PathRecentlyDown'],
          228: ['PathRecentlyDown', 'ProbesMissing'],
        },
      ),
      scene(
        names,
        'what its objective tolerates, then nine of ten fail',
        both(
          step,
          [
            { seconds: 300, ok: rate * 0.999, failed: rate * 0.001 },
            { seconds: burnt + 10, ok: rate * 0.1, failed: rate * 0.9 },
          ],
          path,
        ),
        { 296: [], [300 + burnt]: ['SloFastBurn'] },
      ),
      scene(
        names,
        'dropped and in error',
        both(
          step,
          [well(300), { seconds: 300, ok: rate * 0.9, dropped: rate * 0.1, error: rate * 0.1 }],
          path,
        ),
        { 296: [], 590: ['ProbesDropped', 'ProberErrors'] },
      ),
    ];
    expect(await testRules(groups, scenes)).toMatch(/SUCCESS/);
  },
);

test.each(pathNames.filter((name) => pathRow(name).stream))(
  '%s: a cut a minute on both injectors is told within 20 min, a rollout of echo is not, an outage neither',
  async (name) => {
    const groups = pathGroups(pathSettings(name));
    const rate = half(name);
    const told = (at: number, firing: AlertName[]) => ({ [at]: firing });
    const cuts = (interruptions: number, seconds: number): Stretch => ({ seconds, ok: rate, interruptions });
    const scenes = [
      scene(['StreamInterrupted'], 'a cut a minute', both(step, [cuts(0, 60), cuts(1 / 60, 1300)], name), {
        ...told(700, []),
        ...told(60 + 1200, ['StreamInterrupted']),
      }),
      scene(
        ['StreamInterrupted'],
        'three rollouts',
        both(
          step,
          [1, 2, 3].flatMap(() => [cuts(0, 300), cuts(0.1, 20)]),
          name,
        ),
        { 640: [], 950: [] },
      ),
      // A stream is reopened and cut again at once for a while, then stays: it is told while the hour remembers it.
      scene(
        ['StreamInterrupted'],
        'flapping',
        both(step, Array.from({ length: 20 }, () => [cuts(0.05, 20), cuts(0, 40)]).flat(), name),
        { 700: [], 1190: ['StreamInterrupted'] },
      ),
      scene(['StreamInterrupted'], 'no data', [], { 1200: [] }),
    ];
    expect(await testRules(groups, scenes)).toMatch(/SUCCESS/);
  },
);

test('who leads whom: by server, and by name', () => {
  expect(Object.fromEntries(pathNames.map((name) => [name, leaders(all, name)]))).toEqual({
    service: ['dns'],
    grpc: ['service', 'dns'],
    'grpc-stream': ['tcp', 'dns'],
    websocket: ['tcp', 'dns'],
    dns: [],
    tcp: ['dns'],
    udp: ['tcp', 'dns'],
    'api-server': ['dns'],
    ingress: ['service', 'dns'],
    'ingress-external': ['ingress', 'service', 'dns'],
    mesh: ['dns'],
    'mesh-retry': ['mesh', 'dns'],
    'mesh-mtls': ['mesh', 'dns'],
    'mesh-authz': ['mesh', 'dns'],
  });
  expect(followers(all, 'dns')).toEqual(pathNames.filter((name) => name !== 'dns'));
  const few = defaultModel({
    paths: (['websocket', 'grpc-stream', 'udp'] as const).map((name) => pathSettings(name)),
  });
  expect(serverLeader(few, 'websocket')).toBe('udp');
  const streams = { paths: few.paths.slice(0, 2) };
  expect([serverLeader(streams, 'websocket'), serverLeader(streams, 'grpc-stream')]).toEqual([
    undefined,
    'websocket',
  ]);
});

test('nobody leads a path that leads it: two pages that mute each other would be none', () => {
  for (const name of pathNames)
    for (const leader of leaders(all, name)) expect(leaders(all, leader)).not.toContain(name);
});

describe('several paths at once', () => {
  const groups = ruleGroups(all).filter((group) => /\.(counts|objectives)$/.test(group.name));
  /** How many of each alert fire, by path. */
  const fires = (at: number, ...alerts: string[]) => ({
    expr: 'count by (alertname, path) (ALERTS{alertstate="firing",alertname!="PathRecentlyDown"})',
    eval_time: `${at}s`,
    exp_samples: alerts.map((each) => {
      const [alertname, path] = each.split(' ');
      return { labels: `{alertname="${alertname}",path="${path}"}`, value: 1 };
    }),
  });
  const seconds = 720;
  const outage = { from: 120, to: 480 };
  const others = (except: readonly PathName[]): InputSeries[] =>
    pathNames
      .filter((name) => !except.includes(name))
      .flatMap((name) => both(step, [{ seconds, ok: half(name) }], name));
  const failing = (name: PathName, share: number): InputSeries[] => {
    const rate = half(name);
    return both(
      step,
      [
        { seconds: outage.from, ok: rate },
        { seconds: outage.to - outage.from, ok: rate * (1 - share), failed: rate * share },
        { seconds: seconds - outage.to, ok: rate },
      ],
      name,
    );
  };

  test('six minutes without name service: one page, and what half of the others lost burns nothing', async () => {
    const test: RuleTest = {
      name: 'dns gone',
      interval: `${step}s`,
      input_series: [
        ...failing('dns', 1),
        ...failing('service', 0.5),
        ...failing('api-server', 0.5),
        ...others(['dns', 'service', 'api-server']),
      ],
      promql_expr_test: [
        fires(outage.from + 60, 'PathDown dns', 'SharedCauseDown dns'),
        fires(outage.to - 10, 'PathDown dns', 'SharedCauseDown dns'),
        fires(outage.to + 70, 'SharedCauseDown dns'),
        fires(seconds - 10),
      ],
    };
    expect(await testRules(groups, [test])).toMatch(/SUCCESS/);
  });

  test('echo gone: the page of tcp has a shadow for those of udp and the streams; alone they have none', async () => {
    const ended = (['tcp', 'udp', 'websocket', 'grpc-stream'] as const).flatMap((name) => failing(name, 1));
    const scenes: RuleTest[] = [
      {
        name: 'echo gone',
        interval: `${step}s`,
        input_series: [...ended, ...others(['tcp', 'udp', 'websocket', 'grpc-stream'])],
        promql_expr_test: [
          fires(
            outage.from + 60,
            'PathDown tcp',
            'SharedCauseDown tcp',
            'PathDown udp',
            'PathDown websocket',
            'PathDown grpc-stream',
          ),
          fires(outage.to + 70, 'SharedCauseDown tcp'),
        ],
      },
      {
        name: 'udp alone, half of tcp: tcp burns by itself',
        interval: `${step}s`,
        input_series: [...failing('udp', 1), ...failing('tcp', 0.5), ...others(['tcp', 'udp'])],
        promql_expr_test: [
          fires(outage.from + 60, 'PathDown udp'),
          fires(outage.to - 10, 'PathDown udp', 'SloFastBurn tcp'),
        ],
      },
    ];
    expect(await testRules(groups, scenes)).toMatch(/SUCCESS/);
  });

  test('a name service that burns explains as much of the burn of others, and no more', async () => {
    const few = (['dns', 'service', 'grpc'] as const).map((name) => pathSettings(name));
    const theirs = ruleGroups(defaultModel({ paths: few })).filter(({ name }) =>
      /\.(counts|objectives)$/.test(name),
    );
    const scenes: RuleTest[] = [
      {
        name: 'half of the lookups',
        interval: `${step}s`,
        input_series: [...failing('dns', 0.5), ...failing('service', 0.6), ...failing('grpc', 0.3)],
        promql_expr_test: [
          fires(
            outage.to - 10,
            'SloFastBurn dns',
            'SloFastBurn service',
            'ExplainedBurn service',
            'SloFastBurn grpc',
            'ExplainedBurn grpc',
          ),
        ],
      },
      {
        name: 'some of the lookups, and of service by itself eight in ten',
        interval: `${step}s`,
        input_series: [...failing('dns', 0.15), ...failing('service', 0.8), ...failing('grpc', 0.15)],
        promql_expr_test: [
          fires(
            outage.to - 10,
            'SloFastBurn dns',
            'SloFastBurn service',
            'SloSlowBurn service',
            'SloFastBurn grpc',
            'ExplainedBurn grpc',
          ),
        ],
      },
    ];
    expect(await testRules(theirs, scenes)).toMatch(/SUCCESS/);
  });

  test('the page of a leader says whose pages it mutes and which of them are down', async () => {
    const asked = testRules(groups, [
      {
        name: 'page',
        interval: `${step}s`,
        input_series: [...failing('dns', 1), ...failing('tcp', 1)],
        alert_rule_test: [{ eval_time: `${outage.from + 60}s`, alertname: 'PathDown', exp_alerts: [] }],
      },
    ]);
    await expect(asked).rejects.toThrow(
      /Mutes pages of service, grpc, grpc-stream, websocket, tcp, udp, api-server, ingress, ingress-external, mesh, mesh-retry, mesh-mtls, mesh-authz; also down now: tcp, as far/,
    );
  });
});

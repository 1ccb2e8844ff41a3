import { injectorJob, probesTotal, recorded } from '../../signals/metrics';
import { defaultModel, pathSettings } from '../../signals/model';
import { ruleGroups } from '../../signals/rules';
import { type InputSeries, promtool, promtoolPatienceMs, type RuleTest, testRules } from './promtool';
import { alertNames, injector, scene as makeScene } from './scenes';

const path = pathSettings('api-server', { ratePerSecond: 4 });
const groups = ruleGroups(defaultModel({ paths: [path] })).filter(({ name }) =>
  /\.injectors$|api-server\.(counts|objectives)$/.test(name),
);
const names = alertNames(groups);
const step = 2;

/** Nodes that are cut off stay so for these seconds; what an injector on one counted comes when it is back. */
const cut = { from: 600, to: 760 } as const;
const end = 1000;

/** Failed probes of an injector that come all at once, and then each second so many with a refused token. */
function failed(instance: string, reason: string, count: (at: number) => number): InputSeries {
  const values = Array.from({ length: end / step }, (_, i) => String(count(i * step)));
  return {
    series: `${probesTotal}{path="api-server",outcome="failed",reason="${reason}",conn="kept",hop="1",instance="${instance}",job="${injectorJob}"}`,
    values: values.join(' '),
  };
}

const well = (instance: string, seconds: number) =>
  injector(instance, step, [{ seconds, ok: 2 }], 'api-server').filter(({ series }) =>
    series.includes('outcome="ok"'),
  );

/** One of two injectors is on a node that is cut off; its token is refused for a while when it is back. */
const back: InputSeries[] = [
  ...well('injector-a', end),
  ...well('injector-b', cut.from),
  failed('injector-b', 'timeout', (at) => (at < cut.to ? 0 : 320)),
  failed('injector-b', 'status', (at) => 2 * Math.max(0, Math.min(at, 860) - cut.to)),
];

/** As kube-state-metrics tells it: deleted, and to be gone before the node is back. */
const deleted = (pod: string, gone: number): InputSeries => ({
  series: `kube_pod_deletion_timestamp{namespace="continuous-load",pod="${pod}",job="kube-state-metrics"}`,
  values: `_x${(gone - 40) / step} ${gone}+0x${(870 - gone + 40) / step} stale`,
});

const counted = (labels: string, value: number, at: number) => ({
  expr: `sum(${recorded.bad}${labels})`,
  eval_time: `${at}s`,
  exp_samples: [{ value }],
});

function scene(name: string, series: InputSeries[], firing: Parameters<typeof makeScene>[3]): RuleTest {
  return makeScene(names, name, series, firing);
}

beforeAll(promtool, promtoolPatienceMs);

test(
  'an injector that was given up burns nothing by its own refused token; one that was not does, and all of them do',
  async () => {
    const ofOther = scene('deleted is another, which ended in time', [...back, deleted('injector-c', 700)], {
      830: ['PathDownFromOneSource', 'SloFastBurn'],
    });
    const givenUp = scene('deleted while its node was cut off', [...back, deleted('injector-b', 690)], {
      590: [],
      730: [],
      ...Object.fromEntries([762, 770, 790, 830, 860, 900, 990].map((at) => [at, []])),
    });
    const everybody = scene(
      'everybody is refused, of whom one was given up',
      [
        ...well('injector-a', cut.from),
        ...well('injector-b', cut.from),
        ...['injector-a', 'injector-b'].map((each) =>
          failed(each, 'status', (at) => 2 * Math.max(0, at - cut.from)),
        ),
        deleted('injector-b', 590),
      ],
      { 596: [], 640: ['PathDown', 'PathRecentlyDown'], 990: ['PathDown', 'PathRecentlyDown'] },
    );
    const scenes = [
      ofOther,
      {
        ...givenUp,
        // What it lost while it was cut off was lost; its token is its own affair.
        promql_expr_test: [...(givenUp.promql_expr_test ?? []), counted('', 320, 850), counted('', 320, 980)],
      },
      everybody,
    ];
    expect(await testRules(groups, scenes)).toMatch(/SUCCESS/);
  },
  promtoolPatienceMs,
);

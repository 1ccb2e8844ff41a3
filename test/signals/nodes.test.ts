import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertName } from '../../signals/alert-catalogue';
import { nodeCatalogue } from '../../signals/node-catalogue';
import { defaultModel, pathSettings } from '../../signals/model';
import { nodeProbesTotal } from '../../signals/node-metrics';
import {
  defaultNodeProber,
  nodeErrorReasons,
  nodeProtocols,
  nodeRatePerSecond,
  nodeReasons,
  type NodeProtocol,
  pairsPerNode,
  seriesPerNode,
} from '../../signals/node-model';
import { nodeGroups, pairWindowSeconds } from '../../signals/node-rules';
import { isAlert } from '../../signals/rule-types';
import type { InputSeries, RuleTest } from './promtool';
import { checkRules, promtool, promtoolPatienceMs, testRules } from './promtool';
import { scene as makeScene, type Firing } from './scenes';

const model = defaultModel({ paths: [pathSettings('service')] });
const groups = nodeGroups(model);
const names = nodeCatalogue.map(({ name }): AlertName => name);
/** As the probers are scraped, and the rules evaluated. */
const stepSeconds = 5;
const sceneSeconds = 1320;

/** What happens to a pair at a second: all its probes are good or fail, some fail, all fail and nobody can scrape it, or nobody probes it. */
type Fate = 'good' | 'fails' | 'loses' | 'unseen' | 'gone';
type Pair = { source: string; target: string; protocol: NodeProtocol };

/** Series of every pair of some nodes, each probed at the default rate. */
function pairs(nodes: readonly string[], fate: (pair: Pair, second: number) => Fate): InputSeries[] {
  return nodes.flatMap((source) =>
    nodes.flatMap((target) => nodeProtocols.flatMap((protocol) => pair({ source, target, protocol }, fate))),
  );
}

/** In `loses` every twentieth probe fails, as at 5 % loss. */
function pair(of: Pair, fate: (pair: Pair, second: number) => Fate): InputSeries[] {
  const { source, target, protocol } = of;
  const relation = source === target ? 'same-node' : 'other-zone';
  const labels = `source_node="${source}",source_zone="z${source}",target_node="${target}",target_zone="z${target}",relation="${relation}",protocol="${protocol}"`;
  const ok: (number | '_')[] = [];
  const failed: (number | '_')[] = [];
  let [good, bad] = [0, 0];
  for (let at = 0; at <= sceneSeconds; at += stepSeconds) {
    const now = fate(of, at);
    const scraped = now !== 'gone' && now !== 'unseen';
    ok.push(scraped ? Math.floor(good) : '_');
    failed.push(scraped ? Math.floor(bad + 1e-9) : '_');
    const sent = defaultNodeProber.ratePerSecond * stepSeconds;
    const share = now === 'fails' || now === 'unseen' ? 1 : now === 'loses' ? 0.05 : 0;
    if (now === 'gone') continue;
    bad += sent * share;
    good += sent * (1 - share);
  }
  const reason = protocol === 'udp' ? 'loss' : 'timeout';
  return [
    { series: `${nodeProbesTotal}{${labels},outcome="ok",reason=""}`, values: staled(ok) },
    { series: `${nodeProbesTotal}{${labels},outcome="failed",reason="${reason}"}`, values: staled(failed) },
  ];
}

/** A series that a scrape has no more is marked as ended, once. */
function staled(values: readonly (number | '_')[]): string {
  return values
    .map((value, index) => (value === '_' && index > 0 && values[index - 1] !== '_' ? 'stale' : value))
    .join(' ');
}

/** What kube-state-metrics says: every node runs a prober, so many echoes are ready, and these nodes are. */
function cluster(
  nodes: readonly string[],
  notReady: (node: string, second: number) => boolean | 'removed',
): InputSeries[] {
  const steps = Array.from({ length: sceneSeconds / stepSeconds + 1 }, (_, index) => index * stepSeconds);
  const load = 'namespace="continuous-load"';
  return [
    {
      series: `kube_daemonset_status_number_ready{${load},daemonset="node-echo"}`,
      values: steps.map((at) => nodes.filter((node) => !notReady(node, at)).length).join(' '),
    },
    ...nodes.flatMap((node) => [
      {
        series: `kube_pod_info{${load},node="${node}",pod="node-prober-${node}"}`,
        values: staled(steps.map((at) => (notReady(node, at) === 'removed' ? '_' : 1))),
      },
      {
        series: `kube_node_status_condition{node="${node}",condition="Ready",status="true"}`,
        values: staled(
          steps.map((at) => {
            const found = notReady(node, at);
            return found === 'removed' ? '_' : found ? 0 : 1;
          }),
        ),
      },
    ]),
  ];
}

const two = ['n1', 'n2'];
const three = [...two, 'n3'];
const four = [...three, 'n4'];
const udp = (source: string, target: string) => (pair: Pair) =>
  pair.source === source && pair.target === target && pair.protocol === 'udp';
const touches = (node: string, pair: Pair) => pair.source === node || pair.target === node;
const between = (second: number, from: number, to: number) => second >= from && second < to;

function scene(
  name: string,
  nodes: readonly string[],
  fate: (pair: Pair, second: number) => Fate,
  firing: Firing,
  notReady: (node: string, second: number) => boolean | 'removed' = () => false,
): RuleTest {
  const input = [...pairs(nodes, fate), ...cluster(nodes, notReady)];
  return makeScene(names, name, input, firing, `${stepSeconds}s`);
}

const labelled = (
  test: RuleTest,
  second: number,
  alertname: AlertName,
  expected: readonly string[],
): RuleTest => ({
  ...test,
  promql_expr_test: [
    ...(test.promql_expr_test ?? []),
    {
      expr: `count by (source_node, target_node, protocol, node) (ALERTS{alertstate="firing",alertname="${alertname}"})`,
      eval_time: `${second}s`,
      exp_samples: expected.map((labels) => ({ labels, value: 1 })),
    },
  ],
});

/** What is not probed any more is neither down nor well. */
const notProbed = (test: RuleTest, second: number): RuleTest => ({
  ...test,
  promql_expr_test: [
    ...(test.promql_expr_test ?? []),
    {
      expr: 'node_pair:down:bool{source_node="n1",target_node="n3",protocol="udp"}',
      eval_time: `${second}s`,
      exp_samples: [],
    },
  ],
});

beforeAll(promtool, promtoolPatienceMs);

test(
  'every rule fires when it should, with the names of the nodes, and at no other time',
  async () => {
    const oneWay = udp('n1', 'n3');
    const down: RuleTest = labelled(
      scene(
        'one pair down over one protocol',
        three,
        (pair, at) => (oneWay(pair) && between(at, 300, 600) ? 'fails' : 'good'),
        { 295: [], 345: ['NodePairDown'], 595: ['NodePairDown'], 780: [] },
      ),
      345,
      'NodePairDown',
      ['{source_node="n1",target_node="n3",protocol="udp"}'],
    );
    const tests: RuleTest[] = [
      scene('well', three, () => 'good', { 60: [], 700: [] }),
      makeScene(names, 'no data', [], { 0: [], 700: [] }, `${stepSeconds}s`),
      down,
      labelled(
        scene(
          'a node cut off that is ready',
          four,
          (pair, at) =>
            touches('n3', pair) && between(at, 300, 900) && pair.source !== pair.target ? 'fails' : 'good',
          { 345: [], 400: [], 450: ['NodeUnreachable'], 880: ['NodeUnreachable'], 1100: [] },
        ),
        450,
        'NodeUnreachable',
        ['{node="n3"}'],
      ),
      labelled(
        scene(
          'a node without power',
          three,
          (pair, at) =>
            pair.source === 'n3'
              ? at < 300
                ? 'good'
                : 'gone'
              : pair.target === 'n3' && at >= 300
                ? at < 360
                  ? 'fails'
                  : 'gone'
                : 'good',
          // that nobody knows of it is muted by NodeNotReady
          { 345: [], 450: [], 900: ['NodePairsMissing'] },
          (node, at) => node === 'n3' && at >= 350,
        ),
        900,
        'NodePairsMissing',
        ['{node="n3"}'],
      ),
      labelled(
        scene(
          'a pair that loses one probe in twenty',
          three,
          (pair, at) => (oneWay(pair) && at >= 300 ? 'loses' : 'good'),
          { 600: [], 1300: ['NodePairLossy'] },
        ),
        1300,
        'NodePairLossy',
        ['{source_node="n1",target_node="n3",protocol="udp"}'],
      ),
      scene(
        'a pair down again and again is one ticket',
        three,
        (pair, at) => (oneWay(pair) && at >= 300 && (at - 300) % 90 < 40 ? 'fails' : 'good'),
        { 360: ['NodePairDown'], 425: ['NodePairDown'], 500: ['NodePairDown'] },
      ),
      scene(
        'a pair that fails for some seconds now and then is lossy, not down',
        three,
        (pair, at) => (oneWay(pair) && at >= 300 && at % 60 < 10 ? 'fails' : 'good'),
        { 345: [], 600: [], 1300: ['NodePairLossy'] },
      ),
      labelled(
        scene(
          'a prober that is not scraped',
          three,
          (pair, at) => (pair.source === 'n2' && at >= 300 ? 'gone' : 'good'),
          { 360: [], 900: ['NodePairsMissing'] },
        ),
        900,
        'NodePairsMissing',
        ['{node="n2"}'],
      ),
      labelled(
        scene(
          'of two nodes, one way over UDP',
          two,
          (pair, at) => (udp('n1', 'n2')(pair) && at >= 300 ? 'fails' : 'good'),
          {
            345: ['NodePairDown'],
          },
        ),
        345,
        'NodePairDown',
        ['{source_node="n1",target_node="n2",protocol="udp"}'],
      ),
      scene(
        'of two nodes, one way over everything: neither node is to blame',
        two,
        (pair, at) => (pair.source === 'n1' && pair.target === 'n2' && at >= 300 ? 'fails' : 'good'),
        { 500: ['NodePairDown'] },
      ),
      // count by alertname is 2 then, so the scene itself cannot be asked
      labelled(
        scene(
          'of two nodes, both ways over everything',
          two,
          (pair, at) => (pair.source !== pair.target && at >= 300 ? 'fails' : 'good'),
          { 345: [] },
        ),
        500,
        'NodeUnreachable',
        ['{node="n1"}', '{node="n2"}'],
      ),
      scene(
        'a node that is not ready is nobody’s second ticket, even while it is still probed',
        three,
        (pair, at) =>
          at < 300 ? 'good' : pair.source === 'n3' ? 'gone' : pair.target === 'n3' ? 'fails' : 'good',
        { 345: [], 500: [] },
        (node, at) => node === 'n3' && at >= 350,
      ),
      scene(
        'a node that was taken away is not cut off, though it is probed until its endpoints are gone',
        four,
        (pair, at) =>
          at < 300 || !touches('n4', pair) ? 'good' : pair.source === 'n4' || at >= 600 ? 'gone' : 'fails',
        { 345: [], 500: [], 590: [], 700: [] },
        (node, at) => node === 'n4' && at >= 290 && 'removed',
      ),
      scene(
        'nor is the first of its pairs to fail down',
        three,
        (pair, at) =>
          at < 300 || !touches('n3', pair) ? 'good' : oneWay(pair) && at < 600 ? 'fails' : 'gone',
        { 345: [], 500: [], 590: [] },
        (node, at) => node === 'n3' && at >= 290 && 'removed',
      ),
      scene(
        'where nobody says which nodes are ready, a pair is told',
        three,
        (pair, at) => (oneWay(pair) && at >= 300 ? 'fails' : 'good'),
        { 295: [], 345: ['NodePairDown'] },
        () => 'removed',
      ),
      scene(
        'where nobody says which nodes are ready, one that is cut off is told',
        four,
        (pair, at) =>
          touches('n3', pair) && between(at, 300, 900) && pair.source !== pair.target ? 'fails' : 'good',
        { 345: [], 450: ['NodeUnreachable'] },
        () => 'removed',
      ),
      scene(
        'what a node counted while it was cut off and not ready is not lossy when it is back',
        three,
        (pair, at) =>
          !touches('n3', pair) || pair.source === pair.target || !between(at, 300, 500)
            ? 'good'
            : pair.source === 'n3'
              ? 'unseen'
              : 'fails',
        { 550: [], 850: [], 1000: [], 1300: [] },
        (node, at) => node === 'n3' && between(at, 345, 505),
      ),
      scene(
        'one pair alone is not a node',
        two,
        (pair, at) =>
          pair.protocol === 'tcp' || pair.source === 'n2'
            ? 'gone'
            : pair.target === 'n2' && at >= 200
              ? 'fails'
              : 'good',
        { 190: [], 250: ['NodePairDown'] },
      ),
      scene(
        'a pair that was broken from its first probe on',
        three,
        (pair, at) => (oneWay(pair) ? (at < 300 ? 'gone' : 'fails') : 'good'),
        { 290: [], 420: ['NodePairDown'] },
      ),
      notProbed(
        scene(
          'a broken pair whose target is drained is nobody’s any more',
          three,
          (pair, at) => (oneWay(pair) && at >= 300 ? (at < 400 ? 'fails' : 'gone') : 'good'),
          { 395: ['NodePairDown'], 560: [] },
        ),
        405,
      ),
    ].map((test) => ({ ...test, interval: `${stepSeconds}s` }));
    // the pair that was n1's over everything is two alerts of one name
    const both = tests.find(({ name }) => name.startsWith('of two nodes, one way over everything'));
    if (both?.promql_expr_test)
      both.promql_expr_test[0]!.exp_samples = [{ labels: '{alertname="NodePairDown"}', value: 2 }];
    expect(await testRules(groups, tests)).toMatch(/SUCCESS/);
  },
  promtoolPatienceMs,
);

test(
  'a ticket says which pair, over what, and why',
  async () => {
    const fate = (each: Pair, at: number) => (udp('n1', 'n3')(each) && at >= 300 ? 'fails' : 'good');
    const { meaning, causes } = nodeCatalogue[0];
    const told: RuleTest = {
      ...scene('words', three, fate, {}),
      alert_rule_test: [
        {
          eval_time: '350s',
          alertname: 'NodePairDown',
          exp_alerts: [
            {
              exp_labels: {
                source_node: 'n1',
                source_zone: 'zn1',
                target_node: 'n3',
                target_zone: 'zn3',
                relation: 'other-zone',
                protocol: 'udp',
                severity: 'ticket',
                owner: 'platform',
              },
              exp_annotations: {
                summary: 'n1 → n3 over udp is down: 11 probes in 20s, none good',
                description: `${meaning} Failed in the last 2 min: 25 × loss, of this pair. Relation: other-zone (zone zn1 → zn3). Likely causes: ${causes.join('; ')}.`,
                runbook_url: `${model.runbookBase}#nodepairdown`,
              },
            },
          ],
        },
      ],
    };
    expect(await testRules(groups, [told])).toMatch(/SUCCESS/);
  },
  promtoolPatienceMs,
);

test('promtool finds nothing to say about the rules, at any rate and for one protocol', async () => {
  for (const prober of [
    { ...defaultNodeProber, ratePerSecond: 0.1, peers: 10 },
    { ...defaultNodeProber, protocols: ['tcp'] as const },
  ])
    expect(await checkRules(nodeGroups({ ...model, nodeProber: prober }))).toMatch(/SUCCESS/);
  expect(pairWindowSeconds(defaultNodeProber)).toBe(20);
  expect(pairWindowSeconds({ ...defaultNodeProber, ratePerSecond: 0.1 })).toBe(100);
});

test('without probers, or with the load switched off, there is no rule about nodes', () => {
  const without = defaultModel();
  delete (without as { nodeProber?: unknown }).nodeProber;
  expect(nodeGroups(without)).toEqual([]);
  expect(nodeGroups({ ...model, enabled: false })).toEqual([]);
});

test('every alert about nodes has a rule and is no page: one way between two nodes wakes nobody', () => {
  const alerts = groups.flatMap(({ rules }) => rules).filter(isAlert);
  expect(alerts.map(({ alert }) => alert).sort()).toEqual([...names].sort());
  expect(new Set(alerts.map(({ labels }) => labels['severity']))).toEqual(new Set(['ticket']));
});

test('what a node costs is bounded by its peers, however many nodes there are', () => {
  expect(pairsPerNode(defaultNodeProber)).toBe(8);
  expect(nodeRatePerSecond(defaultNodeProber)).toBe(4);
  expect(seriesPerNode(defaultNodeProber)).toBe(73);
});

describe('the prober in extension/nodeprobe', () => {
  const source = (file: string) => readFileSync(join(__dirname, '..', '..', 'extension', file), 'utf8');

  test('knows the reasons of each protocol that are listed here, and both errors', () => {
    const wire = Object.fromEntries(
      [...source('wire/wire.go').matchAll(/^\t(Reason\w+)\s+= "([\w-]+)"$/gm)].map(([, name, word]) => [
        name,
        word,
      ]),
    );
    const probes = source('nodeprobe/probes.go');
    for (const protocol of nodeProtocols) {
      const line = new RegExp(`^\\t"${protocol}": \\{(.+)\\},$`, 'm').exec(probes)?.[1] ?? '';
      const given = line.split(', ').map((name) => wire[name.replace('wire.', '')]);
      expect(given.sort()).toEqual(Object.keys(nodeReasons[protocol]).sort());
    }
    const errors = [...source('nodeprobe/verdict.go').matchAll(/^\treason\w+\s+= "(\w+)"$/gm)].map(
      ([, word]) => word,
    );
    expect(errors.sort()).toEqual([...nodeErrorReasons].sort());
  });

  test('has the same defaults', () => {
    const text = source('nodeprobe/config.go');
    const { peers, ratePerSecond, timeoutMs, latencyBoundMs, rotationMs } = defaultNodeProber;
    expect([timeoutMs, rotationMs]).toEqual([1000, 3_600_000]);
    expect(text).toContain(
      `Peers: ${peers}, Rate: ${ratePerSecond}, Protocols: Protocols, Timeout: time.Second`,
    );
    expect(text).toContain(`LatencyBound: ${latencyBoundMs} * time.Millisecond`);
    expect(text).toContain('Rotation: time.Hour');
  });

  test('shows the metrics that the rules read', () => {
    const shown = [...source('nodeprobe/metrics.go').matchAll(/Name: "(\w+)"/g)].map(([, name]) => name);
    expect(shown).toEqual(['node_probes_total', 'node_probe_duration_seconds_total', 'node_prober_targets']);
  });
});

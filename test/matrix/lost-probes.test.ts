import {
  attributed,
  besideStalls,
  closedWhileIdle,
  inWords,
  lostIn,
  type Loss,
  shutdownsOf,
} from '../e2e/support/lost-probes';

const loss = (path: string, atMs: number, count = 1, injector = 'a'): Loss => ({
  ...{ path, how: 'reset kept 1', injector, count, atMs },
});

test('a loss is laid at the last kill before it of a workload that its path goes through, and not for long', () => {
  const kills = [
    { atMs: 10_000, workload: 'echo' },
    { atMs: 20_000, workload: 'target' },
    { atMs: 30_000, workload: 'echo' },
  ];
  const losses = [
    loss('udp', 12_000, 2),
    loss('udp', 31_000),
    loss('service', 25_000, 3),
    // before any kill, too late, of a path that goes elsewhere
    loss('udp', 9_000, 4),
    loss('service', 40_001, 5),
    loss('dns', 21_000, 6),
  ];
  const { costs, unexplained } = attributed(losses, kills, 20_000);
  expect(costs.map(({ losses: own }) => lostIn(own))).toEqual([2, 3, 1]);
  expect(unexplained.map(({ count }) => count)).toEqual([4, 5, 6]);
  expect(inWords([...losses.slice(0, 3)])).toBe('udp: 3 reset kept 1, service: 3 reset kept 1');
  expect(inWords([])).toBe('none');
});

describe('a stall explains a loss', () => {
  const lost = loss('udp', 10_000);
  const late = [loss('service', 10_000, 2), loss('dns', 11_000)];

  it.each<[string, Loss[], Loss[], number]>([
    ['of the same injector and moment, beside three late ones of two paths', [lost], late, 1],
    ['but not beside two', [lost], [loss('service', 10_000), loss('dns', 10_000)], 0],
    ['nor beside many of one path', [lost], [loss('service', 10_000, 20)], 0],
    ['nor of another injector', [loss('udp', 10_000, 1, 'b')], late, 0],
    ['nor five seconds later', [loss('udp', 15_000)], late, 0],
    ['nor two with evidence for one', [loss('udp', 10_000, 2)], late, 0],
    ['nor where another path lost one too', [lost, loss('tcp', 11_000)], late, 0],
    ['each by its own evidence', [lost, loss('tcp', 60_000)], late, 1],
    ['none without any', [lost], [], 0],
  ])('%s', (_, losses, beside, explained) => {
    expect(besideStalls(losses, beside)).toHaveLength(explained);
  });
});

test('the lines of the reaper tell when servers close: only those of pods that it took gracefully', () => {
  const at = (second: number, text: string) => ({ timeMs: second * 1000, line: `msg="chaos: ${text}"` });
  const lines = [
    at(
      10,
      'removed continuous-load/target-64768b995-vkj6b (evict, continuous-load/target, uid a6); next in 13 s',
    ),
    at(12, 'continuous-load/target has recovered from evict of target-64768b995-vkj6b after 1991 ms'),
    at(
      30,
      'removed continuous-load/target-64768b995-aaaaa (kill, continuous-load/target, uid a7); next in 13 s',
    ),
    at(40, 'churned continuous-load/source (restart, continuous-load/source, uid a8); next in 28 s'),
    at(41, 'would remove continuous-load/echo-1-2 (evict, continuous-load/echo, uid a9); next in 13 s'),
    at(56, 'continuous-load/source has recovered from restart after 16013 ms'),
    at(60, 'drained continuous-load/echo-64768b995-bbbbb off lab-1 (continuous-load/echo, uid b1)'),
    at(
      70,
      'made continuous-load/chaos-services (services, continuous-load/chaos-services, uid b2); next in 3 s',
    ),
    at(90, 'continuous-load/echo has recovered from evict of echo-1-2 after 1991 ms'),
  ];
  expect(shutdownsOf(lines, 8_000)).toEqual([
    { workload: 'target', fromMs: 17_000, toMs: 25_000 },
    { workload: 'source', fromMs: 47_000, toMs: 69_000 },
    { workload: 'echo', fromMs: 67_000, toMs: 73_000 },
  ]);
});

describe('a server that closed a connection idle explains a loss', () => {
  const of = (workload: string) => ({ workload, fromMs: 10_000, toMs: 20_000 });
  const lost = (how: string, atMs = 15_000, path = 'service', count = 1): Loss => ({
    ...{ path, how, injector: 'a', count, atMs },
  });

  it.each<[string, Loss[], string[], number]>([
    ['at the first hop, as source ended', [lost('reset kept 1')], ['source'], 1],
    ['at the second, as target did', [lost('reset kept 2')], ['target'], 1],
    ['but not as another ended', [lost('reset kept 1')], ['target', 'echo'], 0],
    ['nor on a fresh connection', [lost('reset fresh 1')], ['source'], 0],
    ['nor for another reason', [lost('timeout kept 1')], ['source'], 0],
    ['nor before', [lost('reset kept 1', 9_999)], ['source'], 0],
    ['nor after', [lost('reset kept 1', 20_001)], ['source'], 0],
    ['nor two at once', [lost('reset kept 1', 15_000, 'service', 2)], ['source', 'source'], 0],
    ['nor a second by the same end', [lost('reset kept 1'), lost('reset kept 1')], ['source'], 1],
    ['nor of a path that is no HTTP', [lost('reset kept 1', 15_000, 'tcp')], ['echo'], 0],
    ['nor as a gateway ends', [lost('reset kept 2', 15_000, 'ingress')], ['gateway'], 0],
    ['nor in the mesh', [lost('reset kept 1', 15_000, 'mesh')], ['mesh-source'], 0],
  ])('%s', (_, losses, workloads, explained) => {
    expect(closedWhileIdle(losses, workloads.map(of))).toHaveLength(explained);
  });
});

import { attributed, besideStalls, inWords, lostIn, type Loss } from '../e2e/support/lost-probes';

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

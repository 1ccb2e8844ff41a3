import { attributed, inWords, lostIn, type Loss } from '../e2e/support/lost-probes';

const loss = (path: string, atMs: number, count = 1): Loss => ({ path, how: 'reset kept 1', count, atMs });

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

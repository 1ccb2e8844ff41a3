import {
  allPaths,
  cloudproberConfig,
  loopbackTargets,
  sharedPaths,
  sharedProbes,
} from '../../bench/loopback/probers';
import { pathNames } from '../../signals/paths';

const rateOf = (config: ReturnType<typeof allPaths>) =>
  config.paths.flatMap(({ probes }) => probes).reduce((sum, { periodUs }) => sum + 1_000_000 / periodUs, 0);

test('all paths are every path of the table, at the asked rate in all', () => {
  const config = allPaths(1_000);
  expect(config.paths.map(({ path }) => path)).toEqual([...pathNames]);
  expect(rateOf(config)).toBeCloseTo(1_000, -1);
  for (const { vus, stream } of config.paths.flatMap(({ probes }) => probes))
    if (stream) expect(vus).toBe(1);
    else expect(vus).toBeGreaterThanOrEqual(2);
});

test('every address is one of the loopback', () => {
  for (const address of Object.values(loopbackTargets())) expect(address).not.toContain('undefined');
  expect(loopbackTargets().gatewayInside).toMatch(/target.*:9899/);
});

test('the shared probes are those of cloudprober, kind by kind, at the same rate', () => {
  const ours = sharedPaths(50);
  expect(ours.paths.flatMap(({ probes }) => probes.map(({ name }) => name)).sort()).toEqual(
    [...sharedProbes].sort(),
  );
  expect(rateOf(ours)).toBeCloseTo(50 * sharedProbes.length);
  const theirs = cloudproberConfig(50);
  expect([...theirs.matchAll(/^ {2}name: "([\w-]+)"$/gm)].map((match) => match[1])).toEqual([
    ...sharedProbes,
  ]);
  expect(theirs.match(/requests_per_probe: 100 requests_interval_msec: 8 /g)).toHaveLength(4);
  // 10 names in rounds of 200 ms, and one datagram every 20 ms
  expect(theirs).toMatch(/type: TCP\n {2}interval_msec: 200\n/);
  expect(theirs).toMatch(/type: UDP\n {2}interval_msec: 20\n/);
});

test.each([10, 50, 100, 200])('at %i/s cloudprober has time for all requests of a round', (rate) => {
  for (const block of cloudproberConfig(rate)
    .split(/^probe /m)
    .slice(1)) {
    const number = (key: string) => Number(new RegExp(`${key}: (\\d+)`).exec(block)?.[1] ?? 0);
    const spread = number('requests_per_probe') * number('requests_interval_msec');
    if (block.includes('type: UDP')) continue;
    expect(spread + number('timeout_msec')).toBeLessThanOrEqual(number('interval_msec'));
    expect(spread).toBeLessThan(number('timeout_msec'));
  }
});

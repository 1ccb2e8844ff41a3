import { designEffect, incompleteBeta, supportedShare } from '../../../commands/slo/suggest/confidence';
import { longestOf, roundBoundMs } from '../../../commands/slo/suggest/latency';
import { growths, type Measured } from '../../../commands/slo/suggest/measured';
import { configChange } from '../../../commands/slo/suggest/snippet';
import { formatDays, renderSuggestions } from '../../../commands/slo/suggest/suggest-text';
import { suggest, type Caution } from '../../../commands/slo/suggest/suggestion';
import { readSettings } from '../../../settings';
import { programConfig } from '../../../commands/stack/stack-config';

describe('the share that counts support', () => {
  test.each([
    // tables of Clopper and Pearson, two-sided 90 %, have these
    [100, 0, 0.970487],
    [100, 1, 0.953445],
    [20, 5, 1 - 0.455582],
    [10, 10, 0],
  ])('of %d probes with %d failed is known', (total, bad, share) => {
    expect(supportedShare({ total, bad }, 0.95)).toBeCloseTo(share, 4);
  });

  test('of very many probes is that of Poisson’s distribution', () => {
    // chi-squared of 22 degrees of freedom at 95 %, halved: 16.9622
    expect((1 - supportedShare({ total: 1e7, bad: 10 }, 0.95)) * 1e7).toBeCloseTo(16.962, 2);
    expect((1 - supportedShare({ total: 1e7, bad: 0 }, 0.95)) * 1e7).toBeCloseTo(-Math.log(0.05), 3);
  });

  test('is nothing without a probe, and grows with probes and falls with confidence', () => {
    expect(supportedShare({ total: 0, bad: 0 }, 0.95)).toBe(0);
    const of = (total: number, confidence: number) =>
      supportedShare({ total, bad: total / 1000 }, confidence);
    expect(of(100_000, 0.95)).toBeGreaterThan(of(10_000, 0.95));
    expect(of(10_000, 0.99)).toBeLessThan(of(10_000, 0.95));
    expect(of(1_000_000, 0.95)).toBeLessThan(0.999);
  });

  test('stands on an incomplete beta function that has its known values', () => {
    expect(incompleteBeta(0.3, 1, 7)).toBeCloseTo(1 - 0.7 ** 7, 12);
    expect(incompleteBeta(0.5, 1234.5, 1234.5)).toBeCloseTo(0.5, 9);
    expect(incompleteBeta(0.9, 7, 1)).toBeCloseTo(0.9 ** 7, 12);
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
  });
});

describe('failures that come together', () => {
  const blocks = (...bads: number[]) => bads.map((bad) => ({ total: 1000, bad }));

  test('say less than as many that come alone', () => {
    const spread = designEffect(blocks(...Array.from({ length: 100 }, () => 2)));
    const burst = designEffect(blocks(200, ...Array.from({ length: 99 }, () => 0)));
    expect(spread).toBe(1);
    // all failures in one of a hundred blocks
    expect(burst).toBeGreaterThan(150);
    expect(burst).toBeLessThan(210);
  });

  test('cannot be told of one block, or of none that failed', () => {
    expect(designEffect(blocks(5))).toBe(1);
    expect(designEffect(blocks(0, 0))).toBe(1);
    expect(designEffect([])).toBe(1);
  });
});

test('counters grow from zero where they are new, and not where only the knowledge of them begins', () => {
  const series = (...values: [number, string][]) => ({ metric: {}, values });
  expect([...growths([series([300, '1000'], [600, '1100'], [900, '50']), series([900, '7'])])]).toEqual([
    [600_000, 100],
    [900_000, 57],
  ]);
  expect([...growths([])]).toEqual([]);
});

test('a bound is the edge of the bucket in which the quantile lies, rounded up', () => {
  const buckets = [
    { lower: 1, upper: 2, count: 90 },
    { lower: 2, upper: 2.18, count: 9 },
    { lower: 8, upper: 8.7, count: 1 },
  ];
  expect([0.5, 0.9, 0.99, 1].map((share) => longestOf(buckets, share))).toEqual([2, 2, 2.18, 8.7]);
  expect(longestOf([], 0.5)).toBeUndefined();
  expect([2.18, 8.7, 100, 60_001].map(roundBoundMs)).toEqual([3, 10, 100, undefined]);
});

const text =
  'config:\n  continuous-load:cluster: { kind: lab, name: lab, nodes: 2 }\n  continuous-load:paths:\n    dns: { enabled: false }\n';
const { model } = readSettings('lab', programConfig(text, 'Pulumi.lab.yaml'));
const service = model.paths.find(({ name }) => name === 'service')!;
const dayMs = 86_400_000;
const week: Caution = { confidence: 0.95, atLeastMs: 7 * dayMs };

/** Eight days at 4/s, in hours; the failed probes in the first of them. */
function measured(
  changes: Partial<Measured> & { failed?: readonly number[]; hours?: number } = {},
): Measured {
  const { failed = [], hours = 8 * 24, ...rest } = changes;
  const availabilityBlocks = Array.from({ length: hours }, (_, i) => ({
    total: 14_400,
    bad: failed[i] ?? 0,
  }));
  const latencyBlocks = availabilityBlocks.map(() => ({ total: 14_400, bad: 20 }));
  const sum = (blocks: { total: number; bad: number }[]) => ({
    total: blocks.reduce((all, { total }) => all + total, 0),
    bad: blocks.reduce((all, { bad }) => all + bad, 0),
  });
  return {
    path: 'service',
    knownMs: hours * 3_600_000,
    sinceMs: hours * 3_600_000,
    availability: sum(availabilityBlocks),
    latency: sum(latencyBlocks),
    availabilityBlocks,
    latencyBlocks,
    durations: [
      { lower: 1, upper: 4, count: 900_000 },
      { lower: 4, upper: 11, count: 98_000 },
      { lower: 200, upper: 210, count: 2000 },
    ],
    ...rest,
  };
}

describe('a suggestion', () => {
  test('is the highest rung that is kept, with the bound that half of the budget leaves', () => {
    const found = suggest(model, service, measured(), week);
    expect(found.suggested).toEqual({ availabilityPercent: 99.99, latencyPercent: 99, latencyBoundMs: 12 });
    expect(found.missingMs).toBe(0);
    expect(found.leastRatePerSecond).toBeCloseTo(1.93, 2);
    expect(found.coverage).toBe(1);
  });

  test('is lower where an outage says that less is kept', () => {
    // twenty minutes of total outage in eight days
    const found = suggest(model, service, measured({ failed: [4800] }), week);
    expect(found.availability.share).toBeCloseTo(0.99826, 5);
    expect(found.suggested?.availabilityPercent).toBe(99);
    expect(found.remarks).toEqual(['the present 99.9 % is not kept: see what fails first']);
    // as many failures that come alone say more, and 99.9 % is kept
    const spread = suggest(model, service, measured({ failed: Array.from({ length: 192 }, () => 12) }), week);
    expect(spread.suggested?.availabilityPercent).toBe(99.9);
    // ten minutes leave it open whether 99.9 % is kept
    const open = suggest(model, service, measured({ failed: [2400] }), week);
    expect(open.suggested).toBeNull();
    expect(open.missingMs).toBeGreaterThan(30 * dayMs);
  });

  test('is none from too little, and says how much more is needed', () => {
    const short = suggest(model, service, measured({ hours: 24 }), week);
    expect([short.suggested, short.missingMs]).toEqual([null, 6 * dayMs]);
    const never = suggest(model, service, measured({ hours: 0, durations: [] }), week);
    expect([never.suggested, never.missingMs, never.coverage]).toEqual([null, 7 * dayMs, 0]);
    // half an hour of probes without a failure does not tell 99.9 from less; it does not tell that it is not kept either
    const few = suggest(model, service, measured({ hours: 0, durations: [] }), {
      ...week,
      atLeastMs: 60_000,
    });
    expect(few.missingMs).toBeGreaterThan(12 * 60_000);
    const block = { total: 2000, bad: 0 };
    const some = { ...measured(), availability: block, availabilityBlocks: [block] };
    const found = suggest(model, service, some, week);
    // 2995 probes in all
    expect([found.suggested, Math.round(found.missingMs / 1000)]).toEqual([null, 249]);
  });

  test('keeps what cannot be told better, and says why', () => {
    const found = suggest(
      model,
      service,
      measured({ durations: [{ lower: 1, upper: 2, count: 100 }] }),
      week,
    );
    expect(found.suggested?.latencyBoundMs).toBe(25);
    expect(found.remarks).toEqual(['too few durations are known for another bound than 25 ms']);
    const slow = suggest(
      model,
      service,
      measured({ durations: [{ lower: 1, upper: 2100, count: 100_000 }] }),
      week,
    );
    expect(slow.suggested?.latencyBoundMs).toBe(25);
    expect(slow.remarks.join()).toMatch(/do not come well within the timeout of 2000 ms/);
  });

  test('never asks for what could not alert at the rate', () => {
    const rare = { ...service, ratePerSecond: 0.5 };
    const found = suggest({ ...model, paths: [rare] }, rare, measured(), week);
    expect(found.suggested?.availabilityPercent).toBe(99.95);
    expect(found.remarks).toEqual(['99.99 % is kept too, and needs a rate of 1.93/s; it has 0.5/s']);
  });
});

describe('the config for it', () => {
  const suggestion = suggest(model, service, measured(), week);
  const change = configChange(model, [suggestion], text, 'Pulumi.lab.yaml');

  test('is the whole section with what changes, and right', () => {
    expect(change.assignments).toEqual([
      'paths.service.availability=99.99',
      'paths.service.latency.bound=12ms',
    ]);
    expect(change.snippet).toBe(
      [
        'config:',
        '  continuous-load:paths:',
        '    dns:',
        '      enabled: false',
        '    service:',
        '      availability: 99.99',
        '      latency:',
        '        bound: 12ms',
      ].join('\n'),
    );
    const { model: after } = readSettings('lab', programConfig(change.config, 'Pulumi.lab.yaml'));
    expect(after.paths.find(({ name }) => name === 'service')).toMatchObject(suggestion.suggested!);
    expect(
      readSettings('lab', programConfig(`${change.snippet}\n  continuous-load:cluster: { kind: lab }`, 'f')),
    ).toBeDefined();
  });

  test('is nothing where nothing changes', () => {
    const same = { ...suggestion, suggested: suggestion.present };
    expect(configChange(model, [same], text, 'f')).toEqual({ assignments: [], snippet: '', config: text });
  });

  test('is told with all figures, and with what is missing', () => {
    const short = suggest(model, service, measured({ hours: 24 }), week);
    const told = renderSuggestions('lab', [suggestion, { ...short, path: 'udp' }], change, week);
    expect(told).toMatch(/service │ +8d, 100 % │ 2764800 │ +0 │ +100 % │ +99\.999 % │ 99\.9 % → 99\.99 %/);
    expect(told).toMatch(/25 ms → 12 ms/);
    expect(told).toContain('udp: 6d more must be measured before anything is suggested.');
    expect(told).toContain('availability: 99.99');
  });
});

test('long times are told in days', () => {
  expect([30_000, 3_600_000 * 26, dayMs * 7, dayMs * 7 + 1].map(formatDays)).toEqual([
    '30 s',
    '26h',
    '7d',
    '7d 1h',
  ]);
});

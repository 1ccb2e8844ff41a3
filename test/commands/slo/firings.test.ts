import { type AlertTiming, type Firing, firings } from '../../../commands/slo/backtest/firings';
import { told } from '../../../commands/slo/backtest/told';
import { detection, troubles } from '../../../commands/slo/backtest/troubles';
import { recordingCheck } from '../../../commands/slo/backtest/recording-check';
import { defaultModel } from '../../../signals/model';

const second = 1000;
/** Moments every 5 s, `count` of them from 0. */
const every5 = (count: number) => Array.from({ length: count }, (_, i) => i * 5 * second);
const rule = (changes: Partial<AlertTiming> = {}): AlertTiming => ({
  alert: 'A',
  labels: { severity: 'page' },
  forMs: 0,
  keepFiringForMs: 0,
  ...changes,
});
const at = (...seconds: number[]) => [
  { metric: { __name__: 'x', path: 'p' }, at: seconds.map((s) => s * second) },
];
const spans = (found: Firing[]) => found.map(({ fromMs, toMs }) => [fromMs / second, toMs / second]);

describe('when an alert fires', () => {
  test('at once without `for`, and until the first evaluation without a result', () => {
    const found = firings(rule(), at(10, 15, 30), every5(10));
    expect(found).toEqual([
      expect.objectContaining({
        labels: { path: 'p', severity: 'page' },
        fromMs: 10_000,
        toMs: 20_000,
        began: 'known',
        ended: 'known',
      }),
      expect.objectContaining({ fromMs: 30_000, toMs: 35_000 }),
    ]);
  });

  test('with `for` once it is pending so long; a gap begins anew', () => {
    expect(spans(firings(rule({ forMs: 10_000 }), at(5, 10, 20, 25, 30, 35), every5(10)))).toEqual([
      [30, 40],
    ]);
    expect(firings(rule({ forMs: 10_000 }), at(5, 10), every5(10))).toEqual([]);
  });

  test('with `keep_firing_for` so long after the first evaluation without a result, and as one where it comes back before', () => {
    const keep = rule({ keepFiringForMs: 20_000 });
    expect(spans(firings(keep, at(10), every5(20)))).toEqual([[10, 35]]);
    expect(spans(firings(keep, at(10, 25), every5(20)))).toEqual([[10, 50]]);
    expect(spans(firings(keep, at(10, 40), every5(20)))).toEqual([
      [10, 35],
      [40, 65],
    ]);
  });

  test('a pending one is kept by nothing', () => {
    expect(firings(rule({ forMs: 10_000, keepFiringForMs: 60_000 }), at(10, 15), every5(20))).toEqual([]);
  });

  test('is not known where evaluations begin, end or break off in it', () => {
    expect(firings(rule(), at(0, 5), every5(10))[0]).toMatchObject({ began: 'earlier', ended: 'known' });
    expect(firings(rule(), at(40, 45), every5(10))[0]).toMatchObject({
      began: 'known',
      ended: 'later',
      toMs: 45_000,
    });
    const broken = [0, 5, 10, 400, 405].map((s) => s * second);
    expect(firings(rule(), at(5, 10, 400), broken)).toEqual([
      expect.objectContaining({ fromMs: 5_000, toMs: 10_000, ended: 'later' }),
      expect.objectContaining({ fromMs: 400_000, toMs: 405_000, began: 'earlier', ended: 'known' }),
    ]);
    // some evaluations that were left out are no restart
    expect(
      spans(
        firings(
          rule(),
          at(5, 60),
          [0, 5, 60, 65].map((s) => s * second),
        ),
      ),
    ).toEqual([[5, 65]]);
  });

  test('results at other moments than evaluations do not count, and each label set is one alert', () => {
    const series = [
      { metric: { path: 'p', instance: 'a' }, at: [5_000] },
      { metric: { path: 'p', instance: 'b' }, at: [7_000] },
    ];
    expect(firings(rule(), series, every5(5)).map(({ labels }) => labels['instance'])).toEqual(['a']);
  });
});

const model = defaultModel();
const fired = (alert: string, path: string, from: number, to: number, severity = 'page'): Firing => ({
  alert,
  labels: { path, severity },
  fromMs: from * second,
  toMs: to * second,
  began: 'known',
  ended: 'known',
});

describe('who is told', () => {
  const of = (all: Firing[]) =>
    told(model, all).map(({ alert, toldMs, mutedBy, notified }) => [
      alert,
      toldMs === undefined ? null : toldMs / second,
      mutedBy,
      notified,
    ]);

  test('at once, unless another alert mutes it all the time', () => {
    expect(of([fired('PathDown', 'service', 10, 60), fired('SloFastBurn', 'service', 30, 90)])).toEqual([
      ['PathDown', 10, undefined, true],
      ['SloFastBurn', 60, 'PathDown on service', true],
    ]);
    expect(
      of([fired('PathRecentlyDown', 'service', 10, 400, 'none'), fired('SloFastBurn', 'service', 30, 90)]),
    ).toEqual([
      ['PathRecentlyDown', 10, undefined, true],
      ['SloFastBurn', null, 'PathRecentlyDown on service', false],
    ]);
  });

  test('of a path that another one leads after a wait, in which that one mutes it', () => {
    expect(
      of([fired('SharedCauseDown', 'service', 14, 200, 'none'), fired('PathDown', 'grpc', 10, 60)]),
    ).toEqual([
      ['PathDown', null, 'SharedCauseDown on service', false],
      ['SharedCauseDown', 14, undefined, true],
    ]);
    expect(of([fired('PathDown', 'grpc', 10, 60)])).toEqual([['PathDown', 20, undefined, true]]);
  });

  test('of all missing paths by one notification', () => {
    const found = told(model, [
      fired('ProbesMissing', 'service', 10, 60),
      fired('ProbesMissing', 'dns', 12, 60),
    ]);
    expect(found.map(({ notified }) => notified)).toEqual([true, false]);
  });
});

describe('troubles', () => {
  const steps = (path: string, ends: number[], count: number) => ({
    metric: { path },
    at: ends.map((end) => end * second),
    count: ends.map(() => count),
  });

  test('are failures that lie together, of five probes or more', () => {
    const found = troubles([steps('service', [10, 15, 100, 300], 3), steps('dns', [50], 4)], 5);
    expect(found.troubles).toEqual([{ path: 'service', fromMs: 5_000, toMs: 100_000, failed: 9 }]);
    expect(found.single).toBe(7);
  });

  test('are told by the first alert on the path, or by what spoke for it', () => {
    const trouble = { path: 'grpc', fromMs: 5_000, toMs: 60_000, failed: 100 };
    const own = told(model, [fired('SloFastBurn', 'grpc', 50, 90), fired('PathDown', 'api-server', 8, 60)]);
    expect(detection(trouble, own)).toEqual({ by: 'SloFastBurn', severity: 'page', afterMs: 45_000 });
    const led = told(model, [
      fired('SharedCauseDown', 'service', 14, 200, 'none'),
      fired('PathDown', 'grpc', 10, 60),
    ]);
    expect(detection(trouble, led)).toEqual({
      by: 'SharedCauseDown on service',
      severity: 'muted',
      afterMs: 5_000,
    });
    expect(detection(trouble, told(model, [fired('PathDown', 'grpc', 600, 700)]))).toBeUndefined();
  });
});

test('a replay is put beside what was recorded', () => {
  const replayed = [fired('PathDown', 'service', 10, 60), fired('PathDown', 'dns', 10, 60)];
  const recorded = [fired('PathDown', 'service', 15, 62), fired('PathDown', 'service', 300, 310)];
  expect(recordingCheck(replayed, recorded)).toEqual({
    replayed: 2,
    recorded: 2,
    inBoth: 1,
    worstBeginMs: 5_000,
    worstEndMs: 2_000,
  });
});

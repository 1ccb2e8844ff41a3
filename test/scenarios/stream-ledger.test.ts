import fc from 'fast-check';
import { Schedule, type Settled, StreamLedger } from '../../scenarios/stream-ledger';

const timeoutMs = 1000;
const meter = (lagMs = 0) => ({ stop: () => lagMs });
const isOurs = (nonce: string) => nonce.startsWith('run-');
const add = (ledger: StreamLedger, number: number, atMs: number) => ledger.add(number, `run-${number}`, atMs);

test('a schedule does not drift, and gives every number once however late it is asked', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1000, noNaN: true }),
      fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 1 }),
      (periodMs, steps) => {
        const schedule = new Schedule(100, periodMs);
        let now = 0;
        const taken = steps.flatMap((step) => schedule.take((now += step)));
        expect(taken.map(({ number }) => number)).toEqual(taken.map((_, index) => index));
        for (const { number, dueMs } of taken) expect(dueMs).toBeCloseTo(100 + number * periodMs, 6);
        expect(schedule.nextMs).toBeGreaterThan(now);
      },
    ),
  );
});

test('an answer ends its message, with the lag of its wait', () => {
  const ledger = new StreamLedger(timeoutMs);
  add(ledger, 0, 10);
  ledger.sent(0, 1, 12, meter(7));
  expect(ledger.answer(1, 0, 'run-0', isOurs, 15)).toEqual({
    number: 0,
    reason: '',
    durationMs: 5,
    lagMs: 7,
  });
  expect(ledger.answer(1, 0, 'run-0', isOurs, 16)).toBeUndefined();
});

test('where the process is watched, a message has the lag of its whole time, on a stream or without one', () => {
  const ledger = new StreamLedger(timeoutMs);
  ledger.add(0, 'run-0', 0, meter(700));
  ledger.add(1, 'run-1', 0, meter(600));
  ledger.sent(1, 1, 900);
  expect(ledger.expire('lag', 1000).settled).toEqual([
    { number: 0, reason: 'lag', durationMs: 1000, lagMs: 700 },
    { number: 1, reason: 'lag', durationMs: 1000, lagMs: 600 },
  ]);
});

test('what waited for a stream is judged by its whole time', () => {
  const ledger = new StreamLedger(timeoutMs);
  add(ledger, 0, 0);
  expect(ledger.waiting().map(({ number }) => number)).toEqual([0]);
  ledger.sent(0, 2, 300, meter());
  expect(ledger.waiting()).toEqual([]);
  expect(ledger.answer(2, 0, 'run-0', isOurs, 305)).toMatchObject({ reason: '', durationMs: 305 });
});

test('the end of a stream ends what is under way on it and nothing else', () => {
  const ledger = new StreamLedger(timeoutMs);
  for (const number of [0, 1, 2]) add(ledger, number, number);
  ledger.sent(0, 1, 0, meter());
  ledger.sent(1, 2, 1, meter());
  expect(ledger.end(1, 'reset', 5)).toEqual([{ number: 0, reason: 'reset', durationMs: 5, lagMs: 0 }]);
  expect(ledger.giveUp('connect', 6).map(({ number }) => number)).toEqual([2]);
  expect(ledger.underWay(2)).toBe(1);
});

test('a wrong text fails its message, an answer to nothing the oldest, a late answer none', () => {
  const ledger = new StreamLedger(timeoutMs);
  for (const number of [5, 6]) {
    add(ledger, number, 0);
    ledger.sent(number, 1, 0, meter());
  }
  expect(ledger.answer(1, 2, 'run-2', isOurs, 1)).toBeUndefined();
  expect(ledger.answer(1, 6, 'else', isOurs, 1)).toMatchObject({ number: 6, reason: 'body' });
  expect(ledger.answer(1, -1, '?', isOurs, 1)).toMatchObject({ number: 5, reason: 'body' });
  expect(ledger.answer(1, -1, '?', isOurs, 1)).toBeUndefined();
});

test('out of time: silence under way, no stream before; only a stream that said nothing for a whole timeout is silent', () => {
  const ledger = new StreamLedger(timeoutMs);
  add(ledger, 0, 0);
  ledger.sent(0, 1, 0, meter());
  add(ledger, 1, 0);
  add(ledger, 2, 0);
  ledger.sent(2, 2, 900, meter());
  expect(ledger.nextExpiryMs).toBe(1000);
  const { settled, silent } = ledger.expire('dns', 1000);
  expect(settled.map(({ number, reason }) => [number, reason])).toEqual([
    [0, 'silence'],
    [1, 'dns'],
    [2, 'dns'],
  ]);
  expect([...silent]).toEqual([1]);
  for (const number of [3, 4]) {
    add(ledger, number, 2000);
    ledger.sent(number, 3, 2000, meter());
  }
  ledger.answer(3, 4, 'run-4', isOurs, 2001);
  expect(ledger.expire('connect', 3000)).toMatchObject({
    settled: [{ number: 3, reason: 'silence' }],
    silent: new Set(),
  });
});

test('what waits although there is a stream is late by the injector itself', () => {
  const ledger = new StreamLedger(timeoutMs);
  for (const number of [0, 1]) add(ledger, number, 100);
  // open before it was due, and open when half of its wait was over
  ledger.sent(0, 1, 800, meter(), 50);
  ledger.sent(1, 1, 800, meter(), 450);
  expect(ledger.expire('connect', 1100).settled).toEqual([
    { number: 0, reason: 'silence', durationMs: 1000, lagMs: 700 },
    { number: 1, reason: 'silence', durationMs: 1000, lagMs: 350 },
  ]);
});

test('whatever happens, each message ends exactly once', () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant('add' as const) }),
    fc.record({ kind: fc.constant('send' as const), stream: fc.integer({ min: 0, max: 3 }) }),
    fc.record({
      kind: fc.constant('answer' as const),
      number: fc.integer({ min: -1, max: 30 }),
      right: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('end' as const), stream: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ kind: fc.constant('wait' as const), forMs: fc.integer({ min: 1, max: 1500 }) }),
    fc.record({ kind: fc.constant('giveUp' as const) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      const ledger = new StreamLedger(timeoutMs);
      const settled: Settled[] = [];
      const take = (one: Settled | undefined) => one && settled.push(one);
      let now = 0;
      let added = 0;
      for (const each of events) {
        if (each.kind === 'add') add(ledger, added++, now);
        if (each.kind === 'send')
          for (const { number } of ledger.waiting()) ledger.sent(number, each.stream, now, meter());
        if (each.kind === 'answer')
          for (const stream of [0, 1, 2, 3])
            take(ledger.answer(stream, each.number, each.right ? `run-${each.number}` : 'else', isOurs, now));
        if (each.kind === 'end') settled.push(...ledger.end(each.stream, 'closed', now));
        if (each.kind === 'giveUp') settled.push(...ledger.giveUp('connect', now));
        if (each.kind === 'wait') {
          now += each.forMs;
          settled.push(...ledger.expire('connect', now).settled);
        }
      }
      settled.push(...ledger.expire('connect', now + timeoutMs).settled);
      expect(settled.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
        Array.from({ length: added }, (_, index) => index),
      );
      expect(ledger.size).toBe(0);
    }),
  );
});

import { contradictions, type CountedProbes } from '../e2e/support/log-comparison';
import type { SeenProbes } from '../e2e/support/request-ids';

const seen = (some: Partial<SeenProbes> = {}): SeenProbes => ({
  ...{ arrived: 100, answered: 90, holes: 0, users: 0 },
  ...some,
});
const counted = (some: Partial<CountedProbes> = {}): CountedProbes => ({
  ...{ good: 90, failed: 10, failedAtFirstHop: 0, timedOut: 0, error: 0 },
  ...some,
});

test('what was counted once and rightly is no contradiction', () => {
  expect(contradictions(seen(), counted(), 0)).toEqual([]);
  expect(contradictions(seen({ arrived: 97, holes: 3 }), counted(), 0)).toEqual([]);
});

test.each<[string, Partial<SeenProbes>, Partial<CountedProbes>]>([
  ['one that nobody counted', {}, { failed: 9 }],
  ['one counted twice', {}, { failed: 11 }],
  ['a good one counted twice', {}, { good: 91 }],
  ['a good one counted as failed', {}, { good: 89, failed: 11 }],
  ['a failed one counted as good', {}, { good: 91, failed: 9 }],
])('%s is', (_, ofServers, ofInjector) => {
  expect(contradictions(seen(ofServers), counted(ofInjector), 0)).not.toEqual([]);
});

test('what was under way at the end may be missing, answered or not', () => {
  expect(contradictions(seen({ arrived: 102, answered: 91 }), counted(), 2)).toEqual([]);
  expect(contradictions(seen({ arrived: 103 }), counted(), 2)).not.toEqual([]);
});

test('what its injector gave up late, or could not send to source, may never have arrived', () => {
  expect(contradictions(seen(), counted({ error: 1 }), 0)).toEqual([]);
  expect(contradictions(seen(), counted({ failed: 11, failedAtFirstHop: 1 }), 0)).toEqual([]);
  expect(contradictions(seen(), counted({ error: 2, failed: 9 }), 0)).toEqual([]);
});

test('what was given up may have been answered later', () => {
  expect(contradictions(seen({ answered: 91 }), counted({ failed: 10, timedOut: 1 }), 0)).toEqual([]);
  expect(contradictions(seen({ answered: 91 }), counted({ failed: 9, error: 1 }), 0)).toEqual([]);
});

test('the first or last direct one of a virtual user may be unseen', () => {
  expect(contradictions(seen({ users: 1 }), counted({ failed: 11 }), 0)).toEqual([]);
  expect(contradictions(seen({ users: 1 }), counted({ failed: 12 }), 0)).not.toEqual([]);
});

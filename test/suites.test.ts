import { isTimeFor, type Suite, suites } from './e2e/suites';

const onLab = suites.filter(({ needs, onlyByName }) => needs !== 'nothing' && onlyByName !== true);
const total = (some: readonly Suite[]) => some.reduce((sum, { minutes = 0 }) => sum + minutes, 0);

/** Names of those that a run comes to which has so many minutes, at a pace. */
function ran(minutes: number, pace: number): string[] {
  let left = minutes;
  return onLab.flatMap((suite, index) => {
    if (!isTimeFor(suite, onLab.slice(index + 1), left, pace)) return [];
    left -= (suite.minutes ?? 0) * pace;
    return [suite.name];
  });
}

test('every suite that runs unasked on a lab says how long it takes', () => {
  expect(onLab.filter(({ minutes }) => minutes === undefined).map(({ name }) => name)).toEqual([]);
});

test('all run where there is time', () => {
  expect(ran(total(onLab), 1)).toEqual(onLab.map(({ name }) => name));
  expect(ran(total(onLab) * 2, 2)).toEqual(onLab.map(({ name }) => name));
});

test('where it is short the last are left out, but for those that always run, which are in time', () => {
  const names = ran(50, 1);
  expect(names).toEqual(expect.arrayContaining(['first-up', 'faults', 'matrix', 'nodes', 'calm', 'down']));
  expect(names.length).toBeLessThan(onLab.length);
  expect(total(onLab.filter(({ name }) => names.includes(name)))).toBeLessThanOrEqual(50);
});

test('an hour of which a quarter went by compiling has room for faults and for chaos', () => {
  expect(ran(60 - 15 - 5, 1)).toEqual(
    expect.arrayContaining(['first-up', 'chaos/brief', 'faults', 'matrix', 'calm']),
  );
});

test('where compiling took far longer, faults come before chaos', () => {
  const names = ran(60 - 28 - 5, 1);
  expect(names).toEqual(expect.arrayContaining(['first-up', 'faults', 'matrix', 'calm']));
  expect(names).not.toContain('chaos/brief');
});

test('a slow machine comes to fewer, and one without any time to those that always run', () => {
  expect(ran(50, 1.5).length).toBeLessThan(ran(50, 1).length);
  expect(ran(0, 1)).toEqual(onLab.filter(({ always }) => always === true).map(({ name }) => name));
});

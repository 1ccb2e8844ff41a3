import fc from 'fast-check';
import { WrongConfig } from '../../settings/wrong-config';
import { fullKey, shownValue, type Problem } from '../../settings/problem';
import { keysOf, mutantOf, mutated, overlap, rightConfigs, type Mutant, type Mutation } from './mutants';
import { read, type Sections } from './reading';

/** The same mutants on every machine. */
const seed = 20_261_121;

const kinds = Object.keys(rightConfigs);
const refused = new Map<Mutation, number>();
const fieldsRefused = new Set<string>();

function problemsOf(sections: Sections): readonly Problem[] {
  try {
    read(sections, 'mutant');
  } catch (error) {
    if (error instanceof WrongConfig) return error.problems;
    throw error;
  }
  return [];
}

/** A value as the program gets it: right under the namespace Pulumi has text, or JSON. */
function arrived({ path, value }: Mutant): unknown {
  return path.length > 1 || (typeof value === 'object' && value !== null) ? value : String(value);
}

/** Each mutant is told once, by its key, with its value, what is allowed and how to mend it; and nothing else is. */
function expectRefusal(kind: string, mutants: readonly Mutant[]): void {
  const problems = problemsOf(mutated(rightConfigs[kind] ?? {}, mutants));
  expect(problems.map(({ field }) => field).sort()).toEqual(mutants.map(({ field }) => field).sort());
  for (const one of mutants) {
    const { field, mutation, entry } = one;
    const problem = problems.find((found) => found.field === field);
    if (!problem) throw new Error(`nothing is said of ${field}`);
    expect(fullKey(problem)).toBe(`continuous-load:${field}`);
    const said = shownValue(problem);
    if (mutation === 'unknown key') expect(said).toBe('is an unknown key');
    else if (entry.facts?.hidden) expect(said).toBe('is not shown, it may hold a secret');
    else if (problem.hidden) expect(typeof arrived(one)).toBe('string');
    else expect(said).toBe(`is ${JSON.stringify(arrived(one))}`);
    const isField = entry.form === 'field' || field.endsWith(']');
    if (isField && entry.facts && mutation !== 'unknown key')
      expect(problem.allowed).toBe(entry.facts.allowed);
    expect(problem.allowed).toMatch(/\S{2}/);
    expect(problem.mend).toMatch(/\S{2}/);
    refused.set(mutation, (refused.get(mutation) ?? 0) + 1);
    fieldsRefused.add(field);
  }
}

test.each(kinds)('a right config of kind %s is right', (kind) => {
  expect(problemsOf(rightConfigs[kind] ?? {})).toEqual([]);
});

describe.each(kinds)('a right config of kind %s', (kind) => {
  test('is refused with any of its keys made wrong', () => {
    const keys = keysOf(kind);
    const mutant = fc.nat({ max: keys.length - 1 }).chain((index) => mutantOf(keys[index]!));
    fc.assert(
      fc.property(mutant, (one) => expectRefusal(kind, [one])),
      { seed, numRuns: 250 },
    );
  });

  test('is refused with all that is wrong at once', () => {
    const mutant = fc.constantFrom(...keysOf(kind)).chain(mutantOf);
    const several = fc
      .array(mutant, { minLength: 2, maxLength: 6 })
      .map((found) =>
        found.filter((one, index) => !found.slice(0, index).some((other) => overlap(one, other))),
      );
    fc.assert(
      fc.property(several, (mutants) => expectRefusal(kind, mutants)),
      { seed, numRuns: 60 },
    );
  });
});

test('hundreds of wrong configs of every sort were refused', () => {
  const counts = Object.fromEntries(refused);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  process.stdout.write(`mutants refused: ${all}, at ${fieldsRefused.size} keys: ${JSON.stringify(counts)}\n`);
  expect(all).toBeGreaterThan(1000);
  expect(fieldsRefused.size).toBeGreaterThan(150);
  expect(Object.keys(counts)).toHaveLength(6);
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(10);
});

import { below, shuffled, type Source } from './source';

/** What a random text is made of. */
export interface TextRules {
  readonly length: number;
  readonly lower: boolean;
  readonly upper: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  readonly minLower: number;
  readonly minUpper: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
  /** Replaces the special characters. */
  readonly overrideSpecial?: string;
}

// The sets of the official provider.
const lower = 'abcdefghijklmnopqrstuvwxyz';
const numeric = '0123456789';
const special = '!@#$%&*()-_=+[]{}<>:?';

function pools(rules: TextRules): { characters: string; atLeast: number }[] {
  return [
    { on: rules.lower, characters: lower, atLeast: rules.minLower },
    { on: rules.upper, characters: lower.toUpperCase(), atLeast: rules.minUpper },
    { on: rules.numeric, characters: numeric, atLeast: rules.minNumeric },
    { on: rules.special, characters: rules.overrideSpecial || special, atLeast: rules.minSpecial },
  ].filter(({ on }) => on);
}

/** What is wrong with the rules of a text, one sentence each, by field. */
export function textProblems(rules: TextRules): { field: string; reason: string }[] {
  if (!Number.isInteger(rules.length) || rules.length < 1)
    return [{ field: 'length', reason: 'must be a whole number of at least 1' }];
  const used = pools(rules);
  if (used.length === 0)
    return [{ field: 'lower', reason: 'at least one of lower, upper, numeric and special must be true' }];
  const sum = used.reduce((total, { atLeast }) => total + atLeast, 0);
  return sum > rules.length
    ? [{ field: 'length', reason: `must be at least ${sum}, the sum of the minimal counts` }]
    : [];
}

/** A random text of these rules; every allowed character is equally likely beyond the minimal counts. */
export function randomText(rules: TextRules, source: Source): string {
  const used = pools(rules);
  const pick = (characters: string): string => characters.charAt(below(characters.length, source));
  const all = used.map(({ characters }) => characters).join('');
  const chosen = used.flatMap(({ characters, atLeast }) =>
    Array.from({ length: atLeast }, () => pick(characters)),
  );
  while (chosen.length < rules.length) chosen.push(pick(all));
  return shuffled(chosen, source).join('');
}

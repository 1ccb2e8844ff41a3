/** One thing wrong with a stack's config, in words for the person who wrote it. */
export interface Problem {
  /** Config key and path as the user writes it after `continuous-load:`, e.g. `paths.service.rate`. */
  readonly field: string;
  /** The value as written; absent where it is missing or may not be shown. */
  readonly value?: unknown;
  /** The value holds, or may hold, a credential. */
  readonly hidden?: boolean;
  /** The key itself is not known here. */
  readonly unknownKey?: boolean;
  /** The key is of another namespace, which stands in `field`. */
  readonly foreign?: boolean;
  /** Follows from several fields, so that no single value is wrong. */
  readonly derived?: boolean;
  /** Completes "must be". */
  readonly allowed: string;
  /** What to do about it. */
  readonly mend: string;
}

/** Namespace of every key of this program. */
export const configNamespace = 'continuous-load';

/** The key as `pulumi config` takes it: `continuous-load:paths.service.rate`. */
export function fullKey({ field, foreign }: Problem): string {
  return foreign ? field : `${configNamespace}:${field}`;
}

const longestValue = 80;

/** What is said of the value: `is 0`, `is missing`, `is not shown, it may hold a secret`. */
export function shownValue({ value, hidden, unknownKey, derived }: Problem): string {
  if (derived) return 'does not fit the rest';
  if (unknownKey) return 'is an unknown key';
  if (hidden) return 'is not shown, it may hold a secret';
  if (value === undefined) return 'is missing';
  const written = JSON.stringify(value);
  return `is ${written.length > longestValue ? `${written.slice(0, longestValue)}…` : written}`;
}

/**
 * All problems of a stack in one message; a problem takes two lines: field, value and what is allowed, then how to mend it.
 * @param file in which the config was written, if it is not the stack's usual one
 */
export function describeProblems(
  stack: string,
  problems: readonly Problem[],
  file = `Pulumi.${stack}.yaml`,
): string {
  const count = problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`;
  const lines = problems.flatMap((problem) => [
    `  ✖ ${fullKey(problem)} ${shownValue(problem)}; it must be ${problem.allowed}`,
    `      → ${problem.mend}`,
  ]);
  return [`${count} in the config of stack ${stack} (${file}); nothing was changed:`, ...lines].join('\n');
}

/** Whether one of the fields, or a part of it, or what it is a part of, has a problem of its own. */
export function touches(fields: readonly string[], problems: readonly Problem[]): boolean {
  const within = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return fields.some((field) =>
    problems.some(
      (problem) => !problem.unknownKey && (within(problem.field, field) || within(field, problem.field)),
    ),
  );
}

import { capture } from '../../lab/command';
import { nearest } from '../../settings/nearest';
import { Failure } from '../terminal/failure';
import type { Engine } from './engine';

/** Flags of a command of Pulumi, as its `--help` lists them: `--diff`, `-y`. */
export function flagsOf(help: string): ReadonlySet<string> {
  const lines = help.split('\n').filter((line) => /^\s+-/.test(line));
  return new Set(lines.flatMap((line) => line.match(/(?<=^\s+|, )--?[A-Za-z][\w-]*/g) ?? []));
}

/**
 * What is wrong with arguments that a verb hands on, in sentences: flags that neither Pulumi nor the verb knows, and words that are no value of a
 * flag. Nothing is held against them where Pulumi's flags are not known.
 * @param own flags of the verb, for a hint
 */
export function findStrayArguments(
  rest: readonly string[],
  known: ReadonlySet<string>,
  own: readonly string[],
): string[] {
  if (known.size === 0) return [];
  return rest.flatMap((argument, index) => {
    const isValue = rest[index - 1]?.startsWith('-') === true && !rest[index - 1]?.includes('=');
    // A value may begin with a dash.
    if (!argument.startsWith('-'))
      return isValue
        ? []
        : [`'${argument}' is no flag, and no value of one: the stack is named once, as the first word`];
    if (!/^--?[A-Za-z]/.test(argument)) return [];
    const flag = argument.startsWith('--') ? (argument.split('=')[0] ?? '') : argument.slice(0, 2);
    if (known.has(flag)) return [];
    const valueOfOwn = own.includes(flag) ? [`${flag} takes no value`] : undefined;
    const meant = nearest(
      flag,
      [...own, ...known].filter((word) => word.startsWith('--')),
    );
    return (
      valueOfOwn ?? [`${flag} is an unknown flag${meant === undefined ? '' : ` (did you mean ${meant}?)`}`]
    );
  });
}

/**
 * Asks the CLI for the flags of a command, and refuses arguments that it would not take: it tells so itself, but only after a lab was prepared, and takes a
 * stray word of `up` for a template. Throws a Failure with all of them; nothing is asked where nothing is handed on.
 * @param own flags of the verb, for a hint
 */
export async function requireKnownArguments(
  engine: Pick<Engine, 'command' | 'env'>,
  verb: 'up' | 'preview' | 'refresh' | 'destroy',
  rest: readonly string[],
  own: readonly string[] = [],
): Promise<void> {
  if (rest.length === 0) return;
  const { code, stdout } = await capture(engine.command, [verb, '--help'], {
    env: engine.env,
    timeoutMs: 30_000,
  });
  const wrong = findStrayArguments(rest, code === 0 ? flagsOf(stdout) : new Set(), own);
  if (wrong.length === 0) return;
  throw new Failure(
    `${wrong.join('; ')}. Nothing was changed. Flags of Pulumi's own: \`pulumi ${verb} --help\`; of this verb: \`-- --help\`.`,
  );
}

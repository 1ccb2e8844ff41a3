import { Command } from 'commander';
import { Failure } from './failure';

/** A verb's own command line, taken apart. */
export interface Arguments {
  /** First operand, else the default stack. */
  readonly stack: string;
  /** Values of the verb's own options. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Everything else, in order. */
  readonly rest: readonly string[];
}

/** The stack that is meant when none is named. */
export const defaultStack = 'lab';

/** Adds the option by which every verb also takes the stack's name. */
function stackOption(command: Command): Command {
  return command.option('-s, --stack <name>', 'the stack, if not given as the first word');
}

/** The stack that is meant; throws a Failure when word and option name two. */
function chosenStack(word: string | undefined, option: string | undefined): string {
  if (word !== undefined && option !== undefined && word !== option)
    throw new Failure(`Which stack, ${word} or ${option}? Name it once, as the first word or with --stack.`);
  return word ?? option ?? defaultStack;
}

/** Takes apart the command line of a verb that hands nothing on: the stack is its only word, or given with `-s`; anything unknown is refused. */
export function ownArguments(command: Command, argv: readonly string[]): Omit<Arguments, 'rest'> {
  stackOption(command).argument('[stack]', `the stack, ${defaultStack} if not given`);
  const { args } = command.parse([...argv], { from: 'user' });
  const { stack, ...options } = command.opts<{ stack?: string } & Record<string, unknown>>();
  return { stack: chosenStack(args[0], stack), options };
}

/**
 * Takes apart the command line of a verb that hands what it does not know to Pulumi: the stack is the first word when that is no
 * flag (`-s NAME` and `--stack NAME` work too), the verb's own options may stand anywhere before `--`, the rest is Pulumi's.
 */
export function passThrough(command: Command, argv: readonly string[]): Arguments {
  stackOption(command);
  const first = argv[0];
  const named = first !== undefined && !first.startsWith('-') ? first : undefined;
  const { operands, unknown } = command.parseOptions(named === undefined ? [...argv] : argv.slice(1));
  if (unknown.some((argument) => argument === '--help' || argument === '-h')) command.help();
  const { stack: option, ...options } = command.opts<{ stack?: string } & Record<string, unknown>>();
  return {
    stack: chosenStack(named, option),
    options,
    rest: [...operands, ...unknown.filter((a) => a !== '--')],
  };
}

import { Command } from 'commander';
import { chooseDefault, defaultStack } from '../stack/default-stack';
import { Failure } from './failure';
import type { Terminal } from './verb';

/** A verb's own command line, taken apart. */
export interface Arguments {
  /** First operand, else the default stack. */
  readonly stack: string;
  /** Whether the stack was named, or is the default one. */
  readonly named: boolean;
  /** Values of the verb's own options. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Everything else, in order. */
  readonly rest: readonly string[];
  /** The verb's own flags, as one writes them: `--no-wait`. */
  readonly own: readonly string[];
}

/** Adds the option by which every verb also takes the stack's name. */
function stackOption(command: Command): Command {
  return command.option('-s, --stack <name>', 'the stack, if not given as the first word');
}

/** The stack that is meant; throws a Failure when word and option name two. */
function chosenStack(
  word: string | undefined,
  option: string | undefined,
): Pick<Arguments, 'stack' | 'named'> {
  if (word !== undefined && option !== undefined && word !== option)
    throw new Failure(`Which stack, ${word} or ${option}? Name it once, as the first word or with --stack.`);
  const name = word ?? option;
  return { stack: name ?? defaultStack(), named: name !== undefined };
}

/** Takes apart the command line of a verb that hands nothing on: the stack is its only word, or given with `-s`; anything unknown is refused. */
export function ownArguments(command: Command, argv: readonly string[]): Omit<Arguments, 'rest' | 'own'> {
  stackOption(command).argument('[stack]', `the stack, ${defaultStack()} if not given`);
  const { args } = command.parse([...argv], { from: 'user' });
  const { stack, ...options } = command.opts<{ stack?: string } & Record<string, unknown>>();
  return { ...chosenStack(args[0], stack), options };
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
    ...chosenStack(named, option),
    options,
    rest: [...operands, ...unknown.filter((a) => a !== '--')],
    own: command.options.flatMap(({ long }) => long ?? []),
  };
}

/**
 * The stack of an `up` or a preview: where none was named, and no config file that says what it is, one is chosen and told.
 * @param store keeps the choice; left out where nothing may be changed
 */
export async function meantStack(
  { stack, named }: Pick<Arguments, 'stack' | 'named'>,
  configFile: string | undefined,
  { progress, interruption }: Pick<Terminal, 'progress' | 'interruption'>,
  store: (stack: string) => void = () => undefined,
): Promise<string> {
  if (named || configFile !== undefined) return stack;
  const choice = await interruption.guard(chooseDefault());
  if (choice.told === undefined) return choice.stack;
  progress.note(choice.told);
  store(choice.stack);
  return choice.stack;
}

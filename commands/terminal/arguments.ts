import { Command } from 'commander';

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

/**
 * Takes apart the command line of a verb that hands what it does not know to Pulumi: the stack is the first word when that is no
 * flag (`-s NAME` and `--stack NAME` work too), the verb's own options may stand anywhere before `--`, the rest is Pulumi's.
 */
export function passThrough(command: Command, argv: readonly string[]): Arguments {
  command.option('-s, --stack <name>', 'the stack, if not given as the first word');
  const first = argv[0];
  const named = first !== undefined && !first.startsWith('-') ? first : undefined;
  const { operands, unknown } = command.parseOptions(named === undefined ? [...argv] : argv.slice(1));
  if (unknown.some((argument) => argument === '--help' || argument === '-h')) command.help();
  const { stack: option, ...options } = command.opts<{ stack?: string } & Record<string, unknown>>();
  return {
    stack: named ?? option ?? defaultStack,
    options,
    rest: [...operands, ...unknown.filter((a) => a !== '--')],
  };
}

import type { Command } from 'commander';

/** Adds what every verb that reads a stack's config understands. */
export function configOptions(command: Command): Command {
  return command.option('--config-file <file>', 'the config to use in place of Pulumi.<stack>.yaml');
}

/** For repeatable options. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

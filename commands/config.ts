import { basename } from 'node:path';
import { Command } from 'commander';
import { configCatalogue } from '../settings/catalogue';
import { configJsonSchema } from '../settings/json-schema';
import { describeProblems, fullKey, shownValue } from '../settings/problem';
import { explain, type ExplainedStack } from './config/explain';
import { renderKey, renderOverview } from './config/explain-text';
import { plainSecrets } from './config/plain-secrets';
import { defaultStack } from './stack/default-stack';
import { ownConfig } from './stack/stack-config';
import { effectiveConfig, findStack, type StackOptions } from './stack/stack';
import { judgeConfig } from './stack/stack-model';
import { Failure } from './terminal/failure';
import { configOptions } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';

interface ExplainOptions {
  readonly stack?: string;
  readonly configFile?: string;
  readonly json?: boolean;
}

/** `npm run config -- explain [KEY] | check [STACK] | schema`: what a config may hold, and whether it is right; asks no cluster and no engine. */
export async function config(argv: readonly string[], { print }: Pick<Terminal, 'print'>): Promise<void> {
  const command = new Command('npm run config --').description('Explain and check the config of stacks.');
  configOptions(command.command('explain [key]'))
    .description('Tell what a key is for and what it may hold; without a key the sections.')
    .option('-s, --stack <name>', 'show what this stack has, secrets masked')
    .option('--json', 'as JSON on stdout (use `npm run -s`)')
    .action((key: string | undefined, options: ExplainOptions) => print(explained(key, options)));
  configOptions(command.command('check [stack]'))
    .description('Find every mistake in the config of a stack; exit code 1 where there is one.')
    .option('-s, --stack <name>', 'the stack, if not given as a word')
    .option('--json', 'as JSON on stdout (use `npm run -s`)')
    .action((word: string | undefined, options: ExplainOptions) => check(word, options, print));
  command
    .command('schema')
    .description('Print the JSON Schema of a Pulumi.<stack>.yaml, for editors.')
    .action(() => print(JSON.stringify(configJsonSchema(), null, 2)));
  await command.parseAsync([...argv], { from: 'user' });
}

function explained(key: string | undefined, { stack: name, configFile, json }: ExplainOptions): string {
  const stack =
    name === undefined && configFile === undefined ? undefined : explainedStack(name, { configFile });
  const explanations = explain(key, configCatalogue(), stack);
  if (json) return JSON.stringify(key === undefined ? { sections: explanations } : explanations, null, 2);
  return key === undefined ? renderOverview(explanations, stack) : renderKey(explanations, stack);
}

function explainedStack(name: string | undefined, options: StackOptions): ExplainedStack {
  const stack = findStack(name ?? defaultStack(), options);
  const raw = ownConfig(effectiveConfig(stack), stack.sourceFile);
  return { name: stack.name, file: basename(stack.sourceFile), isLab: stack.isLab, raw };
}

function check(
  word: string | undefined,
  { stack: option, configFile, json }: ExplainOptions,
  print: (text: string) => void,
): void {
  if (word !== undefined && option !== undefined && word !== option)
    throw new Failure(`Which stack, ${word} or ${option}? Name it once.`);
  const stack = findStack(word ?? option ?? defaultStack(), { configFile });
  const file = basename(stack.sourceFile);
  const text = effectiveConfig(stack);
  const problems = judgeConfig(stack, text);
  const readable = plainSecrets(ownConfig(text, stack.sourceFile), configCatalogue());
  if (json)
    print(
      JSON.stringify(
        {
          stack: stack.name,
          file: stack.sourceFile,
          problems: problems.map((problem) => ({
            key: fullKey(problem),
            found: shownValue(problem),
            allowed: problem.allowed,
            mend: problem.mend,
          })),
          plainSecrets: readable.map(({ key }) => key),
        },
        null,
        2,
      ),
    );
  if (problems.length > 0) throw new Failure(describeProblems(stack.name, problems, file));
  if (json) return;
  print(`The config of stack ${stack.name} (${file}) is right.`);
  if (readable.length > 0)
    print(
      [
        'Whoever has the file can read these, which may be secrets:',
        ...readable.flatMap(({ key, mend }) => [`  ! ${key}`, `      → ${mend}`]),
      ].join('\n'),
    );
}

if (require.main === module) void runVerb('config', (terminal) => config(process.argv.slice(2), terminal));

import { Command } from 'commander';
import { ruleFiles } from '../signals/rule-files';
import { effectiveConfig, findStack } from './stack/stack';
import { stackModel } from './stack/stack-model';
import { ownArguments } from './terminal/arguments';
import { configOptions } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';
import { writeFiles } from './terminal/write-files';

/** `npm run rules [stack] -- --out DIR`: the rules as files, for something that evaluates them and that the stack does not reach. */
export async function rules(argv: readonly string[], terminal: Pick<Terminal, 'print'>): Promise<void> {
  const command = configOptions(new Command('npm run rules'))
    .description('Write the rules of a stack as files, as Prometheus reads them; asks no cluster.')
    .usage('[stack] -- --out DIR')
    .requiredOption('--out <dir>', 'the directory, made if it is not there');
  const { stack: name, options } = ownArguments(command, argv);
  const { out, configFile } = options as { out: string; configFile?: string };
  const stack = findStack(name, { present: true, configFile });
  const files = ruleFiles(stackModel(stack, effectiveConfig(stack)));
  const written = writeFiles(
    out,
    files.map(({ file, yaml }) => ({ file, text: yaml })),
  );
  for (const path of written) terminal.print(path);
}

if (require.main === module) void runVerb('rules', (terminal) => rules(process.argv.slice(2), terminal));

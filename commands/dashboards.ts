import { Command } from 'commander';
import { grafanaFiles } from '../signals/dashboards/dashboards';
import { effectiveConfig, findStack } from './stack/stack';
import { stackModel } from './stack/stack-model';
import { ownArguments } from './terminal/arguments';
import { configOptions } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';
import { writeFiles } from './terminal/write-files';

/** `npm run dashboards [stack] -- --out DIR`: the dashboards as files, for a Grafana that finds no ConfigMaps of ours. */
export async function dashboards(argv: readonly string[], terminal: Pick<Terminal, 'print'>): Promise<void> {
  const command = configOptions(new Command('npm run dashboards'))
    .description('Write the dashboards of a stack as JSON files, as Grafana imports them; asks no cluster.')
    .usage('[stack] -- --out DIR')
    .requiredOption('--out <dir>', 'the directory, made if it is not there');
  const { stack: name, options } = ownArguments(command, argv);
  const { out, configFile } = options as { out: string; configFile?: string };
  const stack = findStack(name, { present: true, configFile });
  const files = grafanaFiles(stackModel(stack, effectiveConfig(stack)));
  const written = writeFiles(
    out,
    files.map(({ file, json }) => ({ file, text: `${json}\n` })),
  );
  for (const path of written) terminal.print(path);
}

if (require.main === module)
  void runVerb('dashboards', (terminal) => dashboards(process.argv.slice(2), terminal));

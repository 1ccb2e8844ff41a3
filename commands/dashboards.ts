import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { grafanaFiles } from '../signals/dashboards/dashboards';
import { effectiveConfig, findStack } from './stack/stack';
import { stackModel } from './stack/stack-model';
import { ownArguments } from './terminal/arguments';
import { Failure } from './terminal/failure';
import { configOptions } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';

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
  const directory = resolve(process.env['INIT_CWD'] ?? process.cwd(), out);
  try {
    mkdirSync(directory, { recursive: true });
    for (const { file, json } of files) writeFileSync(join(directory, file), `${json}\n`);
  } catch (error) {
    throw new Failure(`--out: ${directory} cannot be written: ${(error as Error).message}.`);
  }
  for (const { file } of files) terminal.print(join(directory, file));
}

if (require.main === module)
  void runVerb('dashboards', (terminal) => dashboards(process.argv.slice(2), terminal));

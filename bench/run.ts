import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command } from 'commander';
import { labStack } from '../test/e2e/support/lab-stack';
import { environment, StackUnderTest } from '../test/e2e/support/stack-under-test';
import type { Bench, Figure } from './bench';
import { besideCloudprober } from './beside-cloudprober';
import { detection } from './detection';
import { injectorCost } from './injector-cost';
import { interrupted } from './interrupted';
import { labStart } from './lab-start';
import { meshCost } from './mesh-cost';
import { noOpUp } from './no-op-up';
import { previews } from './previews';
import { recovery } from './recovery';
import { series } from './series';
import { warmUp } from './warm-up';

const benches: readonly Bench[] = [
  labStart,
  injectorCost,
  besideCloudprober,
  meshCost,
  series,
  detection,
  recovery,
  noOpUp,
  previews,
  warmUp,
  interrupted,
];

interface Options {
  readonly stack: string;
  readonly configFile?: string;
  readonly json?: string;
}

/** `npm run bench -- <name>…`: measures, and prints a table and JSON. */
async function main(): Promise<void> {
  const known = benches.map(({ name, shows }) => `  ${name.padEnd(14)} ${shows}`).join('\n');
  const command = new Command('npm run bench --')
    .description('Measure on the lab of a stack. Needs root.')
    .argument('[names...]', 'what to measure; all when none is named')
    .option(
      '--stack <name>',
      'the stack, which must have a lab; it is brought up when it is needed and not there',
      'lab',
    )
    .option('--config-file <file>', 'its config, in place of Pulumi.<stack>.yaml')
    .option('--json <file>', 'write the figures there too')
    .addHelpText('after', `\n${known}`)
    .parse();
  const options = command.opts<Options>();
  labStack(options.stack, options.configFile);
  process.env[environment.stack] = options.stack;
  if (options.configFile !== undefined) process.env[environment.configFile] = options.configFile;
  const unknown = command.args.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}; there are\n${known}`);

  const say = (text: string) => process.stderr.write(`${text}\n`);
  const results: Record<string, readonly Figure[]> = {};
  let isUp = false;
  for (const bench of benches.filter(
    ({ name }) => command.args.length === 0 || command.args.includes(name),
  )) {
    say(`== ${bench.name}: ${bench.shows}`);
    if (bench.needsStack && !isUp) {
      await new StackUnderTest().up();
      isUp = true;
    }
    const figures = await bench.run(say);
    if (!bench.needsStack) isUp = false;
    results[bench.name] = figures;
    say(table(figures));
    if (bench.look !== undefined) say(bench.look);
  }
  const text = JSON.stringify({ at: new Date().toISOString(), results }, null, 1);
  if (options.json !== undefined) writeFileSync(options.json, `${text}\n`);
  process.stdout.write(`${text}\n`);
}

function table(figures: readonly Figure[]): string {
  const rows = new Table({ colAligns: ['left', 'right'], style: { head: [], border: [], compact: true } });
  for (const { what, value, unit } of figures)
    rows.push([what, `${Number(value.toFixed(3))} ${unit}`.trim()]);
  return rows.toString();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

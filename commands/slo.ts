import { Command } from 'commander';
import { addBacktest } from './slo/backtest';
import { addSuggest } from './slo/suggest';
import { runVerb, type Terminal } from './terminal/verb';

/** `npm run slo -- suggest | backtest [stack]`: objectives from what was measured, and what changed rules would have said of it; changes nothing. */
export async function slo(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = new Command('npm run slo --').description(
    'Find objectives that measured data support, and try changed rules on what is stored.',
  );
  addSuggest(command, terminal);
  addBacktest(command, terminal);
  await command.parseAsync([...argv], { from: 'user' });
}

if (require.main === module) void runVerb('slo', (terminal) => slo(process.argv.slice(2), terminal));

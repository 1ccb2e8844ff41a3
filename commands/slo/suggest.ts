import { basename } from 'node:path';
import { Command } from 'commander';
import { defaultStack, stackWord } from '../stack/default-stack';
import { effectiveConfig, findStack } from '../stack/stack';
import { judgeConfig } from '../stack/stack-model';
import { describeProblems } from '../../settings/problem';
import { Failure } from '../terminal/failure';
import { configOptions } from '../terminal/options';
import type { Terminal } from '../terminal/verb';
import { Mistakes } from './options';
import { readMeasured } from './suggest/measured';
import { configChange } from './suggest/snippet';
import { renderSuggestions } from './suggest/suggest-text';
import { suggest } from './suggest/suggestion';
import { prometheusOf } from './where';

interface SuggestOptions {
  readonly stack?: string;
  readonly configFile?: string;
  readonly since: string;
  readonly atLeast: string;
  readonly confidence: string;
  readonly prometheus?: string;
  readonly json?: true;
}

/** Adds `slo suggest` to a command. */
export function addSuggest(command: Command, terminal: Terminal): void {
  configOptions(command.command('suggest [stack]'))
    .description('Suggest objectives that the measured data of a stack support, with a config for them.')
    .option('-s, --stack <name>', 'the stack, if not given as a word')
    .option('--since <duration>', 'how far to look back, at most 400d', '30d')
    .option('--at-least <duration>', 'suggest nothing for a path that is known for less', '7d')
    .option('--confidence <percent>', 'how sure it must be that an objective is kept', '95')
    .option('--prometheus <url>', 'where its Prometheus is, if its outputs do not tell')
    .option('--json', 'as JSON on stdout (use `npm run -s`)')
    .addHelpText('after', '\nNothing is changed. How it is reckoned, and what it cannot tell: docs/slo.md.')
    .action((word: string | undefined, options: SuggestOptions) => run(word, options, terminal));
}

async function run(word: string | undefined, options: SuggestOptions, terminal: Terminal): Promise<void> {
  const mistakes = new Mistakes();
  if (word !== undefined && options.stack !== undefined && word !== options.stack)
    mistakes.add(`Which stack, ${word} or ${options.stack}? Name it once.`);
  const sinceMs = mistakes.duration('--since', options.since, ['10m', '400d']);
  const atLeastMs = mistakes.duration('--at-least', options.atLeast, ['10m', '400d']);
  if (sinceMs !== undefined && atLeastMs !== undefined && atLeastMs > sinceMs)
    mistakes.add(`--at-least ${options.atLeast}: no more than --since ${options.since} can be known.`);
  const confidence = Number(options.confidence) / 100;
  if (!(confidence >= 0.5 && confidence <= 0.9999))
    mistakes.add(`--confidence ${options.confidence}: write percent from 50 to 99.99.`);
  const address = mistakes.address(options.prometheus);
  const name = word ?? options.stack ?? defaultStack();
  const stack = mistakes.try(() => findStack(name, { present: true, configFile: options.configFile }));
  const config = stack && effectiveConfig(stack);
  const model = stack && config !== undefined ? mistakes.model(stack, config, stack.sourceFile) : undefined;
  mistakes.refuse();
  if (!stack || config === undefined || !model || sinceMs === undefined || atLeastMs === undefined) return;

  terminal.progress.step(`what is known of stack ${name}`);
  const prometheus = await prometheusOf(stack, address, terminal);
  const now = Date.now();
  const span = { fromMs: now - sinceMs, toMs: now };
  const measured = await readMeasured(prometheus, model, span);
  terminal.progress.end();
  const caution = { confidence, atLeastMs };
  const suggestions = model.paths.flatMap((path) => {
    const its = measured.find((one) => one.path === path.name);
    return its === undefined ? [] : [suggest(model, path, its, caution)];
  });
  const change = configChange(model, suggestions, config, basename(stack.sourceFile));
  const problems = judgeConfig(stack, change.config);
  if (problems.length > 0)
    throw new Failure(
      `The suggestions do not go together; take those that you want by hand (--json has all).\n${describeProblems(name, problems, basename(stack.sourceFile))}`,
    );
  if (options.json) {
    const { assignments, snippet } = change;
    terminal.print(
      JSON.stringify({ stack: name, span, ...caution, paths: suggestions, assignments, snippet }, null, 2),
    );
    return;
  }
  terminal.print(renderSuggestions(name, suggestions, change, caution));
  terminal.print(`\nNext:\n  ${nextSteps(name, change.assignments).join('\n  ')}`);
}

function nextSteps(name: string, assignments: readonly string[]): string[] {
  const stack = stackWord(name);
  if (assignments.length === 0) return [`npm run status${stack}  how every path does now`];
  const sets = assignments.map((assignment) => `--set ${assignment}`).join(' ');
  return [
    `npm run slo -- backtest${stack} ${sets}  what the alerts would have said`,
    `npm run config -- check${stack}  after the config was changed`,
  ];
}

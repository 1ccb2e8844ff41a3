import { basename } from 'node:path';
import { Command } from 'commander';
import { ruleGroups } from '../../signals/rules';
import { setInConfig } from '../stack/stack-config';
import { defaultStack, stackWord } from '../stack/default-stack';
import { effectiveConfig, findStack } from '../stack/stack';
import { Failure } from '../terminal/failure';
import { collect } from '../terminal/options';
import type { Terminal } from '../terminal/verb';
import { backtest, type RuleSet } from './backtest/backtest';
import { renderBacktest } from './backtest/backtest-text';
import { caveats, olderRules } from './backtest/caveats';
import { readRulesFile } from './backtest/rules-file';
import { Stored } from './backtest/stored';
import { Mistakes } from './options';
import { prometheusOf } from './where';

interface BacktestOptions {
  readonly stack?: string;
  readonly present?: string;
  readonly configFile?: string;
  readonly set: readonly string[];
  readonly rules?: string;
  readonly since: string;
  readonly prometheus?: string;
  readonly json?: true;
}

const help = `
The change is a config (--config-file, --set), a file of rules (--rules, as \`npm run rules\` writes it), or, where none of these is given and the stack has a
lab, the config of the checkout against that of its last \`up\`. Nothing is changed; Prometheus is asked one query after the other.
How it is done, and what it cannot tell: docs/slo.md.`;

/** Adds `slo backtest` to a command. */
export function addBacktest(command: Command, terminal: Terminal): void {
  command
    .command('backtest [stack]')
    .description(
      'Tell when the alerts of changed rules would have fired on what is stored, and when the present ones did.',
    )
    .option('-s, --stack <name>', 'the stack, if not given as a word')
    .option('--config-file <file>', 'the changed config, in place of Pulumi.<stack>.yaml')
    .option('--set <path=value>', 'change this in the config; repeatable', collect, [])
    .option('--rules <file>', 'the changed rules; rules that it has not are as they are')
    .option(
      '--present <file>',
      'the config that the stack has now, if not that of its last `up`, or Pulumi.<stack>.yaml',
    )
    .option('--since <duration>', 'how far to look back, at most 35d', '7d')
    .option('--prometheus <url>', 'where its Prometheus is, if its outputs do not tell')
    .option('--json', 'as JSON on stdout (use `npm run -s`)')
    .addHelpText('after', help)
    .action((word: string | undefined, options: BacktestOptions) => run(word, options, terminal));
}

async function run(word: string | undefined, options: BacktestOptions, terminal: Terminal): Promise<void> {
  const mistakes = new Mistakes();
  if (word !== undefined && options.stack !== undefined && word !== options.stack)
    mistakes.add(`Which stack, ${word} or ${options.stack}? Name it once.`);
  if (options.rules !== undefined && (options.configFile !== undefined || options.set.length > 0))
    mistakes.add('--rules: the rules come either from a file or from a config, not from both.');
  const sinceMs = mistakes.duration('--since', options.since, ['10m', '35d']);
  const address = mistakes.address(options.prometheus);
  const name = word ?? options.stack ?? defaultStack();
  const presentStack = mistakes.try(() =>
    findStack(name, options.present === undefined ? { present: true } : { configFile: options.present }),
  );
  const sets = presentStack && mistakes.try(() => ruleSets(name, options, mistakes));
  mistakes.refuse();
  if (presentStack === undefined || sets === undefined || sinceMs === undefined) return;

  terminal.progress.step(`what is stored of stack ${name}`);
  const prometheus = await prometheusOf(presentStack, address, terminal);
  const stored = new Stored(prometheus, (message) => terminal.progress.detail(message));
  const now = Date.now();
  const found = await backtest(stored, { fromMs: now - sinceMs, toMs: now }, sets.present, sets.changed);
  const notes = [
    ...caveats(sets.present.model, sets.changed.model),
    ...(await olderRules(stored, sets.present.model, found.span)),
  ];
  terminal.progress.end();
  if (options.json) {
    terminal.print(JSON.stringify({ stack: name, ...found, notes }, null, 2));
    return;
  }
  terminal.print(renderBacktest(name, found, notes));
  terminal.print(`\nNext:\n  ${nextSteps(name, options).join('\n  ')}`);
}

/** The present rules and the changed ones; what is wrong with either is noted. */
function ruleSets(
  name: string,
  { present: presentFile, configFile, set, rules }: BacktestOptions,
  mistakes: Mistakes,
): { readonly present: RuleSet; readonly changed: RuleSet } | undefined {
  const before = findStack(name, presentFile === undefined ? { present: true } : { configFile: presentFile });
  const presentConfig = effectiveConfig(before);
  const present = mistakes.model(before, presentConfig, before.sourceFile);
  if (rules !== undefined) {
    const groups = mistakes.try(() => readRulesFile(rules));
    if (present === undefined || groups === undefined) return undefined;
    const old = ruleGroups(present);
    const kept = old.filter(({ name: group }) => !groups.some((one) => one.name === group));
    return {
      present: { groups: old, model: present },
      changed: { groups: [...kept, ...groups], model: present },
    };
  }
  const isOwnFile = configFile === undefined && set.length === 0;
  const after = isOwnFile
    ? findStack(name)
    : configFile === undefined
      ? before
      : findStack(name, { configFile });
  if (isOwnFile && (presentFile === undefined ? after.sourceFile === before.sourceFile : !after.isLab))
    throw new Failure(
      `What changes? Give --set path=value, --config-file FILE or --rules FILE, for example --set paths.service.availability=99.5.`,
    );
  const config = set.reduce(
    (text, assignment) => setInConfig(text, assignment, basename(after.sourceFile)),
    effectiveConfig(after),
  );
  const changed = mistakes.model(after, config, after.sourceFile);
  if (present === undefined || changed === undefined) return undefined;
  return {
    present: { groups: ruleGroups(present), model: present },
    changed: { groups: ruleGroups(changed), model: changed },
  };
}

function nextSteps(name: string, { configFile, set, rules }: BacktestOptions): string[] {
  const change = [
    ...(configFile === undefined ? [] : ['--config-file', configFile]),
    ...set.flatMap((assignment) => ['--set', assignment]),
  ].join(' ');
  const stack = stackWord(name);
  return [
    ...(rules === undefined
      ? [`npm run up${stack}${change === '' ? '' : ` -- ${change}`}  have the changed rules`]
      : ['change the config so that `npm run rules` writes these rules; the stack takes no file of rules']),
    `npm run slo -- suggest${stack}  objectives that the measured data support`,
  ];
}

import { createInterface } from 'node:readline/promises';
import { Command, Option } from 'commander';
import Table from 'cli-table3';
import { capture } from '../lab/command';
import { readDrift, type Drifted, type DriftReport } from './drift/drifted';
import { engineFor } from './engine/engine';
import { notUp } from './engine/stack-outputs';
import { hasState, unlock } from './engine/stack-state';
import { checkout, findStack, type Stack } from './stack/stack';
import { stackWord } from './stack/default-stack';
import { ownArguments } from './terminal/arguments';
import { Failure } from './terminal/failure';
import { configOptions } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';
import { up } from './up';

/** Exit code of a stack that drifted, apart from 1, which says that nobody knows. */
const driftedCode = 2;

const help = `
Asks the cluster for each object of the stack and compares it with the state; neither is changed. Fields that the stack does not set are nobody's drift.
--repair then runs \`npm run up -- --refresh\`, which puts everything back as this checkout has it.

Exit codes: 0 nothing drifted, or all of it was repaired; 2 something drifted; 1 it could not be found out.`;

/** `npm run drift [stack] [-- --json | --repair [--yes]]`: what somebody else changed, by resource and field. */
export async function drift(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = configOptions(new Command('npm run drift'))
    .description('Show what is not as the state of a stack has it; changes nothing unless asked to.')
    .usage('[stack] [-- flags]')
    .addOption(new Option('--json', 'as JSON on stdout (use `npm run -s`)').conflicts('repair'))
    .option('--repair', 'put it back by `npm run up -- --refresh`, after asking')
    .option('--yes', 'repair without asking')
    .addHelpText('after', help);
  const { stack: name, options } = ownArguments(command, argv);
  const { configFile, json, repair, yes } = options as {
    configFile?: string;
    json?: true;
    repair?: true;
    yes?: true;
  };
  const stack = findStack(name, { present: true, configFile });
  const drifted = await driftOf(stack, terminal);
  terminal.print(json ? JSON.stringify({ stack: name, drifted }, null, 2) : renderDrift(name, drifted));
  if (drifted.length === 0) return;
  if (repair !== true)
    throw new Failure(
      `${counted(drifted)} of stack ${name} drifted. \`npm run drift ${name} -- --repair\` puts it back.`,
      driftedCode,
    );
  if (yes !== true) await confirm(name);
  const config = configFile === undefined ? [] : ['--config-file', configFile];
  await up([name, ...config, '--refresh', ...(yes === true && !stack.isLab ? ['--yes'] : [])], terminal);
  const left = await driftOf(findStack(name, { present: true, configFile }), terminal);
  if (left.length > 0) throw new Failure(`The repair left this:\n${renderDrift(name, left)}`, driftedCode);
}

/** What drifted, by the engine. Throws a Failure when it could not be found out. */
async function driftOf(stack: Stack, { progress, interruption }: Terminal): Promise<readonly Drifted[]> {
  const engine = await engineFor(stack);
  if (stack.isLab && !hasState(engine, stack)) throw notUp(stack);
  if (stack.isLab) unlock(engine, stack, progress);
  progress.step(`what is there of stack ${stack.name}`);
  const flags = ['--preview-only', '--json', '--non-interactive'];
  const { code, stdout, stderr } = await interruption.guard(
    capture(engine.command, ['refresh', ...flags, '--stack', stack.name, '--config-file', stack.configFile], {
      cwd: checkout,
      env: { ...engine.env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: 'true' },
      signal: interruption.signal,
    }),
  );
  progress.end();
  return judged(stack.name, code, readDrift(stdout), stderr);
}

/** The drift of a refresh that came to its end; throws a Failure with the engine's words for any other. */
export function judged(
  stack: string,
  code: number,
  { drifted, errors, complete }: DriftReport,
  stderr: string,
): readonly Drifted[] {
  if (code === 0 && complete && errors.length === 0) return drifted;
  const why = errors.length > 0 ? errors : [stderr.trim() || `exit code ${code}`];
  throw new Failure(
    `Nobody knows whether stack ${stack} drifted, as it could not be read:\n${[...new Set(why)].map((line) => `  ${line}`).join('\n')}`,
  );
}

/** A table of what drifted, a row a field. */
export function renderDrift(stack: string, drifted: readonly Drifted[]): string {
  if (drifted.length === 0) return `Stack ${stack}: nothing drifted.`;
  const table = new Table({
    head: ['resource', 'field', 'wanted', 'found'],
    style: { head: [], border: [], compact: true },
    colWidths: [44, 36, 40, 40],
    wordWrap: true,
    wrapOnWordBoundary: false,
  });
  for (const { resource, what, fields } of drifted) {
    if (what === 'gone' || fields.length === 0)
      table.push([
        resource,
        what === 'gone' ? '(all of it)' : '(not told)',
        'there',
        what === 'gone' ? 'gone' : 'changed',
      ]);
    fields.forEach(({ field, wanted, found }, i) =>
      table.push([i === 0 ? resource : '', field, wanted, found]),
    );
  }
  return `Stack ${stack}: ${counted(drifted)} drifted.\n${table.toString()}`;
}

function counted(drifted: readonly Drifted[]): string {
  return `${drifted.length} ${drifted.length === 1 ? 'resource' : 'resources'}`;
}

async function confirm(stack: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Failure(
      `--repair asks before it changes stack ${stack}, and there is nobody to ask: add --yes.`,
      driftedCode,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      `Put it back by \`npm run up${stackWord(stack)} -- --refresh\`? [y/N] `,
    );
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('Nothing was changed.', driftedCode);
  } finally {
    terminal.close();
  }
}

if (require.main === module) void runVerb('drift', (terminal) => drift(process.argv.slice(2), terminal));

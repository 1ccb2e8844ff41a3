import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import { ensurePrograms } from '../lab/toolchain/toolchain';
import { engineFor } from './engine/engine';
import { policyFlags } from './engine/policies';
import { notUp } from './engine/stack-outputs';
import { hasState } from './engine/stack-state';
import { neededPrograms } from './preview';
import { checkoutOf, makeBlankPulumi, previewBlank, runPreview, type BlankPulumi } from './review/blank';
import { PageFile } from './html/page-file';
import { renderMarkdown } from './review/markdown';
import { renderReviewPage } from './review/page';
import { reviewOf, type Against, type StackReview } from './review/review';
import { setInConfig, withoutEncryption } from './stack/stack-config';
import { checkout, findStack, type Stack } from './stack/stack';
import { stackModel } from './stack/stack-model';
import { Failure } from './terminal/failure';
import { collect } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';
import { writeFiles } from './terminal/write-files';

const help = `
Each stack is previewed as a new one, by a Pulumi of its own with stand-ins for all providers: it needs no login, no account, no cluster and no secret
(secrets of the config are replaced by made-up values). --against REF does the same with the files of that commit and tells the difference;
--against state asks your backend and the real providers in place of all this, and so knows what would be replaced.

Exit codes: 0 nothing stands against the change; 3 a preview failed or a mandatory rule is broken; 1 there is no review.`;

/** Exit code of a review that fails a change, apart from 1, which says that there is none. */
const failedReview = 3;

/** `npm run review [stack...] [-- flags]`: what a change does to stacks, as one report; the gate of a pull request. */
export async function review(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = new Command('npm run review')
    .description(
      'Review what this checkout makes of stacks: resources, policies, alerts, load and cost, as one report.',
    )
    .usage('[stack | stack=FILE]... [-- flags]')
    .argument(
      '[stacks...]',
      'the stacks, with the config of Pulumi.<stack>.yaml or of FILE; default dev and prod',
    )
    .option('--against <ref>', 'a commit to compare with, or `state` for what is really there')
    .option(
      '--set <path=value>',
      'set config for this run; `STACK:path=value` for one stack; repeatable',
      collect,
      [],
    )
    .option('--json', 'as JSON on stdout (use `npm run -s`)')
    .option('--out <dir>', 'write review.md and review.json there too')
    .option('--html <file>', 'write it as one page that needs no network, for a browser')
    .addHelpText('after', help);
  command.parse([...argv], { from: 'user' });
  const { against, set, json, out, html } = command.opts<{
    against?: string;
    set: string[];
    json?: true;
    out?: string;
    html?: string;
  }>();
  const asked = command.args.length > 0 ? command.args : ['dev', 'prod'];
  const meant = asked.map((word) => meantStack(word, set, asked));
  const page =
    html === undefined ? undefined : PageFile.at(html, `npm run review ${html} -- --html FILE.html`);
  const reviews = await reviewAll(meant, against, terminal, page);
  const markdown = renderMarkdown(reviews);
  const data = `${JSON.stringify(reviews, null, 2)}\n`;
  if (out !== undefined)
    writeFiles(out, [
      { file: 'review.md', text: markdown },
      { file: 'review.json', text: data },
    ]);
  terminal.print((json ? data : markdown).trimEnd());
  const failed = reviews.filter(({ passed }) => !passed);
  if (failed.length > 0)
    throw new Failure(
      failed.map(({ stack, failures }) => `Stack ${stack}: ${failures[0] ?? 'failed'}.`).join('\n'),
      failedReview,
    );
}

/** Reviews the stacks, and puts the page in place where there is one. */
async function reviewAll(
  meant: readonly MeantStack[],
  against: string | undefined,
  terminal: Terminal,
  page: PageFile | undefined,
): Promise<readonly StackReview[]> {
  try {
    const reviews =
      against === 'state' ? await reviewState(meant, terminal) : await reviewBlank(meant, against, terminal);
    terminal.progress.end();
    page?.write(renderReviewPage(reviews));
    return reviews;
  } finally {
    page?.discard();
  }
}

/** A stack with the assignments that are meant for it. */
interface MeantStack {
  readonly stack: Stack;
  readonly configFile: string | undefined;
  readonly set: readonly string[];
}

function meantStack(word: string, set: readonly string[], asked: readonly string[]): MeantStack {
  const [name, file] = split(word, '=');
  const configFile = file === undefined ? undefined : resolve(process.env['INIT_CWD'] ?? process.cwd(), file);
  const others = asked.map((one) => split(one, '=')[0]);
  const own = set.flatMap((assignment) => {
    const [to, rest] = split(assignment, ':');
    if (rest === undefined || !others.includes(to)) return [assignment];
    return to === name ? [rest] : [];
  });
  return { stack: findStack(name, { configFile }), configFile, set: own };
}

function split(text: string, at: string): readonly [string, string?] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

/** The config as a blank Pulumi can read it. */
function blankConfig(file: string, set: readonly string[]): string {
  const source = withoutEncryption(readFileSync(file, 'utf8'), file);
  return set.reduce((text, assignment) => setInConfig(text, assignment, basename(file)), source);
}

async function reviewBlank(
  meant: readonly MeantStack[],
  ref: string | undefined,
  { progress, interruption }: Terminal,
): Promise<StackReview[]> {
  const directory = mkdtempSync(join(tmpdir(), 'continuous-load-review-'));
  try {
    const configs = meant.map(({ stack, set }) => blankConfig(stack.sourceFile, set));
    const models = meant.map(({ stack }, i) => stackModel(stack, configs[i] ?? ''));
    const programs = [...new Set((await Promise.all(models.map(neededPrograms))).flat())];
    await interruption.guard(ensurePrograms(programs, progress, interruption.signal));
    const pulumi = await interruption.guard(makeBlankPulumi(directory, interruption.signal));
    const base = ref === undefined ? undefined : await baseOf(ref, directory);
    const reviews: StackReview[] = [];
    for (const [i, one] of meant.entries()) {
      const { name } = one.stack;
      progress.step(`preview of ${name}`);
      const flags = policyFlags(one.stack, models[i] ?? {}, []);
      const run = await interruption.guard(
        previewBlank(
          pulumi,
          checkout,
          { stack: name, label: `head-${name}`, config: configs[i] ?? '' },
          flags,
        ),
      );
      if (base) progress.step(`preview of ${name} at ${base.ref}`);
      const against = base ? await interruption.guard(againstBase(pulumi, base, one)) : nothing;
      reviews.push(reviewOf(name, run.preview, run.exitCode, against));
    }
    return reviews;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const nothing: Against = { kind: 'nothing' };

interface Base {
  readonly ref: string;
  readonly directory: string;
}

async function baseOf(ref: string, directory: string): Promise<Base> {
  const place = join(directory, 'base');
  const { otherPackages } = await checkoutOf(ref, place);
  return { ref: otherPackages ? `${ref} (with the packages of this checkout)` : ref, directory: place };
}

/** A base that cannot be previewed fails nothing: what is judged is the change. */
async function againstBase(
  pulumi: BlankPulumi,
  { ref, directory }: Base,
  { stack: { name }, configFile, set }: MeantStack,
): Promise<Against> {
  const file = configFile ?? join(directory, `Pulumi.${name}.yaml`);
  if (!existsSync(file)) return { kind: 'no base', ref, why: `it has no stack ${name}` };
  try {
    const config = blankConfig(file, set);
    const { preview } = await previewBlank(
      pulumi,
      directory,
      { stack: name, label: `base-${name}`, config },
      [],
    );
    if (preview.complete && preview.errors.length === 0) return { kind: 'base', ref, preview };
    return { kind: 'no base', ref, why: preview.errors[0] ?? 'its preview broke off' };
  } catch (error) {
    return { kind: 'no base', ref, why: (error as Error).message };
  }
}

/** Previews stacks by the user's own Pulumi, against what they have. */
async function reviewState(
  meant: readonly MeantStack[],
  { progress, interruption }: Terminal,
): Promise<StackReview[]> {
  const reviews: StackReview[] = [];
  for (const { stack, set } of meant) {
    if (set.length > 0)
      throw new Failure(
        '--set does not go together with --against state: change the config, or name another with STACK=FILE.',
      );
    const engine = await engineFor(stack);
    if (stack.isLab && !hasState(engine, stack)) throw notUp(stack);
    progress.step(`preview of ${stack.name}`);
    const flags = ['--stack', stack.name, '--config-file', stack.configFile];
    const policies = policyFlags(stack, stackModel(stack, readFileSync(stack.sourceFile, 'utf8')), []);
    const run = await interruption.guard(
      runPreview(engine.command, [...flags, ...policies], {
        cwd: checkout,
        env: engine.env,
        signal: interruption.signal,
      }),
    );
    reviews.push(reviewOf(stack.name, run.preview, run.exitCode, { kind: 'state' }));
  }
  return reviews;
}

if (require.main === module) void runVerb('review', (terminal) => review(process.argv.slice(2), terminal));

import { Command } from 'commander';
import { preflight } from './preflight';
import { engineFor, runEngine, type Engine } from './engine/engine';
import { lastUpdate } from './engine/last-update';
import { policyFlags } from './engine/policies';
import { settlePending } from './engine/pending-operations';
import { requireKnownArguments } from './engine/pulumi-flags';
import { refuseOtherKind } from './engine/same-kind';
import { outputsSoFar, stackOutputs } from './engine/stack-outputs';
import { ensureState, unlock } from './engine/stack-state';
import { awaitGoodPaths, awaitRules } from './signal/first-sample';
import { PrometheusApi } from './signal/prometheus-api';
import type { StatusReport } from './signal/status-report';
import { renderStatus } from './signal/status-table';
import { stackWord, storeDefault } from './stack/default-stack';
import { ensureUserStack, fetchDefinitions } from './stack/prepare-k3d';
import { prepareCaches, reviveIfDead } from './stack/prepare-lab';
import { effectiveConfig, findStack, presentLab, writeConfigCopy, type Stack } from './stack/stack';
import { stackSettings } from './stack/stack-model';
import { readStatus } from './status';
import { meantStack, passThrough } from './terminal/arguments';
import { Failure } from './terminal/failure';
import { collect, configOptions } from './terminal/options';
import { runVerb, type Terminal } from './terminal/verb';
import { formatDuration } from '../lab/progress';
import { optionalImageNames, programsOf } from '../lab/images/images';
import { programsToCompile } from '../lab/toolchain/host-programs';
import type { Settings } from '../settings';
import type { SignalModel } from '../signals/model';
import { needsIstio } from '../signals/mesh';

const help = `
Prepares what is missing (lab stacks), runs \`pulumi up\`, waits for the first good sample of every path and for its rules, and shows its status.
Unknown flags go to Pulumi: \`npm run up -- --diff\`, \`npm run up dev -- --refresh\`.
A lab stack is updated without asking; others ask unless \`--yes\` is given.`;

/** `npm run up [stack] [-- flags]`: from whatever there is to a stack whose paths are good. */
export async function up(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = configOptions(new Command('npm run up'))
    .description('Bring a stack up, or bring it to what the checkout now says.')
    .usage('[stack] [-- flags]')
    .option('--no-wait', 'do not wait for the first good sample')
    .option('--policies', 'judge the stack by the policy pack (default but for labs)')
    .option('--no-policies', 'do not judge it')
    .option(
      '--set <path=value>',
      'set config for this run (lab stacks), e.g. paths.service.rate=8; repeatable',
      collect,
      [],
    )
    .addHelpText('after', help);
  const { options, rest, own, ...meant } = passThrough(command, argv);
  const { configFile, set, wait, policies } = options as {
    configFile?: string;
    set: string[];
    wait?: false;
    policies?: boolean;
  };
  const name = await meantStack(meant, configFile, terminal, storeDefault);
  const watched = wait ?? true;
  const stack = findStack(name, { configFile, set });
  const configText = effectiveConfig(stack, set);
  const { model, networkPolicies } = stackSettings(stack, configText);
  const again = `Run \`npm run up${stackWord(name)}\` again to go on`;

  const check = (engine: Engine) =>
    terminal.interruption.guard(requireKnownArguments(engine, 'up', rest, own));
  const engine = stack.isLab
    ? await prepareLab(stack, { model, networkPolicies }, configText, again, check, terminal)
    : await prepareOther(stack, model, check, terminal);
  terminal.stage(`What Pulumi had done is in its state. ${again}, or \`npm run down ${name}\` to remove it.`);
  const flags = [
    '--stack',
    name,
    '--config-file',
    stack.configFile,
    ...(stack.isLab ? ['--yes'] : []),
    // A lab is where things are broken on purpose, and its preview judges it.
    ...((policies ?? !stack.isLab) ? policyFlags(stack, model, rest) : []),
    ...rest,
  ];
  const code = await runEngine(engine, ['up', ...flags], terminal.interruption);
  if (code !== 0)
    throw new Failure(
      `Pulumi ended with exit code ${code}; the reason stands above. Mend it and run the same command again.`,
      code,
    );

  const changes = await lastUpdate(engine, stack);
  const { urls = {} } = await stackOutputs(engine, stack);
  terminal.stage(`The stack is up. \`npm run status ${name}\` shows its paths.`);
  if (!watched || model.enabled === false || urls['prometheus'] === undefined) {
    terminal.print(`\n${changes ?? ''}\n${unwatched(watched, model.enabled)}`);
    return;
  }
  const { progress, interruption } = terminal;
  progress.step('waiting for the first good sample of every path');
  const prometheus = new PrometheusApi(urls['prometheus'], interruption.signal);
  const tookMs = await awaitGoodPaths(prometheus, model, progress, interruption.signal);
  progress.detail('every path is good; until the rules are evaluated');
  await awaitRules(prometheus, model, interruption.signal);
  progress.end();
  const report = await readStatus(stack.name, model, urls, progress, interruption.signal);
  terminal.print(
    `\n${changes ?? ''} Every path is good (seen after ${formatDuration(tookMs)}).\n\n${renderStatus(atFirst(report))}`,
  );
  terminal.print(nextSteps(stack, urls));
}

/** Refuses, before anything is changed, what an engine would not take. */
type EngineCheck = (engine: Engine) => Promise<void>;

async function prepareOther(
  stack: Stack,
  model: SignalModel,
  check: EngineCheck,
  terminal: Terminal,
): Promise<Engine> {
  const engine = await engineFor(stack);
  await check(engine);
  refuseOtherKind(stack, await outputsSoFar(engine, stack));
  if (stack.makesCluster) await fetchDefinitions(model, terminal);
  if (stack.makesCluster) await ensureUserStack(engine, stack, terminal.interruption);
  return engine;
}

async function prepareLab(
  stack: Stack,
  { model, networkPolicies }: Pick<Settings, 'model' | 'networkPolicies'>,
  configText: string,
  again: string,
  check: EngineCheck,
  terminal: Terminal,
): Promise<Engine> {
  const { progress, interruption } = terminal;
  const present = presentLab(stack);
  const images = needsIstio(model) ? optionalImageNames : [];
  const usual = await interruption.guard(programsToCompile());
  const programs = [
    ...usual,
    ...programsOf(images),
    ...(networkPolicies.enabled ? (['policy-enforcer'] as const) : []),
  ];
  await interruption.guard(preflight({ purpose: 'up', stack, configText, presentLab: present, programs }));
  terminal.stage(`What was compiled and unpacked is kept. ${again}.`);
  await prepareCaches(programs, progress, interruption, images);
  const engine = await interruption.guard(engineFor(stack));
  await check(engine);
  terminal.stage(`${again}, or \`npm run down ${stack.name}\` to remove what there is.`);
  unlock(engine, stack, progress);
  writeConfigCopy(stack, configText);
  await reviveIfDead(present ?? stack.labName, progress, interruption);
  await interruption.guard(ensureState(engine, stack));
  await settlePending(engine, stack, interruption, progress);
  progress.end();
  return engine;
}

/** What a first look needs: the addresses follow as next steps, and an alert that is pending while a new stack warms up tells nobody anything. */
function atFirst(report: StatusReport): StatusReport {
  return { ...report, urls: {}, alerts: report.alerts.filter(({ state }) => state === 'firing') };
}

function unwatched(wait: boolean, enabled: boolean | undefined): string {
  if (!wait) return 'The first good sample was not waited for.';
  return enabled === false
    ? 'The load is switched off (load.enabled), so there is nothing to wait for.'
    : 'The stack gives no address of Prometheus; its paths cannot be watched from here.';
}

function nextSteps({ name, isLab, makesCluster }: Stack, urls: Readonly<Record<string, string>>): string {
  const stack = stackWord(name);
  const pages = Object.entries(urls).map(([service, url]) => `  ${url}  ${whatIsThere[service] ?? service}`);
  return [
    '',
    'Next:',
    ...pages,
    `  npm run status${stack}  this table again`,
    `  export KUBECONFIG=$(npm run -s kubeconfig${stack})  then kubectl or k9s as with any cluster`,
    `  npm run down${stack}  remove ${isLab ? 'the stack and its lab' : makesCluster ? 'the stack and its cluster' : 'the stack'}`,
  ].join('\n');
}

const whatIsThere: Readonly<Record<string, string>> = {
  prometheus: 'Prometheus: try /api/v1/alerts (one that was compiled here has its API, no pages)',
  alertmanager: 'Alertmanager: who is told what, silences',
  podinfo: 'podinfo, the source hop: what is under load',
};

if (require.main === module) void runVerb('up', (terminal) => up(process.argv.slice(2), terminal));

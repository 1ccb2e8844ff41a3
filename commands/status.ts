import { Command } from 'commander';
import { readLab } from '../lab/cluster/lab';
import type { Progress } from '../lab/progress';
import type { SignalModel } from '../signals/model';
import { engineFor } from './engine/engine';
import { notUp, stackOutputs } from './engine/stack-outputs';
import { hasState } from './engine/stack-state';
import { PrometheusApi, suppressedAlerts } from './signal/prometheus-api';
import { alertStatuses, readPaths, type StatusReport } from './signal/status-report';
import { renderStatus } from './signal/status-table';
import { effectiveConfig, findStack, type Stack } from './stack/stack';
import { stackModel } from './stack/stack-model';
import { defaultStack } from './terminal/arguments';
import { Failure } from './terminal/failure';
import { runVerb, type Terminal } from './terminal/verb';

/** `npm run status [stack] [-- --json]`: how every path does, what is firing, where to look on. */
export async function status(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = new Command('npm run status')
    .description(
      'Show how every path of a stack did over the last five minutes, and which alerts are active.',
    )
    .usage('[stack] [-- --json]')
    .argument('[stack]', 'the stack', defaultStack)
    .option('--json', 'as JSON on stdout (use `npm run -s`)')
    .parse([...argv], { from: 'user' });
  const [name = defaultStack] = command.args;
  const stack = findStack(name, { present: true });
  const { interruption, progress } = terminal;
  const engine = await engineFor(stack);
  if (stack.isLab && !hasState(engine, stack)) throw notUp(stack);
  const { urls = {} } = await stackOutputs(engine, stack);
  if (stack.isLab) await requireLiving(stack, progress);
  const model = stackModel(stack, effectiveConfig(stack));
  const report = await readStatus(name, model, urls, progress, interruption.signal);
  terminal.print(
    command.opts<{ json?: boolean }>().json ? JSON.stringify(report, null, 2) : renderStatus(report),
  );
}

/**
 * Reads a status from Prometheus, and from Alertmanager what it holds back; an Alertmanager that does not answer is only a note.
 * Throws a Failure when Prometheus does not answer.
 */
export async function readStatus(
  stack: string,
  model: SignalModel,
  urls: Readonly<Record<string, string>>,
  progress: Pick<Progress, 'note'>,
  signal?: AbortSignal,
): Promise<StatusReport> {
  const { prometheus: url, alertmanager } = urls;
  if (url === undefined)
    throw new Failure(
      `Stack ${stack} gives no address of Prometheus, so its paths cannot be read from here.`,
    );
  const prometheus = new PrometheusApi(url, signal);
  const heldBack = async () => {
    try {
      return alertmanager === undefined ? [] : await suppressedAlerts(alertmanager, signal);
    } catch (error) {
      signal?.throwIfAborted();
      progress.note((error as Error).message);
      return [];
    }
  };
  const [paths, alerts, suppressed] = await Promise.all([
    readPaths(prometheus, model),
    prometheus.alerts(),
    heldBack(),
  ]);
  return { stack, paths, alerts: alertStatuses(alerts, suppressed), urls };
}

async function requireLiving(stack: Stack, progress: Pick<Progress, 'note'>): Promise<void> {
  const lab = await readLab(stack.labName);
  const wayOut = `\`npm run up ${stack.name}\``;
  if (lab === undefined)
    throw new Failure(`The lab of stack ${stack.name} is gone. Make it anew with ${wayOut}.`);
  const off = lab.dead.join(', ');
  if (lab.dead.includes('cp'))
    throw new Failure(
      `Lab ${stack.labName} is off (${off} ${lab.dead.length === 1 ? 'does' : 'do'} not run). ${wayOut} starts it again.`,
    );
  if (lab.dead.length > 0)
    progress.note(`${off} of lab ${stack.labName} ${lab.dead.length === 1 ? 'is' : 'are'} off`);
}

if (require.main === module) void runVerb('status', (terminal) => status(process.argv.slice(2), terminal));

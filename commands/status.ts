import { Command, Option } from 'commander';
import { readLab } from '../lab/cluster/lab';
import type { Progress } from '../lab/progress';
import type { SignalModel } from '../signals/model';
import { engineFor } from './engine/engine';
import { notUp, stackOutputs } from './engine/stack-outputs';
import { hasState } from './engine/stack-state';
import { renderPage } from './signal/html/page';
import { readPage } from './signal/html/page-data';
import { PageFile } from './html/page-file';
import { PrometheusApi, suppressedAlerts } from './signal/prometheus-api';
import {
  alertStatuses,
  areRulesEvaluated,
  readPaths,
  rulesEvaluatedQuery,
  type StatusReport,
} from './signal/status-report';
import { renderStatus } from './signal/status-table';
import { effectiveConfig, findStack, type Stack } from './stack/stack';
import { stackModel } from './stack/stack-model';
import { ownArguments } from './terminal/arguments';
import { Failure } from './terminal/failure';
import { runVerb, type Terminal } from './terminal/verb';

/** `npm run status [stack] [-- --json | --html [FILE]]`: how every path does, what is firing, where to look on. */
export async function status(argv: readonly string[], terminal: Terminal): Promise<void> {
  const command = new Command('npm run status')
    .description(
      'Show how every path of a stack did over the last five minutes, and which alerts are active.',
    )
    .usage('[stack] [-- --json | --html [FILE]]')
    .addOption(new Option('--json', 'as JSON on stdout (use `npm run -s`)').conflicts('html'))
    .option(
      '--html [file]',
      'as one HTML file with plots of the last hours, which needs no network; prints its path',
    );
  const { stack: name, options } = ownArguments(command, argv);
  const { json, html } = options as { json?: boolean; html?: string | true };
  const stack = findStack(name, { present: true });
  const page = html === undefined ? undefined : PageFile.open(name, html === true ? undefined : html);
  try {
    const { report, model } = await statusOf(stack, terminal);
    if (page === undefined) terminal.print(json ? JSON.stringify(report, null, 2) : renderStatus(report));
    else terminal.print(await writePage(page, report, model, terminal.interruption.signal));
  } finally {
    page?.discard();
  }
}

/** The status of a stack that is up. Throws a Failure when it is not, or its Prometheus does not answer. */
async function statusOf(
  stack: Stack,
  { interruption, progress }: Terminal,
): Promise<{ report: StatusReport; model: SignalModel }> {
  const engine = await engineFor(stack);
  if (stack.isLab && !hasState(engine, stack)) throw notUp(stack);
  const { urls = {} } = await stackOutputs(engine, stack);
  if (stack.isLab) await requireLiving(stack, progress);
  const model = stackModel(stack, effectiveConfig(stack));
  return { report: await readStatus(stack.name, model, urls, progress, interruption.signal), model };
}

/** Plots ask for hours of samples, in milliseconds. */
const plotTimeoutMs = 30_000;

/** Writes a status with its plots as a page and returns its path. Throws a Failure when Prometheus does not answer or the disk is full. */
export async function writePage(
  page: PageFile,
  report: StatusReport,
  model: SignalModel,
  signal?: AbortSignal,
): Promise<string> {
  const prometheus = new PrometheusApi(report.urls['prometheus'] ?? '', signal, plotTimeoutMs);
  page.write(renderPage(await readPage(report, prometheus, model)));
  return page.path;
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
  const [paths, alerts, evaluated, suppressed] = await Promise.all([
    readPaths(prometheus, model),
    prometheus.alerts(),
    prometheus.vector(rulesEvaluatedQuery),
    heldBack(),
  ]);
  const rulesEvaluated = areRulesEvaluated(model, evaluated);
  return { stack, paths, alerts: alertStatuses(alerts, suppressed), rulesEvaluated, urls };
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

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { findStack } from '../../commands/stack/stack';
import { deleteLab, readLab } from '../../lab/cluster/lab';
import { type Outcome, readReport } from '../support/jest-report';
import { pageRecords, suitesWithRows, testsOfRows, writeFaultMatrix } from './matrix/write';
import { hostSnapshot } from './support/host';
import { labStack } from './support/lab-stack';
import { bareLab, isTimeFor, suites, suitesNamed, type Suite } from './suites';
import { environment } from './support/stack-under-test';
import { cpuReadingsMs, percent, recordCpuTime, stolenNow, tooMuchStolen } from './support/stolen';
import { startVerb } from './support/verbs';

interface Options {
  readonly keep?: boolean;
  readonly replace?: boolean;
  readonly stack: string;
  readonly configFile?: string;
  readonly only?: string;
  readonly lab?: boolean;
  readonly all?: boolean;
  readonly rows?: string;
  readonly record?: boolean;
  readonly summary?: string;
  readonly clear?: boolean;
  readonly retries?: string;
  readonly within?: number;
}

interface Result extends Partial<Outcome> {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

/** `npm run e2e [-- flags]`: brings a lab stack up as a newcomer would, runs every suite against it, and takes it down. */
async function main(): Promise<number> {
  const command = new Command('npm run e2e --')
    .description('Bring the lab up, run the end-to-end suites in order, take it down. Needs root.')
    .option(
      '--only <names>',
      'only these suites, comma-separated; of one that is a directory also single files, as chaos/kills',
    )
    .option('--lab', 'of the suites only those that run on a lab')
    .option('--no-lab', 'of the suites only those that need none; a lab that is there is left alone')
    .option('--all', 'every suite and every row of the fault matrix, and write docs/fault-matrix.md')
    .option('--rows <ids>', 'only these rows of the fault matrix, comma-separated')
    .option('--record', 'keep what came of rows in docs/fault-matrix.jsonl, and write docs/fault-matrix.md')
    .option('--keep', 'leave the stack up at the end')
    .option(
      '--replace',
      'take down what a former run left; else a stack that is up is left alone and nothing runs',
    )
    .option('--stack <name>', 'the stack, which must have a lab', 'lab')
    .option('--config-file <file>', 'its config, in place of Pulumi.<stack>.yaml')
    .option('--clear', 'take down what a former run left, and do nothing else')
    .option('--retries <n>', 'try a failed test again so often, and name it if it passes then', '0')
    .option(
      '--within <minutes>',
      'leave suites out for which there is no time left of that, at the pace of those before, and name them',
      minutesFrom,
    )
    .option('--summary <file>', 'write {passed, failed} there, as JSON')
    .parse();
  const options = command.opts<Options>();
  const wanted = suitesNamed(suiteNames(options));
  labStack(options.stack, options.configFile);
  return new Run(options, wanted).go();
}

function minutesFrom(text: string): number {
  const minutes = Number(text);
  if (text.trim() === '' || !(minutes >= 0)) throw new InvalidArgumentError('Write a number of minutes.');
  return minutes;
}

/** Names of the suites that are asked for. */
function suiteNames({ only, rows, all, lab }: Options): string[] {
  if (only !== undefined) return only.split(',');
  if (rows !== undefined) return suitesWithRows(rows.split(','));
  const isMeant = ({ onlyByName, needs }: Suite) =>
    (all === true || !onlyByName) && (lab === undefined || lab === (needs !== 'nothing'));
  return suites.filter(isMeant).map(({ name }) => name);
}

class Run {
  private readonly directory = mkdtempSync(join(tmpdir(), 'continuous-load-e2e-'));
  private readonly results: Result[] = [];
  private readonly leftOut: Suite[] = [];
  private readonly startedMs = Date.now();
  private current: ChildProcess | undefined;
  private readings: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly options: Options,
    private readonly wanted: readonly Suite[],
  ) {
    process.env[environment.stack] = options.stack;
    process.env[environment.results] = this.directory;
    process.env[environment.retries] = options.retries;
    process.env[environment.rows] = options.rows ?? (options.all ? 'all' : 'ci');
    process.env[environment.records] = this.keepsRecords() ? pageRecords : this.directory;
    if (options.configFile !== undefined) process.env[environment.configFile] = options.configFile;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.stop());
  }

  async go(): Promise<number> {
    recordCpuTime();
    this.readings = setInterval(recordCpuTime, cpuReadingsMs).unref();
    const hasLab = this.options.clear === true || this.wanted.some(({ needs }) => needs !== 'nothing');
    if (hasLab) await this.clear();
    if (this.options.clear) return this.results.length > 0 ? 1 : 0;
    try {
      const isUp = !this.wanted.some(({ needs }) => needs === 'stack') || (await this.firstUp());
      for (const [index, suite] of this.wanted.entries()) {
        if (this.stopped) break;
        await this.untilCpusAreBack(this.wanted.slice(index));
        if (!this.isTimeFor(suite, this.wanted.slice(index + 1))) this.leftOut.push(suite);
        else if (suite.needs === 'stack' && !isUp)
          this.note({ name: suite.name, passed: 0, failed: 1, seconds: 0 });
        else await this.suite(suite);
      }
    } finally {
      if (hasLab && !this.options.keep) await this.down();
    }
    if (this.keepsRecords()) say(`\nwritten: ${await writeFaultMatrix()}`);
    return this.end();
  }

  private keepsRecords(): boolean {
    return this.options.all === true || this.options.record === true;
  }

  /** A stack that is up already belongs to somebody, unless the caller says that it does not. */
  private async clear(): Promise<void> {
    const { labName } = labStack(this.options.stack, this.options.configFile);
    if (
      this.options.replace !== true &&
      this.options.clear !== true &&
      (await readLab(labName)) !== undefined
    ) {
      rmSync(this.directory, { recursive: true });
      throw new Error(`lab ${labName} exists already: take it down with \`npm run down\`, or give --replace`);
    }
    await this.down();
  }

  private async firstUp(): Promise<boolean> {
    writeFileSync(join(this.directory, 'host-before.json'), JSON.stringify(hostSnapshot()));
    say(`\n== up (${this.options.stack})`);
    const startedMs = Date.now();
    const running = startVerb('up', this.stackArguments());
    this.current = running.child;
    running.child.stdout?.pipe(process.stderr, { end: false });
    running.child.stderr?.pipe(process.stderr, { end: false });
    const { code, output } = await running.done;
    const endedMs = Date.now();
    writeFileSync(join(this.directory, 'first-up.json'), JSON.stringify({ startedMs, endedMs, output }));
    this.note({
      name: 'up',
      passed: code === 0 ? 1 : 0,
      failed: code === 0 ? 0 : 1,
      seconds: (endedMs - startedMs) / 1000,
    });
    const lab = await readLab(findStack(this.options.stack, { present: true }).labName);
    if (lab) {
      const ports = {
        api: lab.spec.apiPort,
        ...Object.fromEntries(Object.entries(lab.spec.ports).map(([name, port]) => [name, port.hostPort])),
      };
      writeFileSync(join(this.directory, 'ports.json'), JSON.stringify(ports));
    }
    return code === 0;
  }

  /** Minutes that are left of those that the run was given; no end of them where it was given none. */
  private minutesLeft(): number {
    const { within = Infinity } = this.options;
    return within - (Date.now() - this.startedMs) / 60_000;
  }

  /** Waits while the host gives the CPUs to others, as long as there is time for that beside all that is to run; not where no time was given. */
  private async untilCpusAreBack(left: readonly Suite[]): Promise<void> {
    if (this.options.within === undefined) return;
    const needed = left.reduce((sum, { minutes = 0 }) => sum + minutes, 0);
    for (let said = false; stolenNow() >= tooMuchStolen && !this.stopped; said = true) {
      const spare = this.minutesLeft() - needed;
      if (spare <= 0) return;
      if (!said)
        say(
          `\nwaiting for the CPUs, of which the host gives ${percent(stolenNow())} to others: ${Math.round(spare)} min at most`,
        );
      await sleep(5_000);
    }
  }

  private isTimeFor(suite: Suite, later: readonly Suite[]): boolean {
    const done = this.wanted.filter(({ name }) => this.results.some((result) => result.name === name));
    const expected = done.reduce((sum, { minutes = 0 }) => sum + minutes * 60, 0);
    const took = this.results.reduce((sum, { seconds }) => sum + seconds, 0);
    return isTimeFor(suite, later, this.minutesLeft(), expected > 0 ? took / expected : 1);
  }

  private async suite({ name, shows, needs }: Suite): Promise<void> {
    say(`\n== ${name}: ${shows}`);
    const startedMs = Date.now();
    const report = join(this.directory, `report-${name.replaceAll('/', '-')}.json`);
    const words = [
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--runInBand',
      '--verbose',
      '--forceExit',
      '--json',
      `--outputFile=${report}`,
      ...(this.options.only === undefined && this.options.rows !== undefined
        ? [`--testNamePattern=${testsOfRows(this.options.rows.split(','))}`]
        : []),
    ];
    const child = spawn(process.execPath, [...words, `test/e2e/${name}[./]`], {
      env: { ...process.env, E2E: '1', CI: 'true', [environment.needs]: needs },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.current = child;
    await new Promise((resolve) => child.once('close', resolve));
    this.note({ name, ...readReport(report), seconds: (Date.now() - startedMs) / 1000 });
  }

  private async down(): Promise<void> {
    say('\n== down');
    const { code, output } = await startVerb('down', this.stackArguments()).done;
    if (code !== 0) say(output.slice(-3000));
    if (code !== 0) this.note({ name: 'down', passed: 0, failed: 1, seconds: 0 });
    await deleteLab(bareLab);
  }

  private stackArguments(): string[] {
    return [
      this.options.stack,
      ...(this.options.configFile === undefined ? [] : ['--config-file', this.options.configFile]),
    ];
  }

  private stop(): void {
    this.stopped = true;
    this.current?.kill('SIGTERM');
  }

  private note(result: Result): void {
    this.results.push(result);
    say(
      `== ${result.name}: ${result.passed} passed, ${result.failed} failed (${result.seconds.toFixed(0)} s)`,
    );
  }

  private end(): number {
    clearInterval(this.readings);
    if (this.stopped) this.note({ name: 'the run was interrupted', passed: 0, failed: 1, seconds: 0 });
    const sum = (key: 'passed' | 'failed') => this.results.reduce((total, result) => total + result[key], 0);
    const [passed, failed] = [sum('passed'), sum('failed')];
    if (this.options.summary !== undefined)
      writeFileSync(this.options.summary, JSON.stringify({ passed, failed, suites: this.results }, null, 1));
    if (failed > 0) say(`\nwhat the suites left is in ${this.directory}`);
    else rmSync(this.directory, { recursive: true, force: true });
    for (const { name, unsteady } of this.results)
      for (const each of unsteady ?? []) say(`\nunsteady in ${name}, passed when tried again: ${each}`);
    for (const { name, failures } of this.results)
      for (const failure of failures ?? []) say(`\nfailed in ${name}: ${failure}`);
    if (this.leftOut.length > 0)
      say(
        `\nleft out, as there was no time for it within ${this.options.within} min: ${this.leftOut.map(({ name }) => name).join(', ')}`,
      );
    say('');
    for (const { name, ...result } of this.results)
      say(
        `  ${name.padEnd(16)} ${result.passed} passed, ${result.failed} failed (${result.seconds.toFixed(0)} s)`,
      );
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed > 0 || passed === 0 ? 1 : 0;
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(`e2e: ${error instanceof Error ? error.message : String(error)}`);
    process.stdout.write('0 passed, 1 failed\n');
    process.exit(1);
  },
);

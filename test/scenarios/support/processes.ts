import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { http1Only } from '../../../signals/injector';
import { createProgress } from '../../../lab/progress';
import { ensurePrograms, programPath } from '../../../lab/toolchain/toolchain';
import type { ProgramName } from '../../../lab/toolchain/programs';
import type { InjectorConfig, PathConfig } from '../../../scenarios/config';
import { entryScript, injectorConfig, scenarioFiles } from '../../../signals/injector';
import { defaultModel, pathSettings } from '../../../signals/model';
import type { PathName } from '../../../signals/paths';
import { freePort } from '../../support/ports';
import { injectorTargets, type InjectorTargets } from '../../../signals/targets';

/** Longest that k6 may take to be compiled on first use, in milliseconds. */
export const k6PatienceMs = 600_000;

const root = join(__dirname, '..', '..', '..');

/** What is still running; `endAll` ends it, so that a test that fails leaves nothing behind. */
const running = new Set<() => unknown>();

/** Ends everything that was started here: for `afterEach`. */
export async function endAll(): Promise<void> {
  for (const stop of running) await stop();
  running.clear();
}

/** One number that k6 recorded. */
export interface Sample {
  metric: string;
  value: number;
  tags: Record<string, string>;
}

/** What k6 recorded until it was stopped. */
export class Samples {
  constructor(
    readonly all: readonly Sample[],
    readonly log: string,
  ) {}

  /** Sum of a counter over everything that carries these tags. */
  count(metric: string, tags: Record<string, string> = {}): number {
    return this.of(metric, tags).reduce((sum, { value }) => sum + value, 0);
  }

  /** Probes by `outcome reason`, those with a count only. */
  outcomes(tags: Record<string, string> = {}): Record<string, number> {
    return this.sums('probes', ({ outcome, reason }) => [outcome, reason].filter(Boolean).join(' '), tags);
  }

  /** Interruptions by reason, those with a count only. */
  interruptions(tags: Record<string, string> = {}): Record<string, number> {
    return this.sums('interruptions', ({ reason }) => reason ?? '', tags);
  }

  /** Values of a trend, sorted. */
  values(metric: string, tags: Record<string, string> = {}): number[] {
    return this.of(metric, tags)
      .map(({ value }) => value)
      .sort((a, b) => a - b);
  }

  of(metric: string, tags: Record<string, string>): Sample[] {
    const matches = (sample: Sample) =>
      Object.entries(tags).every(([key, value]) => sample.tags[key] === value);
    return this.all.filter((sample) => sample.metric === metric && matches(sample));
  }

  private sums(
    metric: string,
    name: (tags: Record<string, string>) => string,
    tags: Record<string, string>,
  ): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const sample of this.of(metric, tags))
      if (sample.value > 0) sums[name(sample.tags)] = (sums[name(sample.tags)] ?? 0) + sample.value;
    return sums;
  }
}

/** The config of these paths for one injector that starts at once, with rates, times and addresses of the test. */
export function configOf(
  names: readonly PathName[],
  targets: Partial<InjectorTargets>,
  { ratePerSecond = 10, timeoutMs = 2000, change = (path: PathConfig) => path } = {},
): InjectorConfig {
  const model = defaultModel({
    injectors: 1,
    paths: names.map((name) => pathSettings(name, { ratePerSecond, timeoutMs, latencyBoundMs: 500 })),
  });
  const config = injectorConfig(model, { ...injectorTargets('nowhere'), ...targets });
  const paths = config.paths.map((path) => ({
    ...path,
    probes: path.probes.map((probe) => ({ ...probe, startMs: 200 })),
  }));
  return { ...config, paths: paths.map(change) };
}

/** A running k6 with the shipped files in a directory of their own. */
export class Injector {
  private log = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
  }

  /** Starts k6 from the cache, compiled first when it is not there. */
  static async start(config: InjectorConfig, environment: Record<string, string> = {}): Promise<Injector> {
    await ensurePrograms(['k6'], createProgress());
    const directory = mkdtempSync(join(tmpdir(), 'scenarios-'));
    for (const file of scenarioFiles) copyFileSync(join(root, 'scenarios', file), join(directory, file));
    writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
    const ofTheTable = config.paths.filter(({ own }) => own === undefined);
    const entry = config.paths.some(({ own }) => own !== undefined && own.kind !== 'http')
      ? 'continuous-extended.ts'
      : entryScript(ofTheTable.map(({ path }) => ({ name: path })));
    const child = spawn(
      process.env['SCENARIO_K6'] ?? programPath('k6'),
      [
        'run',
        '--summary-mode=disabled',
        '--no-thresholds',
        '--no-usage-report',
        '--quiet',
        '--out',
        `json=${join(directory, 'samples.json')}`,
        join(directory, entry),
      ],
      {
        env: {
          PATH: process.env['PATH'],
          K6_AUTO_EXTENSION_RESOLUTION: 'false',
          ...http1Only,
          ...environment,
        },
      },
    );
    running.add(() => end(child, 'SIGKILL'));
    return new Injector(child, directory);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** What was recorded so far. */
  samples(): Samples {
    const file = join(this.directory, 'samples.json');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const all: Sample[] = [];
    for (const line of lines) {
      if (!line.startsWith('{"metric') || !line.endsWith('}')) continue;
      const { type, metric, data } = JSON.parse(line);
      if (type === 'Point') all.push({ metric, value: data.value, tags: data.tags ?? {} });
    }
    return new Samples(all, this.log);
  }

  /** Ends k6 as the kubelet does, and gives all that it recorded. */
  async stop(): Promise<Samples> {
    await end(this.child, 'SIGTERM');
    const samples = this.samples();
    rmSync(this.directory, { recursive: true });
    return samples;
  }
}

/** The far end of `far-end.ts` as a process. */
export class FarEnd {
  private constructor(
    readonly child: ChildProcess,
    readonly grpcPort: number,
    readonly wsPort: number,
    private readonly log: string,
  ) {}

  static async start(mode = 'ok'): Promise<FarEnd> {
    const [grpcPort, wsPort] = [await freePort(), await freePort()];
    const log = join(mkdtempSync(join(tmpdir(), 'far-end-')), 'answered');
    writeFileSync(log, '');
    const child = spawn(
      process.execPath,
      [join(__dirname, 'far-end.ts'), `${grpcPort}`, `${wsPort}`, log, mode],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    running.add(() => end(child, 'SIGKILL'));
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`far end exited with ${code}: ${said}`)));
    });
    return new FarEnd(child, grpcPort, wsPort, log);
  }

  /** Nonces of all messages it answered, in order. */
  answered(): string[] {
    return readFileSync(this.log, 'utf8').split('\n').filter(Boolean);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    await end(this.child, 'SIGKILL');
  }
}

/** The product's own echo server, or podinfo, as a process on loopback. */
export class Program {
  private constructor(private readonly child: ChildProcess) {}

  /** Starts a program of the toolchain and waits until it listens on `port`. */
  static async start(name: ProgramName, port: number, ...flags: string[]): Promise<Program> {
    await ensurePrograms([name], createProgress());
    const child = spawn(programPath(name), flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(() => end(child, 'SIGKILL'));
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    await listening(port, () => {
      if (hasEnded()) throw new Error(`${name} ended before it listened on ${port}: ${said}`);
    });
    return new Program(child);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Resolves when it is gone. */
  async gone(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null)
      await new Promise((resolve) => this.child.once('exit', resolve));
  }

  async kill(): Promise<void> {
    await end(this.child, 'SIGKILL');
  }
}

/** A Service: new connections go to the current port, old ones stay where they are. */
export class Relay {
  private readonly sockets = new Set<Socket>();
  /** Number of connections that were taken. */
  taken = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
    public to: number,
  ) {}

  static async start(to: number): Promise<Relay> {
    const relay = new Relay(createServer(), await freePort(), to);
    relay.server.on('connection', (near) => relay.join(near));
    running.add(() => relay.close());
    await relay.open();
    return relay;
  }

  /** Takes connections (again). */
  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
  }

  /** Refuses new connections. */
  refuse(): void {
    this.server.close();
  }

  private join(near: Socket): void {
    this.taken += 1;
    const far = connect(this.to, '127.0.0.1');
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.pipe(into);
      from.on('error', () => into.destroyed || into.resetAndDestroy());
      from.on('close', () => this.sockets.delete(from));
    }
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

/** Longest wait for what must happen: machines are shared. */
const patienceMs = 300_000;

/** Waits until something holds; throws after five minutes with what was seen last. */
export async function until(holds: () => boolean, seen: () => unknown = () => ''): Promise<void> {
  const start = Date.now();
  while (!holds()) {
    if (Date.now() - start > patienceMs)
      throw new Error(`did not happen in ${patienceMs / 1000} s: ${JSON.stringify(seen())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Resolves when somebody listens on a port of loopback; `alive` throws when nobody will. */
async function listening(port: number, alive: () => void): Promise<void> {
  const start = Date.now();
  for (;;) {
    const taken = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    alive();
    if (taken) return;
    if (Date.now() - start > patienceMs) throw new Error(`nobody listens on ${port}`);
    await sleep(50);
  }
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

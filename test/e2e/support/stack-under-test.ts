import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { effectiveConfig, findStack } from '../../../commands/stack/stack';
import { stackModel } from '../../../commands/stack/stack-model';
import { PrometheusApi } from '../../../commands/signal/prometheus-api';
import { kubectl } from '../../../lab/cluster/kubectl';
import { labPaths } from '../../../lab/cluster/spec';
import { stateDirectory } from '../../../lab/directories';
import type { PathSettings, SignalModel } from '../../../signals/model';
import type { StatusReport } from '../../../commands/signal/status-report';
import { startVerb, verb, type RunningVerb, type VerbAnswer } from './verbs';

/** Environment variables by which `run.ts` tells the suites what to test. */
export const environment = {
  /** Name of the stack; default `lab`. */
  stack: 'E2E_STACK',
  /** Its config file; default `Pulumi.<stack>.yaml`. */
  configFile: 'E2E_CONFIG_FILE',
  /** Directory for what one suite leaves for another: the log of the first `up`, the host as it was. */
  results: 'E2E_RESULTS',
  /** Rows of the fault matrix: `ci`, `all`, or ids, comma-separated; default `ci`. */
  rows: 'E2E_ROWS',
  /** Directory for the records of those rows; default the directory of results. */
  records: 'E2E_RECORDS',
  /** How often a failed test is tried again; default 0. */
  retries: 'E2E_RETRIES',
  /** What the suite needs, as `Suite.needs`. */
  needs: 'E2E_NEEDS',
  /** Length of the suite `quiet`, in minutes; default 20. */
  quietMinutes: 'E2E_QUIET_MINUTES',
  /** How many probes the suite `soak` waits for; default 100 000. */
  soakProbes: 'E2E_SOAK_PROBES',
} as const;

/** The stack that the suites run against: a lab stack, brought up by `run.ts`. */
export class StackUnderTest {
  readonly name = process.env[environment.stack] ?? 'lab';
  private readonly configFile = process.env[environment.configFile];

  /** Name of its lab. */
  get lab(): string {
    return this.stack().labName;
  }

  /** What its config leads to, defaults filled in. */
  model(): SignalModel {
    const stack = this.stack();
    return stackModel(stack, effectiveConfig(stack));
  }

  /** The path `service`. */
  servicePath(): PathSettings {
    const wanted: string = 'service';
    const path = this.model().paths.find(({ name }) => name === wanted);
    if (!path) throw new Error('the stack does not probe the path service');
    return path;
  }

  /** Host port of an endpoint (`api`, `prometheus`, …), as the lab has it. */
  port(endpoint: string): number {
    const spec = JSON.parse(readFileSync(labPaths(this.lab).spec, 'utf8')) as {
      apiPort: number;
      ports: Record<string, { hostPort: number }>;
    };
    const port = endpoint === 'api' ? spec.apiPort : spec.ports[endpoint]?.hostPort;
    if (port === undefined) throw new Error(`lab ${this.lab} has no endpoint ${endpoint}`);
    return port;
  }

  /** Its Prometheus, through the relay on 127.0.0.1. */
  prometheus(): PrometheusApi {
    return new PrometheusApi(`http://127.0.0.1:${this.port('prometheus')}`, undefined, 15_000);
  }

  /** `npm run up`, to its end; throws when it fails. */
  async up(...flags: string[]): Promise<VerbAnswer> {
    return verb('up', this.arguments(flags));
  }

  /** `npm run up`, running. */
  startUp(...flags: string[]): RunningVerb {
    return startVerb('up', this.arguments(flags));
  }

  /** `npm run down`, to its end; throws when it fails. */
  async down(): Promise<VerbAnswer> {
    return verb('down', this.arguments([]));
  }

  /** `npm run -s status -- --json`, read. */
  async status(): Promise<StatusReport> {
    const { stdout } = await verb('status', [this.name, '--json']);
    return JSON.parse(stdout) as StatusReport;
  }

  /** Runs kubectl as the lab's administrator. */
  async kubectl(...words: string[]): Promise<string> {
    return kubectl(this.lab, words);
  }

  /** Pulumi's record of the stack: the file of the DIY backend (`.pulumi/stacks/<project>/<stack>.json`). */
  stateFile(): string {
    return join(
      stateDirectory(),
      'pulumi',
      'backend',
      '.pulumi',
      'stacks',
      'continuous-load',
      `${this.name}.json`,
    );
  }

  private arguments(flags: readonly string[]): string[] {
    return [
      this.name,
      ...(this.configFile === undefined ? [] : ['--config-file', this.configFile]),
      ...flags,
    ];
  }

  private stack() {
    return findStack(this.name, this.configFile === undefined ? {} : { configFile: this.configFile });
  }
}

/** A file of this run in which suites leave things for each other. */
export function resultFile(name: string): string {
  return join(process.env[environment.results] ?? '/tmp', name);
}

/** Where the rows of the fault matrix leave their records. */
export function recordsDirectory(): string {
  return process.env[environment.records] ?? resultFile('');
}

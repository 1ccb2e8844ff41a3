import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProgress } from '../../../lab/progress';
import { ensurePrograms, programPath } from '../../../lab/toolchain/toolchain';
import { runPromtool } from '../../signals/promtool';

/** A series with its samples: epoch seconds and value. */
export interface StoredSeries {
  /** `name{label="value"}`. */
  readonly series: string;
  readonly samples: readonly (readonly [number, number])[];
}

/** A real Prometheus on this machine that has stored what it is given, and scrapes nothing. */
export class StoringPrometheus {
  readonly #directory = mkdtempSync(join(tmpdir(), 'prometheus-'));
  #process: ChildProcess | undefined;
  #port = 0;
  #log = '';

  /** Where it answers; another address after each `store`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Stores series beside those that are there, and begins to answer with them. */
  async store(series: readonly StoredSeries[]): Promise<void> {
    await this.#end();
    const file = join(this.#directory, 'series.om');
    writeFileSync(file, openMetrics(series));
    await runPromtool('tsdb', 'create-blocks-from', 'openmetrics', file, join(this.#directory, 'data'));
    await this.#begin();
  }

  /** Ends it and forgets everything. */
  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    await ensurePrograms(['prometheus'], createProgress());
    const config = join(this.#directory, 'prometheus.yaml');
    writeFileSync(config, 'global: {}\n');
    this.#port = await freePort();
    const running = spawn(
      programPath('prometheus'),
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(this.#directory, 'data')}`,
        '--storage.tsdb.retention.time=10y',
        `--web.listen-address=127.0.0.1:${this.#port}`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = running;
    for (const stream of [running.stdout, running.stderr])
      stream.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
    for (let tries = 0; tries < 300; tries++) {
      const ready = await fetch(`${this.url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return;
      if (running.exitCode !== null) throw new Error(`Prometheus ended: ${this.#log}`);
      await sleep(100);
    }
    throw new Error(`Prometheus is not ready: ${this.#log}`);
  }

  async #end(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    await ended;
  }
}

/** https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md: the samples of a metric stand together. */
function openMetrics(series: readonly StoredSeries[]): string {
  const lines = [...series]
    .sort((a, b) => a.series.localeCompare(b.series))
    .flatMap(({ series: name, samples }) => samples.map(([at, value]) => `${name} ${value} ${at}`));
  return `${lines.join('\n')}\n# EOF\n`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { createProgress } from '../../lab/progress';
import { freePort } from '../support/ports';
import { ensurePrograms, programPath } from '../../lab/toolchain/toolchain';
import type { AlertmanagerConfig } from '../../signals/alertmanager';

/** Labels of an alert that is sent; one that fires until it is no longer sent. */
export type SentAlert = Readonly<Record<string, string>>;

/** Path of Alertmanager in the cache, compiled first where it is not there yet. */
export async function alertmanager(): Promise<string> {
  await ensurePrograms(['alertmanager'], createProgress());
  return programPath('alertmanager');
}

/** What Alertmanager says against a configuration, or undefined where it starts with it. */
export async function refusalOf(config: AlertmanagerConfig): Promise<string | undefined> {
  try {
    await (await Alertmanager.start(() => config)).stop();
    return undefined;
  } catch (failure) {
    return String(failure);
  }
}

/** An Alertmanager on this machine with a receiver that remembers what it is told. */
export class Alertmanager {
  readonly #told: { path: string; words: string }[] = [];
  readonly #directory = mkdtempSync(join(tmpdir(), 'alertmanager-'));
  #log = '';
  #port = 0;
  #process: ChildProcess | undefined;
  #receiver: Server | undefined;

  /** Starts it with a configuration made for the receiver's URL; throws an Error with its log when it ends at once. */
  static async start(configuration: (url: string) => AlertmanagerConfig): Promise<Alertmanager> {
    const started = new Alertmanager();
    try {
      await started.#start(configuration);
      return started;
    } catch (failure) {
      await started.stop();
      throw failure;
    }
  }

  /** Sends alerts as Prometheus does. */
  async send(alerts: readonly SentAlert[]): Promise<void> {
    const endsAt = new Date(Date.now() + 600_000).toISOString();
    const body = JSON.stringify(alerts.map((labels) => ({ labels, endsAt })));
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.#url}/api/v2/alerts`, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status} ${await answer.text()}`);
  }

  /** Waits so long, in milliseconds. */
  async wait(ms: number): Promise<void> {
    await sleep(ms);
  }

  /** Notifications in words, sorted: alerts with their paths; those to one path of the receiver or to all. */
  received(path?: string): string[] {
    return this.#told
      .filter((one) => path === undefined || one.path === path)
      .map(({ words }) => words)
      .sort();
  }

  /** Ends it and its receiver. */
  async stop(): Promise<void> {
    const running = this.#process;
    if (running && running.exitCode === null) {
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await ended;
    }
    this.#receiver?.closeAllConnections();
    await new Promise((resolve) => (this.#receiver ? this.#receiver.close(resolve) : resolve(undefined)));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async #start(configuration: (url: string) => AlertmanagerConfig): Promise<void> {
    const file = join(this.#directory, 'alertmanager.yaml');
    writeFileSync(file, stringify(configuration(await this.#listen())), { mode: 0o600 });
    this.#port = await freePort();
    const running = spawn(
      await alertmanager(),
      [
        `--config.file=${file}`,
        `--storage.path=${this.#directory}`,
        `--web.listen-address=127.0.0.1:${this.#port}`,
        '--cluster.listen-address=',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = running;
    for (const stream of [running.stdout, running.stderr])
      stream.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
    for (let tries = 0; tries < 3000; tries++) {
      const ready = await fetch(`${this.#url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return;
      if (running.exitCode !== null) throw new Error(`Alertmanager ended: ${this.#log}`);
      await sleep(100);
    }
    throw new Error(`Alertmanager is not ready: ${this.#log}`);
  }

  async #listen(): Promise<string> {
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const { alerts } = JSON.parse(text) as { alerts: { labels: Record<string, string> }[] };
        const words = alerts.map(({ labels }) => `${labels['alertname']} ${labels['path'] ?? '-'}`);
        this.#told.push({ path: request.url ?? '', words: words.sort().join(' + ') });
        response.end();
      });
    });
    this.#receiver = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
}

import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDuration, type Progress } from '../progress';
import { buildFailure } from './build-failure';
import { entryProblem, makeEntry, removeOldEntries } from './cache-entry';
import { runChild } from './child';
import { requireFree } from './disk';
import { Estimate } from './estimate';
import { definitionsOf } from './definitions';
import { fetchAhead } from './fetch-ahead';
import { findGo, runGo, type Go } from './go';
import { commonFlags, tagFlags } from './keys';
import type { Product, Program } from './programs';
import { ToolchainError } from './toolchain-error';
import { entryDirectory, familyIn, moduleDirectory, programsDirectory, type Workshop } from './workshop';

/** Go's own scratch space lies in the entry that is being made, so that nothing of a killed build stays anywhere. */
const scratchDirectory = '.scratch';

/** A download is shown so long after Go told of it: it tells of none while it compiles, which takes most of the time. */
const newsMs = 5_000;

/** Compiles families of a workshop one after the other and tells how far it is; the caller holds the lock. */
export class Build {
  private readonly estimate: Estimate;
  private readonly total: number;
  private readonly startedMs = Date.now();
  private number = 0;
  private news = { text: '', atMs: 0 };

  constructor(
    private readonly workshop: Workshop,
    private readonly todo: readonly string[],
    private readonly progress: Progress,
    private readonly signal: AbortSignal | undefined,
  ) {
    const programs = todo.flatMap((name) => Object.values(familyIn(workshop, name).programs));
    this.total = programs.length;
    this.estimate = new Estimate(programs.reduce((sum, program) => sum + program.estimateSeconds * 1000, 0));
  }

  /** Compiles all; each family is in the cache as soon as it is done. Throws a ToolchainError, or the signal's reason when aborted. */
  async run(): Promise<void> {
    const purpose = "compile the lab's programs";
    requireFree(programsDirectory(), this.workshop.minimumFreeBytes, purpose);
    const go = await findGo(
      this.todo.map((name) => moduleDirectory(this.workshop, name)),
      this.signal,
    );
    requireFree(go.cache, this.workshop.minimumFreeBytes, purpose);

    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, ...(this.signal ? [this.signal] : [])]);
    const ahead = fetchAhead(this.workshop, this.todo.slice(1), go, signal, (line) => this.hear(line));
    try {
      for (const name of this.todo) await this.entry(go, name);
    } finally {
      done.abort();
      await ahead;
    }
  }

  private async entry(go: Go, name: string): Promise<void> {
    const directory = entryDirectory(this.workshop, name);
    const problem = entryProblem(directory);
    if (problem !== undefined && problem !== 'missing') {
      this.progress.note(`the cached ${name} is broken (${problem}); it is compiled again`);
    }
    await makeEntry(directory, (temporary) => this.family(go, name, temporary));
    await removeOldEntries(directory);
  }

  private hear(line: string): void {
    if (line.startsWith('go: downloading '))
      this.news = { text: line.slice('go: '.length), atMs: Date.now() };
  }

  private async family(go: Go, name: string, temporary: string): Promise<Record<string, unknown>> {
    const family = familyIn(this.workshop, name);
    const seconds: Record<string, number> = {};
    for (const [program, details] of Object.entries(family.programs)) {
      const startedMs = Date.now();
      await this.program(go, name, program, details, temporary);
      seconds[program] = Math.round((Date.now() - startedMs) / 100) / 10;
    }
    await rm(join(temporary, scratchDirectory), { recursive: true, force: true });
    for (const product of family.products ?? []) await this.product(go, name, product, temporary);
    return { family: name, go: go.version, seconds };
  }

  private async program(
    go: Go,
    family: string,
    name: string,
    program: Program,
    temporary: string,
  ): Promise<void> {
    const expectedMs = program.estimateSeconds * 1000;
    const startedMs = Date.now();
    this.number += 1;
    const what = program.version === undefined ? name : `${name} ${program.version}`;
    this.progress.step(`compiling ${what} (${this.number} of ${this.total})`);
    const show = (): void => {
      const nowMs = Date.now();
      const leftMs = this.estimate.remainingMs(expectedMs, nowMs - startedMs);
      const times = `${formatDuration(nowMs - this.startedMs)} in all, about ${formatDuration(leftMs)} left`;
      this.progress.detail(nowMs - this.news.atMs < newsMs ? `${times} · ${this.news.text}` : times);
    };
    show();
    const timer = setInterval(show, 1000);
    try {
      await this.compile(go, family, name, program, temporary);
    } catch (error) {
      this.progress.end('failed');
      throw error;
    } finally {
      clearInterval(timer);
    }
    this.estimate.finished(expectedMs, Date.now() - startedMs);
  }

  private async compile(
    go: Go,
    family: string,
    name: string,
    program: Program,
    temporary: string,
  ): Promise<void> {
    const directory = moduleDirectory(this.workshop, family);
    const ldflags = ['-ldflags', ['-s', '-w', ...(program.ldflags ?? [])].join(' ')];
    const args = (output: string): string[] => [
      'build',
      ...commonFlags,
      ...tagFlags(program),
      ...ldflags,
      '-o',
      output,
      program.package,
    ];
    const output = join(temporary, name);
    const scratch = join(temporary, scratchDirectory);
    mkdirSync(scratch, { recursive: true });
    const { code, lines } = await runGo(go, args(output), {
      cwd: directory,
      env: { GOTMPDIR: scratch },
      signal: this.signal,
      onLine: (line) => this.hear(line),
    });
    if (code !== 0) {
      const command = `go ${args('/dev/null')
        .map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))
        .join(' ')}`;
      throw buildFailure({
        program: name,
        family,
        moduleDirectory: directory,
        command,
        proxy: go.proxy,
        lines,
      });
    }
    chmodSync(output, 0o755);
    for (const link of program.links ?? []) symlinkSync(name, join(temporary, link));
  }

  private async product(go: Go, family: string, product: Product, temporary: string): Promise<void> {
    const file = join(temporary, product.file);
    if ('printedBy' in product) {
      const { code, stdout, lines } = await runChild(join(temporary, product.printedBy), [], {
        signal: this.signal,
      });
      if (code === 0 && stdout !== '') return writeFile(file, stdout);
      throw new ToolchainError(
        `${product.printedBy} printed nothing usable: ${lines.slice(-5).join(' ') || 'no output'}`,
      );
    }
    const options = { cwd: moduleDirectory(this.workshop, family), signal: this.signal };
    const { code, stdout, lines } = await runGo(
      go,
      ['list', '-m', '-f', '{{.Dir}}', product.module],
      options,
    );
    if (code !== 0)
      throw new ToolchainError(`go does not know the module ${product.module}: ${lines.slice(-5).join(' ')}`);
    const directory = stdout.trim();
    if ('path' in product) return writeFile(file, await readFile(join(directory, product.path)));
    const texts = await Promise.all(
      product.definitions.map((path) => readFile(join(directory, path), 'utf8')),
    );
    await writeFile(file, JSON.stringify(definitionsOf(texts), undefined, 1));
  }
}

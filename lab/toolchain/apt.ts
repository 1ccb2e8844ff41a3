import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild, type ChildOptions } from './child';
import { ToolchainError } from './toolchain-error';

/** A Debian package at a version. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
}

/**
 * Asks apt for packages without touching the machine's apt state: its own cache and, only when the machine's package lists do not
 * suffice (empty on a fresh container image, or so old that files are gone), its own lists. Sources, keys, pins and proxies are
 * the machine's. `directory` is private to this object and may be removed afterwards.
 */
export class Apt {
  private ownLists = false;

  constructor(
    private readonly directory: string,
    private readonly child: Pick<ChildOptions, 'signal' | 'onLine'> = {},
  ) {}

  /**
   * The packages of `roots` and all that they depend on, except what every Debian system has (the closure of the essential packages).
   * Does not depend on what is installed here, so equal lists give equal trees. Throws a ToolchainError when apt cannot tell.
   */
  async closure(roots: readonly string[]): Promise<DebianPackage[]> {
    const wanted = await this.withLists(() => this.simulate(roots));
    const base = new Set((await this.simulate(['?essential'])).map(({ name }) => name));
    return wanted.filter(({ name }) => !base.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A package at the version that apt would install, essential ones included. Throws a ToolchainError when there is none. */
  async candidate(name: string): Promise<DebianPackage> {
    const found = (await this.withLists(() => this.simulate([name]))).find((one) => one.name === name);
    if (!found)
      throw new ToolchainError(`apt knows no package ${name}. Do this machine's apt sources answer?`);
    return found;
  }

  /** Downloads packages into `target` (made when missing); apt checks their hashes. Throws a ToolchainError when one is not to be had. */
  async download(packages: readonly DebianPackage[], target: string): Promise<void> {
    await mkdir(target, { recursive: true });
    const pinned = packages.map(({ name, version }) => `${name}=${version}`);
    await this.run(['download', ...pinned], target);
  }

  /** Brings the package lists up to date in a directory of our own; the machine's lists stay as they are. */
  async refresh(): Promise<void> {
    this.ownLists = true;
    await mkdir(join(this.directory, 'lists', 'partial'), { recursive: true });
    // A source that does not answer is no failure as long as another one has the packages.
    await this.run(['update'], this.directory, true);
  }

  private async withLists<Result>(ask: () => Promise<Result>): Promise<Result> {
    if (this.ownLists) return ask();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ToolchainError)) throw error;
      await this.refresh();
      return ask();
    }
  }

  /** What apt would install on an empty system. */
  private async simulate(packages: readonly string[]): Promise<DebianPackage[]> {
    const nothingInstalled = [
      '-o',
      'Dir::State::status=/dev/null',
      '-o',
      'Dir::State::extended_states=/dev/null',
    ];
    const output = await this.run(
      ['install', '--simulate', '--no-install-recommends', ...nothingInstalled, ...packages],
      this.directory,
    );
    return parseSimulation(output);
  }

  private async run(args: readonly string[], cwd: string, mayFail = false): Promise<string> {
    await mkdir(join(this.directory, 'archives', 'partial'), { recursive: true });
    const own = [`Dir::Cache=${this.directory}`, 'APT::Sandbox::User=root', 'Acquire::Retries=3'];
    if (this.ownLists) own.push(`Dir::State::lists=${join(this.directory, 'lists')}`);
    const options = own.flatMap((option) => ['-o', option]);
    const { code, stdout, lines } = await runChild('apt-get', [...args, ...options], {
      ...this.child,
      cwd,
      env: { ...process.env, LC_ALL: 'C' },
    });
    if (code === 127) {
      throw new ToolchainError(
        "apt-get is not on PATH. The lab takes containerd, runc and iptables out of Debian's packages: it needs a Debian-family Linux.",
      );
    }
    if (code === 0 || mayFail) return stdout;
    const said = lines.filter((line) => /^[EW]:/.test(line)).slice(-8);
    throw new ToolchainError(
      [
        `apt-get ${args[0] ?? ''} could not get the lab's Debian packages. It said:`,
        ...(said.length > 0 ? said : lines.slice(-8)).map((line) => `  ${line}`),
        "Check that this machine's apt sources answer (`apt-get update`), and run the command again.",
      ].join('\n'),
    );
  }
}

/** The packages that `apt-get install --simulate` says it would install, from lines like `Inst runc (1.1.5+ds1-1 Debian:12 [amd64])`. */
export function parseSimulation(output: string): DebianPackage[] {
  return [...output.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm)].map(([, name = '', version = '']) => ({
    name,
    version,
  }));
}

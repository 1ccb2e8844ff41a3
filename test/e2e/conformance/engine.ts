import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePulumiHome, type PulumiHome } from '../../../lab/pulumi/home';

/** How a run of the CLI ended. */
export interface Run {
  readonly code: number;
  /** Standard output and error, in the order in which they came. */
  readonly text: string;
}

/** A checkpointed resource, as far as the tests look. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: any;
  readonly outputs?: any;
  readonly initErrors?: string[];
}

const checkout = join(__dirname, '..', '..', '..');

/** The real CLI on a copy of the conformance program, with a home and a backend below one directory. */
export class Engine {
  private constructor(
    readonly project: string,
    readonly home: PulumiHome,
    private readonly variables: Record<string, string>,
  ) {}

  static async create(directory: string, kubeconfig: string): Promise<Engine> {
    process.env['XDG_STATE_HOME'] = join(directory, 'state');
    const bin = process.env['CONFORMANCE_BIN'];
    const home = await ensurePulumiHome(bin ? { cli: join(bin, 'pulumi') } : {});
    const project = join(directory, 'program');
    mkdirSync(project);
    cpSync(join(__dirname, 'program'), project, { recursive: true });
    symlinkSync(join(checkout, 'node_modules'), join(project, 'node_modules'));
    const engine = new Engine(project, home, {
      KUBECONFIG_TEXT: kubeconfig,
      PULUMI_NODEJS_TRANSPILE_ONLY: 'true', // `tsc` has checked the program
    });
    await engine.succeed(['stack', 'init', 'conformance']);
    return engine;
  }

  start(
    args: readonly string[],
    variables: Record<string, string> = {},
  ): { child: ChildProcess; done: Promise<Run> } {
    const env = { ...process.env, ...this.home.env, ...this.variables, ...variables };
    const child = spawn(this.home.cli, [...args, '--non-interactive'], {
      cwd: this.project,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (text += data.toString()));
    const done = new Promise<Run>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 255, text }));
    });
    return { child, done };
  }

  run(args: readonly string[], variables: Record<string, string> = {}): Promise<Run> {
    return this.start(args, variables).done;
  }

  async succeed(args: readonly string[], variables: Record<string, string> = {}): Promise<string> {
    const { code, text } = await this.run(args, variables);
    if (code !== 0) throw new Error(`pulumi ${args.join(' ')}: exit code ${code}\n${text}`);
    return text;
  }

  up(variables: Record<string, string>, ...args: string[]): Promise<string> {
    return this.succeed(['up', '--yes', '--skip-preview', ...args], variables);
  }

  /** The state as it lies on disk, and its resources. */
  async state(): Promise<{ resources: StateResource[]; pending: unknown[]; raw: string }> {
    const exported = JSON.parse(await this.succeed(['stack', 'export'])) as {
      deployment: { resources?: StateResource[]; pending_operations?: unknown[] };
    };
    const { resources = [], pending_operations: pending = [] } = exported.deployment;
    return { resources, pending, raw: this.rawState() };
  }

  async resource(name: string): Promise<StateResource> {
    const found = (await this.state()).resources.find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found) throw new Error(`the state has no resource ${name}`);
    return found;
  }

  private rawState(): string {
    const stacks = join(this.home.home, 'backend', '.pulumi', 'stacks');
    const files = readdirSync(stacks, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n');
  }
}

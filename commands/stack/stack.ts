import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { makePrivate, stateDirectory } from '../../lab/directories';
import { nearest } from '../../settings/nearest';
import { Failure } from '../terminal/failure';
import { mergeConfig, ownConfig, setInConfig } from './stack-config';

/** The project's name in Pulumi.yaml. */
export const projectName = 'continuous-load';

/** The root of the checkout, where Pulumi.yaml lies. */
export const checkout = resolve(__dirname, '../..');

/** A stack that a verb works on. */
export interface Stack {
  readonly name: string;
  /** `cluster.kind` as its config has it, empty where it has none. */
  readonly kind: string;
  /** Only stacks whose cluster is a lab are prepared, revived and kept in the state directory. */
  readonly isLab: boolean;
  /** Its cluster is one that the stack makes with k3d or in AWS. */
  readonly makesCluster: boolean;
  /** Name of the lab; the stack's unless the config says otherwise. */
  readonly labName: string;
  /** The config file that Pulumi reads and may write. */
  readonly configFile: string;
  /** The file the user wrote; messages name it. */
  readonly sourceFile: string;
  /** Directory in which commands run that need the project's name but no program; the stack's own config lies there. */
  readonly directory: string;
}

/** What the user may say about a stack's config on the command line. */
export interface StackOptions {
  /** Config file in place of `Pulumi.<stack>.yaml`. */
  readonly configFile?: string | undefined;
  /** `path=value` for this run; lab stacks only. */
  readonly set?: readonly string[] | undefined;
  /** Whether the stack is meant as it is (its config of the last `up`) or as the checkout now wants it, the default. */
  readonly present?: boolean;
}

/** There is no config file of a stack, neither the user's nor the copy of a lab stack's. */
export class UnknownStack extends Failure {
  constructor(
    message: string,
    /** The file that was looked for. */
    readonly sourceFile: string,
  ) {
    super(message);
  }
}

/** Directory of a lab stack's config copy in the state directory. */
export function stackDirectory(name: string): string {
  return join(stateDirectory(), 'stacks', name);
}

/**
 * Finds a stack and its config without writing anything. Throws a Failure when the name cannot be one, {@link UnknownStack} when there is
 * no config file.
 * A lab stack that was brought up before is found by its copy even when the file it came from is gone.
 */
export function findStack(name: string, options: StackOptions = {}): Stack {
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(name)) {
    throw new Failure(
      `'${name}' cannot be the name of a stack: letters, digits, dashes, underscores and dots are allowed.`,
    );
  }
  const sourceFile = resolve(options.configFile ?? join(checkout, `Pulumi.${name}.yaml`));
  const copy = join(stackDirectory(name), `Pulumi.${name}.yaml`);
  const candidates =
    options.configFile !== undefined
      ? // a stack that is there is known by its copy too
        [sourceFile, ...(options.present ? [copy] : [])]
      : options.present
        ? [copy, sourceFile]
        : [sourceFile, copy];
  const readable = candidates.find((file) => existsSync(file));
  if (readable === undefined)
    throw new UnknownStack(missingFile(name, sourceFile, options.configFile), sourceFile);
  const cluster = clusterOf(ownConfig(readFileSync(readable, 'utf8'), readable));
  const isLab = cluster['kind'] === 'lab';
  if (!isLab && existsSync(copy)) {
    throw new Failure(
      `Stack ${name} runs on a lab, and ${readable} asks for another kind of cluster. Remove the lab first: \`npm run down ${name}\`.`,
    );
  }
  if (!isLab && options.set !== undefined && options.set.length > 0) {
    throw new Failure(
      `--set works on stacks with a lab only; use \`pulumi config set --stack ${name}\` or --config-file FILE.`,
    );
  }
  return {
    name,
    kind: typeof cluster['kind'] === 'string' ? cluster['kind'] : '',
    isLab,
    makesCluster: cluster['kind'] === 'k3d' || cluster['kind'] === 'eks',
    labName: typeof cluster['name'] === 'string' ? cluster['name'] : name,
    configFile: isLab ? copy : sourceFile,
    sourceFile: readable,
    directory: isLab ? stackDirectory(name) : checkout,
  };
}

/** The config of a stack as this run will have it, without writing it. */
export function effectiveConfig(stack: Stack, set: readonly string[] = []): string {
  const source = readFileSync(stack.sourceFile, 'utf8');
  if (!stack.isLab) return source;
  const before = existsSync(stack.configFile) ? readFileSync(stack.configFile, 'utf8') : undefined;
  const merged = mergeConfig(source, before, stack.sourceFile);
  return set.reduce((text, assignment) => setInConfig(text, assignment, basename(stack.sourceFile)), merged);
}

/** Writes a lab stack's copy of its config (0600), and beside it a project file, so that Pulumi can be run there without a program. */
export function writeConfigCopy(stack: Stack, text: string): void {
  if (!stack.isLab) return;
  makePrivate(stateDirectory());
  mkdirSync(stackDirectory(stack.name), { recursive: true, mode: 0o700 });
  writeFileSync(join(stack.directory, 'Pulumi.yaml'), `name: ${projectName}\nruntime: nodejs\n`);
  const temporary = `${stack.configFile}.new`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, stack.configFile);
}

/** Name of the lab that a lab stack has now, by the config of its last `up`; undefined before the first. */
export function presentLab(stack: Stack): string | undefined {
  if (!stack.isLab || !existsSync(stack.configFile)) return undefined;
  const { name } = clusterOf(ownConfig(readFileSync(stack.configFile, 'utf8'), stack.configFile));
  return typeof name === 'string' ? name : stack.name;
}

/** Removes a lab stack's copy of its config. */
export function removeConfigCopy(stack: Stack): void {
  if (stack.isLab) rmSync(stack.directory, { recursive: true, force: true });
}

function clusterOf(config: Record<string, unknown>): Record<string, unknown> {
  const cluster = config['cluster'];
  return typeof cluster === 'object' && cluster !== null ? (cluster as Record<string, unknown>) : {};
}

function missingFile(name: string, file: string, configFile: string | undefined): string {
  if (configFile !== undefined) return `--config-file ${configFile}: ${file} does not exist.`;
  const known = readdirSync(checkout)
    .map((entry) => /^Pulumi\.(.+)\.yaml$/.exec(entry)?.[1])
    .filter((stack) => stack !== undefined);
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `There is no stack '${name}': ${file} does not exist. Stacks here: ${known.join(', ') || 'none'}.${hint}`;
}

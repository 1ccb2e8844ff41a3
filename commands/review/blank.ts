import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../../lab/command';
import { ensurePulumiHome } from '../../lab/pulumi/home';
import { installTypedProvider } from '../../lab/pulumi/typed/install';
import { checkout, projectName } from '../stack/stack';
import { Failure } from '../terminal/failure';
import { readEvents, type Preview } from './events';

/** A Pulumi that knows no stack, no secret and no account: what it previews is a stack that is not there yet. */
export interface BlankPulumi {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  /** Ends what runs. */
  readonly signal: AbortSignal;
  /** Where it, its stacks and their configs lie; nothing of it is needed afterwards. */
  readonly directory: string;
}

/** What ran, and how it ended. */
export interface PreviewRun {
  readonly preview: Preview;
  readonly exitCode: number;
}

/**
 * Makes one in an empty directory, with stand-ins for all providers: what the SDKs' types refuse is refused, and what only a cluster or an account
 * knows is unknown. The user's own Pulumi, plugins and state are neither asked nor touched.
 */
export async function makeBlankPulumi(directory: string, signal: AbortSignal): Promise<BlankPulumi> {
  const { home, cli, env } = await ensurePulumiHome({ home: join(directory, 'pulumi'), userHome: null });
  for (const provider of ['aws', 'docker-build']) installTypedProvider(provider, home);
  return {
    command: cli,
    directory,
    signal,
    env: {
      ...withoutCredentials(process.env),
      ...env,
      // The Docker that would make a k3d cluster is elsewhere.
      CONTINUOUS_LOAD_K3D_ELSEWHERE: '1',
    },
  };
}

/** The environment without what could reach an account or a cluster, or the user's Pulumi. */
function withoutCredentials(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(PULUMI_|AWS_|KUBECONFIG$|GITHUB_TOKEN$|GH_TOKEN$|DOCKER_)/.test(name),
    ),
  );
}

/**
 * Previews a stack of a checkout as a new one.
 * @param program directory of the checkout
 * @param label keeps two previews of one stack apart
 * @param flags further ones of `pulumi preview`
 */
export async function previewBlank(
  pulumi: BlankPulumi,
  program: string,
  { stack, label, config }: { readonly stack: string; readonly label: string; readonly config: string },
  flags: readonly string[],
): Promise<PreviewRun> {
  // A project of its own: Pulumi writes the stack's salt beside the project file, and a checkout stays clean.
  const place = join(pulumi.directory, label);
  mkdirSync(place, { recursive: true });
  const configFile = join(place, `Pulumi.${stack}.yaml`);
  writeFileSync(join(place, 'Pulumi.yaml'), `name: ${projectName}\nruntime: nodejs\n`);
  writeFileSync(configFile, config, { mode: 0o600 });
  const env = { ...pulumi.env, PULUMI_BACKEND_URL: backendOf(place) };
  const init = await capture(pulumi.command, ['stack', 'init', stack, '--non-interactive'], {
    cwd: place,
    env,
  });
  if (init.code !== 0)
    throw new Failure(`Pulumi could not make a blank stack ${stack}: ${init.stderr.trim()}`);
  return runPreview(pulumi.command, ['--stack', stack, '--config-file', configFile, ...flags], {
    cwd: program,
    env,
    signal: pulumi.signal,
  });
}

function backendOf(place: string): string {
  const backend = join(place, 'backend');
  mkdirSync(backend, { recursive: true });
  return `file://${backend}?metadata=skip`;
}

/** Runs `pulumi preview` and reads its events. What it said outside of them is an error of the preview where it fails. */
export async function runPreview(
  command: string,
  flags: readonly string[],
  {
    cwd,
    env,
    signal,
  }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<PreviewRun> {
  const { code, stdout, stderr } = await capture(
    command,
    ['preview', '--json', '--non-interactive', ...flags],
    {
      cwd,
      signal,
      env: { ...env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: 'true' },
    },
  );
  const preview = readEvents(stdout);
  const said = code !== 0 && !preview.complete ? firstLines(stderr) : [];
  return { preview: { ...preview, errors: [...preview.errors, ...said] }, exitCode: code };
}

function firstLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 5);
}

/**
 * Puts the files of a commit into a directory, with this checkout's packages. Throws a Failure when there is no such commit.
 * @returns whether the commit wants other packages than this checkout has
 */
export async function checkoutOf(
  ref: string,
  directory: string,
): Promise<{ readonly otherPackages: boolean }> {
  mkdirSync(directory, { recursive: true });
  const archive = join(directory, '..', 'base.tar');
  // A ref is a word of git's own, never a flag.
  const git = await capture(
    'git',
    ['archive', '--format=tar', `--output=${archive}`, '--end-of-options', ref],
    {
      cwd: checkout,
    },
  );
  if (git.code !== 0)
    throw new Failure(
      `--against ${ref}: ${git.stderr.trim().split('\n')[0] ?? ''}. Name a commit, branch or tag of this checkout, or state.`,
    );
  const tar = await capture('tar', ['-xf', archive, '-C', directory]);
  if (tar.code !== 0)
    throw new Failure(`--against ${ref}: its files cannot be unpacked: ${tar.stderr.trim()}`);
  symlinkSync(join(checkout, 'node_modules'), join(directory, 'node_modules'));
  const lock = (place: string) => readFileSync(join(place, 'package-lock.json'), 'utf8');
  return { otherPackages: lock(directory) !== lock(checkout) };
}

import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import type { Progress } from '../progress';
import { runChild } from './child';
import { families, type ProgramName, usualProgramNames } from './programs';
import { ensurePrograms, familyDirectory, programPath } from './toolchain';
import { compareVersions } from './versions';

/** A program that an official copy on PATH may stand for, on the host only: images and nodes always get the compiled one. */
export type HostProgramName = 'pulumi' | 'kubectl' | 'promtool';

/** What makes a program on PATH acceptable. */
interface HostProgram {
  readonly compiledWith: ProgramName;
  readonly cached: () => string;
  readonly versionArguments: readonly string[];
  /** The lowest accepted version and the first that is not accepted any more. */
  readonly atLeast: string;
  readonly below: string;
  /** A program that must lie beside it. */
  readonly companion?: string;
}

const table: Readonly<Record<HostProgramName, HostProgram>> = {
  pulumi: {
    compiledWith: 'pulumi',
    cached: () => programPath('pulumi'),
    versionArguments: ['version'],
    atLeast: families.pulumi.programs['pulumi']?.version ?? '',
    below: '4',
    // Without its language host a CLI cannot run a TypeScript program.
    companion: 'pulumi-language-nodejs',
  },
  kubectl: {
    compiledWith: 'kube',
    cached: () => join(familyDirectory('kubernetes'), 'kubectl'),
    versionArguments: ['version', '--client'],
    // One minor version to either side of the API server: https://kubernetes.io/releases/version-skew-policy/#kubectl
    atLeast: '1.33',
    below: '1.36',
  },
  promtool: {
    compiledWith: 'promtool',
    cached: () => programPath('promtool'),
    versionArguments: ['--version'],
    atLeast: families.prometheus.programs['promtool']?.version ?? '',
    below: '4',
  },
};

/** The path of a program to run on the host: the first acceptable one on PATH, else the compiled one in the cache (there or not yet). */
export async function hostProgram(name: HostProgramName): Promise<string> {
  return (await acceptedOnPath(name)) ?? table[name].cached();
}

/** {@link hostProgram}, compiled first when it is neither on PATH nor in the cache. Throws what `ensurePrograms` throws. */
export async function ensureHostProgram(
  name: HostProgramName,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  const found = await acceptedOnPath(name);
  if (found !== undefined) return found;
  await ensurePrograms([table[name].compiledWith], progress, signal);
  return table[name].cached();
}

/** Every program that a machine must compile: all of the table but a Pulumi CLI that PATH already offers. */
export async function programsToCompile(): Promise<ProgramName[]> {
  const offered = (await acceptedOnPath('pulumi')) !== undefined;
  return usualProgramNames.filter((name) => !(offered && name === 'pulumi'));
}

async function acceptedOnPath(name: HostProgramName): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, name);
    if (directory !== '' && isProgram(path) && (await isAccepted(path, table[name]))) return path;
  }
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    // npm puts shims on PATH that download the program they are named after.
    return ![path, realpathSync(path)].some((place) => place.split(sep).includes('node_modules'));
  } catch {
    return false;
  }
}

async function isAccepted(path: string, program: HostProgram): Promise<boolean> {
  const { companion } = program;
  const places = [dirname(path), dirname(realpathSync(path))];
  if (companion !== undefined && !places.some((place) => existsSync(join(place, companion)))) return false;
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' };
  const { code, stdout } = await runChild(path, program.versionArguments, {
    env,
    signal: AbortSignal.timeout(10_000),
  }).catch(() => ({
    code: undefined,
    stdout: '',
  }));
  const version = /v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (code !== 0 || version === undefined) return false;
  return compareVersions(version, program.atLeast) >= 0 && compareVersions(version, program.below) < 0;
}
